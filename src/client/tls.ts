import { readFile } from 'node:fs/promises'
import { invalidParameter, messageOf } from '../core/errors.ts'
import type { ConnectionOptions } from './connection-options.ts'

/** The part of Node's TLS options that a connection sets. */
export interface TlsOptions {
  readonly rejectUnauthorized?: boolean
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

type TlsSettings = Pick<ConnectionOptions, 'insecureTls' | 'serverCertPath' | 'clientCertPath'>

/** @throws ServingError INVALID_PARAMETER_VALUE: settings that exclude each other, or a file without its PEM blocks */
export async function readTlsOptions(settings: TlsSettings): Promise<TlsOptions> {
  const { insecureTls, serverCertPath, clientCertPath } = settings
  if (insecureTls && serverCertPath) {
    throw invalidParameter(
      'MLFLOW_TRACKING_INSECURE_TLS and MLFLOW_TRACKING_SERVER_CERT_PATH exclude each other: set one of them',
    )
  }
  return {
    ...(insecureTls ? { rejectUnauthorized: false } : {}),
    ...(serverCertPath ? { ca: await readPem('MLFLOW_TRACKING_SERVER_CERT_PATH', serverCertPath) } : {}),
    ...(clientCertPath ? await readClientCertificate(clientCertPath) : {}),
  }
}

/** One file holds both, as requests takes it. */
async function readClientCertificate(path: string): Promise<TlsOptions> {
  const pem = await readPem('MLFLOW_TRACKING_CLIENT_CERT_PATH', path)
  if (!/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(pem)) {
    throw invalidParameter(
      `MLFLOW_TRACKING_CLIENT_CERT_PATH: ${path} must hold the private key beside the certificate, both as PEM`,
    )
  }
  return { cert: pem, key: pem }
}

async function readPem(variable: string, path: string): Promise<string> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw invalidParameter(`${variable}: ${path} cannot be read (${messageOf(cause)})`)
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw invalidParameter(`${variable}: there is no certificate (PEM) in ${path}`)
}
