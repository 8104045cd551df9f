import { once } from 'node:events'
import { createServer, request as forward, type Server } from 'node:http'
import { type AddressInfo, connect as connectSocket } from 'node:net'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { Connection } from '../../src/client/connection.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { caught } from './support/caught.ts'
import { type Certificates, makeCertificates } from './support/certificates.ts'
import { type Handler, sendJson, startWebServer } from './support/web-server.ts'

const ok: Handler = (_, response) => sendJson(response, { ok: true })
const get = { method: 'GET', path: '/x' } as const

let certificates: Certificates
const proxies: Server[] = []

beforeAll(() => {
  certificates = makeCertificates(temporaryFolder())
})

afterEach(() => {
  vi.unstubAllEnvs()
  for (const proxy of proxies.splice(0)) {
    proxy.closeAllConnections()
    proxy.close()
  }
})

/** A forwarding proxy, and what it was asked for. */
async function startProxy(): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const proxy = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    const { method, headers } = incoming
    const options = { headers, ...(method === undefined ? {} : { method }) }
    incoming.pipe(forward(incoming.url ?? '', options, (answer) => answer.pipe(response)))
  })
  proxy.on('connect', (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url}`)
    const { hostname, port } = new URL(`http://${incoming.url}`)
    const target = connectSocket(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n')
      target.pipe(socket).pipe(target)
    })
    for (const end of [socket, target]) end.on('error', () => target.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  proxies.push(proxy)
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked }
}

test('HTTP goes through HTTP_PROXY, and HTTPS through HTTPS_PROXY in a tunnel', async () => {
  const proxy = await startProxy()
  vi.stubEnv('no_proxy', '')
  vi.stubEnv('http_proxy', proxy.url)
  vi.stubEnv('https_proxy', proxy.url)
  const plain = await startWebServer(ok)
  const secure = await startWebServer(ok, certificates.server)
  const { authority } = certificates
  expect(await new Connection({ url: plain.url }).json(get)).toEqual({ ok: true })
  expect(await new Connection({ url: secure.url, serverCertPath: authority }).json(get)).toEqual({ ok: true })
  expect(proxy.asked).toEqual([`GET ${plain.url}/x`, `CONNECT 127.0.0.1:${secure.port}`])
})

test('NO_PROXY names hosts that are reached directly, and HTTP_PROXY is none for HTTPS', async () => {
  const proxy = await startProxy()
  vi.stubEnv('http_proxy', proxy.url)
  vi.stubEnv('https_proxy', undefined)
  vi.stubEnv('HTTPS_PROXY', undefined)
  const secure = await startWebServer(ok, certificates.server)
  vi.stubEnv('no_proxy', '')
  await new Connection({ url: secure.url, serverCertPath: certificates.authority }).json(get)
  vi.stubEnv('no_proxy', '127.0.0.1')
  const plain = await startWebServer(ok)
  await new Connection({ url: plain.url }).json(get)
  expect(proxy.asked).toEqual([])
})

test('a proxy that is not named by a URL is told as a mistake, not tried again', async () => {
  vi.stubEnv('no_proxy', '')
  vi.stubEnv('http_proxy', 'http://:bad')
  const error = await caught(new Connection({ url: 'http://127.0.0.1:1' }).json(get))
  expect(error).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
  expect(error.message).toMatch('Check HTTP_PROXY and HTTPS_PROXY.')
})

test('a connection that was closed answers no more', async () => {
  const server = await startWebServer(ok)
  const connection = new Connection({ url: server.url })
  await connection.json(get)
  await connection.close()
  expect(await caught(connection.json(get))).toMatchObject({ code: 'CANCELLED' })
})
