import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Connection } from '../../src/client/connection.ts'
import type { ConnectionOptions } from '../../src/client/connection-options.ts'
import { isUnreachable } from '../../src/core/errors.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { caught } from './support/caught.ts'
import { type Certificates, makeCertificates } from './support/certificates.ts'
import { type Handler, sendJson, startWebServer } from './support/web-server.ts'

const ok: Handler = (_, response) => sendJson(response, { ok: true })
const get = { method: 'GET', path: '/x' } as const

/** With TLS 1.3 Node's server takes the handshake for done, and then hangs up without a word. */
const TELLS_WHY = { rejectUnauthorized: true, maxVersion: 'TLSv1.2' } as const

let certificates: Certificates

beforeAll(() => {
  certificates = makeCertificates(temporaryFolder())
})

/** Asks a server that wants a client certificate of our authority where `wantsClient` is set. */
async function ask(options: Partial<ConnectionOptions>, wantsClient = false): Promise<unknown> {
  const { server: own, authority } = certificates
  const tls = wantsClient ? { ca: readText(authority), requestCert: true, ...TELLS_WHY } : {}
  const server = await startWebServer(ok, { ...own, ...tls })
  const connection = new Connection({ url: server.url, maxRetries: 0, ...options })
  try {
    return await connection.json(get)
  } finally {
    await connection.close()
  }
}

describe('the certificate of the server', () => {
  test('of an unknown authority is refused at once, with the variable to set', async () => {
    const error = await caught(ask({ maxRetries: 7 }))
    expect(error.message).toMatch(
      /^The certificate of https:\/\/127\.0\.0\.1:\d+\/x is not accepted: its authority/,
    )
    expect(error.message).toMatch('MLFLOW_TRACKING_SERVER_CERT_PATH')
    expect(isUnreachable(error)).toBe(false)
  })

  test('of an authority that is named is accepted', async () => {
    expect(await ask({ serverCertPath: certificates.authority })).toEqual({ ok: true })
  })

  test('is not looked at where TLS may be insecure', async () => {
    expect(await ask({ insecureTls: true })).toEqual({ ok: true })
  })

  test('for another host is refused', async () => {
    const server = await startWebServer(ok, certificates.server)
    const url = server.url.replace('127.0.0.1', 'localhost')
    const connection = new Connection({ url, serverCertPath: certificates.authority })
    expect((await caught(connection.json(get))).message).toMatch('is not accepted: it is for another host')
  })
})

describe('the certificate of the client', () => {
  const withClient = () => ({ serverCertPath: certificates.authority, clientCertPath: certificates.client })

  test('is given to a server that asks for it', async () => {
    expect(await ask(withClient(), true)).toEqual({ ok: true })
  })

  test('that is missing is named as the reason', async () => {
    const error = await caught(ask({ serverCertPath: certificates.authority }, true))
    expect(error.message).toMatch('MLFLOW_TRACKING_CLIENT_CERT_PATH')
  })

  test('is not given to another server', async () => {
    const server = await startWebServer(ok, {
      ...certificates.server,
      ca: readText(certificates.authority),
      requestCert: true,
      ...TELLS_WHY,
    })
    const connection = new Connection({ url: 'https://127.0.0.1:1', ...withClient(), maxRetries: 0 })
    expect((await caught(connection.to(server.url).json(get))).message).toMatch('client certificate')
  })
})

test('HTTP behind an https:// URL is told as such', async () => {
  const server = await startWebServer(ok)
  const connection = new Connection({ url: server.url.replace('http:', 'https:') })
  expect((await caught(connection.json(get))).message).toMatch(
    /^TLS failed with .* Is it an http:\/\/ address\?$/,
  )
})

test('TLS behind an http:// URL is told as such', async () => {
  const unexpectedMessage = Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x0a])
  const server = createServer((socket) => {
    socket.on('data', () => socket.end(unexpectedMessage))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const connection = new Connection({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  const error = await caught(connection.json(get))
  expect(error.message).toMatch(/ does not speak HTTP\. Is it an https:\/\/ address\?$/)
  server.close()
})

describe('settings that cannot be', () => {
  test.for<[string, (folder: string) => Partial<ConnectionOptions>, RegExp]>([
    [
      'both insecure and an authority',
      () => ({ insecureTls: true, serverCertPath: 'x' }),
      /exclude each other/,
    ],
    [
      'a file that is not there',
      (folder) => ({ serverCertPath: join(folder, 'none') }),
      /none cannot be read/,
    ],
    [
      'a file without a certificate',
      (folder) => ({ serverCertPath: textFile(folder) }),
      /no certificate \(PEM\)/,
    ],
    ['a certificate without its key', () => ({ clientCertPath: certificates.authority }), /private key/],
  ])('%s', async ([, options, message]) => {
    const error = await caught(ask({ ...options(temporaryFolder()), maxRetries: 7 }))
    expect(error).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    expect(error.message).toMatch(message)
  })
})

function textFile(folder: string): string {
  const path = join(folder, 'text.pem')
  writeFileSync(path, 'no certificate')
  return path
}

function readText(path: string): string {
  return readFileSync(path, 'utf8')
}
