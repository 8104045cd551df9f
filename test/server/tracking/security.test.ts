import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isLocalHost, matchesAny } from '../../../src/server/tracking/host-pattern.ts'
import { RawConnection } from '../support/raw-connection.ts'
import { postJson, type RunningTracking, sharedTracking, startTracking } from './support/running-tracking.ts'

const shared = sharedTracking()

const EXPERIMENT = '/api/2.0/mlflow/experiments/get?experiment_id=0'
const CREATE = '/api/2.0/mlflow/experiments/create'

/** The head and body of an answer to a request with these headers, which fetch would not send. */
async function answer(
  { server }: RunningTracking,
  requestLine: string,
  headers: readonly string[],
): Promise<string> {
  const connection = new RawConnection(server.port)
  connection.write(`${[`${requestLine} HTTP/1.1`, ...headers, 'connection: close'].join('\r\n')}\r\n\r\n`)
  return connection.untilClosed()
}

describe('the Host header', () => {
  test.each(['evil.com', 'evil.com:5000', '10.evil.com', '192.168.1.evil.com', 'localhost.evil.com', ''])(
    'of a foreign site is refused: %s',
    async (host) => {
      const running = shared
      const reply = await answer(running, `GET ${EXPERIMENT}`, [`host: ${host}`])
      expect(reply).toMatch(/^HTTP\/1.1 403 /)
      expect(reply).toContain('Invalid Host header - possible DNS rebinding attack detected')
    },
  )

  test.each([
    'localhost',
    'localhost:5000',
    '127.0.0.1:1',
    '[::1]:5000',
    '10.0.0.7',
    '192.168.1.2:80',
    '172.16.0.1',
  ])('of this machine or a private network is served: %s', async (host) => {
    const running = shared
    expect(await answer(running, `GET ${EXPERIMENT}`, [`host: ${host}`])).toMatch(/^HTTP\/1.1 200 /)
  })

  test('does not count beside a target that names its host', async () => {
    const served = await answer(shared, `GET http://localhost:5000${EXPERIMENT}`, ['host: evil.com'])
    expect(served).toMatch(/^HTTP\/1.1 200 /)
    const refused = await answer(shared, `GET http://evil.com${EXPERIMENT}`, ['host: localhost'])
    expect(refused).toMatch(/^HTTP\/1.1 403 /)
  })

  test.each(['/health', '/version'])('does not matter for %s', async (path) => {
    const running = shared
    expect(await answer(running, `GET ${path}`, ['host: evil.com'])).toMatch(/^HTTP\/1.1 200 /)
  })

  test('may be named by patterns, and is only those then', async () => {
    const security = { allowedHosts: ['*.company.com', 'ml:5000'], allowedOrigins: [], frameOptions: 'NONE' }
    const running = await startTracking({ security })
    const status = async (host: string) =>
      (await answer(running, `GET ${EXPERIMENT}`, [`host: ${host}`])).slice(9, 12)
    expect(await status('ml.company.com')).toBe('200')
    expect(await status('ml:5000')).toBe('200')
    expect(await status('localhost')).toBe('403')
    expect(await status('company.com')).toBe('403')
  })

  test('names that begin as private addresses are not taken for them', () => {
    fc.assert(
      fc.property(fc.constantFrom('10.', '192.168.', '172.16.', '127.0.0.1.'), fc.domain(), (start, name) => {
        expect(isLocalHost(`${start}${name}`)).toBe(false)
      }),
    )
  })
})

describe('requests of pages from other origins', () => {
  test('that change something are refused, and do nothing', async () => {
    const running = shared
    const reply = await answer(running, `POST ${CREATE}`, [
      ...['host: localhost', 'origin: https://evil.com', 'content-type: text/plain', 'content-length: 2'],
    ])
    expect(reply).toMatch(/^HTTP\/1.1 403 /)
    expect(reply).toContain('Cross-origin request blocked')
  })

  test.each(['null', 'http://localhost.evil.com', 'https://127.0.0.1.evil.com', 'file://'])(
    'are those of every origin but this machine: %s',
    async (origin) => {
      const running = shared
      const reply = await answer(running, `POST ${CREATE}`, [
        'host: localhost',
        `origin: ${origin}`,
        'content-length: 0',
      ])
      expect(reply).toMatch(/^HTTP\/1.1 403 /)
    },
  )

  test('may read nothing: no header lets their page see the answer', async () => {
    const { url } = shared
    const reply = await fetch(`${url}${EXPERIMENT}`, { headers: { origin: 'https://evil.com' } })
    expect(reply.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('of this machine may do everything', async () => {
    const { url } = shared
    const reply = await fetch(`${url}${CREATE}`, {
      method: 'POST',
      headers: { origin: 'http://localhost:3000', 'content-type': 'application/json' },
      body: '{"name": "from a page"}',
    })
    expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'http://localhost:3000',
    ])
  })

  test('may be named', async () => {
    const security = { allowedOrigins: ['https://*.company.com'], frameOptions: 'DENY' }
    const { url } = await startTracking({ security })
    const status = async (origin: string) =>
      (await fetch(`${url}${CREATE}`, { method: 'POST', headers: { origin }, body: '' })).status
    expect(await status('https://ui.company.com')).toBe(400)
    expect(await status('https://evil.com')).toBe(403)
  })
})

describe('preflights', () => {
  const preflight = (url: string, origin: string, method = 'POST') =>
    fetch(`${url}${CREATE}`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'x-a' },
    })

  test('are granted to this machine', async () => {
    const { url } = shared
    const { status, headers } = await preflight(url, 'http://127.0.0.1:8000')
    expect([
      status,
      headers.get('access-control-allow-origin'),
      headers.get('access-control-allow-headers'),
    ]).toEqual([200, 'http://127.0.0.1:8000', 'x-a'])
  })

  test('are refused to others, and for unknown verbs', async () => {
    const { url } = shared
    expect((await preflight(url, 'https://evil.com')).status).toBe(400)
    expect((await preflight(url, 'http://localhost', 'PURGE')).status).toBe(400)
  })
})

test('every answer keeps browsers from guessing types and from framing', async () => {
  const { url } = shared
  for (const path of ['/health', '/nope', EXPERIMENT, '/api/2.0/mlflow-artifacts/artifacts']) {
    const { headers } = await fetch(url + path)
    expect([headers.get('x-content-type-options'), headers.get('x-frame-options')]).toEqual([
      'nosniff',
      'SAMEORIGIN',
    ])
  }
})

test('all of it can be left out', async () => {
  const running = await startTracking({ security: undefined })
  const headers = ['host: evil.com', 'origin: https://evil.com', 'content-type: application/json']
  const reply = await answer(running, `POST ${CREATE}`, [...headers, 'content-length: 0'])
  expect(reply).toMatch(/^HTTP\/1.1 400 /)
  expect(reply).not.toContain('nosniff')
  expect((await postJson(`${running.url}${CREATE}`, { name: 'x' })).status).toBe(200)
})

test('patterns are those of fnmatch', () => {
  expect(matchesAny('app-1.internal.com', ['app-*.internal.com'])).toBe(true)
  expect(matchesAny('[::1]:5000', ['[[]::1]:*'])).toBe(true)
  expect(matchesAny('a+b.com', ['*+b.com'])).toBe(true)
  expect(matchesAny('axb', ['a.b'])).toBe(false)
  expect(matchesAny('axb*', ['a.b*'])).toBe(false)
})
