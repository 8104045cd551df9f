import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionOptions } from './connection-options.ts'
import { withCredentialsFile } from './credentials.ts'

/** What MLflow's variables say of servers, and of the run that a program is started for. */
export interface ClientEnvironment {
  readonly trackingUri: string | undefined
  readonly registryUri: string | undefined
  readonly connection: Omit<ConnectionOptions, 'url'>
}

/** The variables of MLflow's own client (3.17.2, `mlflow/environment_variables.py`); set to nothing is not set. */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): ClientEnvironment {
  const text = (name: string): string | undefined => variables[name] || undefined
  const number = (name: string): number | undefined => {
    const value = Number(text(name) ?? Number.NaN)
    return Number.isFinite(value) && value >= 0 ? value : undefined
  }
  const insecureTls = isYes(text('MLFLOW_TRACKING_INSECURE_TLS'))
  const timeoutSeconds = number('MLFLOW_HTTP_REQUEST_TIMEOUT')
  const login = {
    username: text('MLFLOW_TRACKING_USERNAME'),
    password: text('MLFLOW_TRACKING_PASSWORD'),
  }
  return {
    trackingUri: text('MLFLOW_TRACKING_URI'),
    registryUri: text('MLFLOW_REGISTRY_URI'),
    connection: {
      ...withCredentialsFile(login, credentialsFile()),
      token: text('MLFLOW_TRACKING_TOKEN'),
      insecureTls,
      serverCertPath:
        text('MLFLOW_TRACKING_SERVER_CERT_PATH') ?? (insecureTls ? undefined : text('REQUESTS_CA_BUNDLE')),
      clientCertPath: text('MLFLOW_TRACKING_CLIENT_CERT_PATH'),
      timeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000,
      maxRetries: number('MLFLOW_HTTP_REQUEST_MAX_RETRIES'),
      backoffFactor: number('MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR'),
      backoffJitter: number('MLFLOW_HTTP_REQUEST_BACKOFF_JITTER'),
      respectRetryAfter: !isNo(text('MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER')),
      workspace: text('MLFLOW_WORKSPACE'),
    },
  }
}

function isYes(text: string | undefined): boolean {
  return /^(?:true|1)$/i.test(text ?? '')
}

function isNo(text: string | undefined): boolean {
  return /^(?:false|0)$/i.test(text ?? '')
}

function credentialsFile(): string | undefined {
  try {
    return readFileSync(join(homedir(), '.mlflow', 'credentials'), 'utf8')
  } catch {
    return undefined
  }
}
