import { request } from 'node:https'
import { describe, expect, test } from 'vitest'
import { buildApp } from '../../src/server/app.ts'
import { ONE_ROW, score, serverOptions, startServer } from './support/running.ts'

const CERTIFICATE = new URL('fixtures/localhost-cert.pem', import.meta.url).pathname
const KEY = new URL('fixtures/localhost-key.pem', import.meta.url).pathname

describe('the API key', () => {
  test('is needed by scoring, metrics, documents and unknown paths', async () => {
    const { url } = await startServer({ apiKeys: ['a long secret'] })
    for (const path of ['/metrics', '/openapi.json', '/docs', '/nope']) {
      expect((await fetch(url + path)).status).toBe(401)
    }
    const refused = await score(url)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toBe('Bearer')
    expect(await refused.json()).toMatchObject({ error_code: 'UNAUTHENTICATED' })
  })

  test('is not needed by the health routes', async () => {
    const { url } = await startServer({ apiKeys: ['secret'] })
    for (const path of ['/ping', '/health', '/version', '/ready?x']) {
      expect((await fetch(url + path)).status).toBe(200)
    }
  })

  test.each([
    [{ authorization: 'Bearer secret' }, 200],
    [{ authorization: 'bearer  secret' }, 200],
    [{ 'x-api-key': 'secret' }, 200],
    [{ authorization: 'Bearer secre' }, 401],
    [{ authorization: 'Basic secret' }, 401],
    [{ 'x-api-key': '' }, 401],
  ])('shown as %j gives %i', async (headers, status) => {
    const { url } = await startServer({ apiKeys: ['secret'] })
    expect((await score(url, ONE_ROW, headers)).status).toBe(status)
    const named = await fetch(`${url}/models/sums/invocations`, {
      method: 'POST',
      body: ONE_ROW,
      headers: { 'content-type': 'application/json', ...headers },
    })
    expect(named.status).toBe(status)
  })
})

describe('other origins', () => {
  const preflight = (url: string, origin: string) =>
    fetch(`${url}/invocations`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    })

  test('are told nothing unless they are allowed', async () => {
    const { url } = await startServer()
    expect((await preflight(url, 'https://a.example')).status).toBe(405)
    const reply = await score(url, ONE_ROW, { origin: 'https://a.example' })
    expect(reply.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('on the list get a preflight without a key, and readable replies, errors too', async () => {
    const { url } = await startServer({ corsOrigins: ['https://a.example'], apiKeys: ['secret'] })
    const granted = await preflight(url, 'https://a.example')
    expect(granted.status).toBe(200)
    expect(granted.headers.get('access-control-allow-methods')).toContain('POST')
    expect(granted.headers.get('access-control-allow-headers')).toContain('Content-Type')
    const reply = await score(url, ONE_ROW, { origin: 'https://a.example' })
    expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([
      401,
      'https://a.example',
    ])
    expect(reply.headers.get('vary')).toBe('Origin')
  })

  test('not on the list are refused though others are on it', async () => {
    const { url } = await startServer({ corsOrigins: ['https://a.example'] })
    const refused = await preflight(url, 'https://b.example')
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([405, null])
  })
})

describe('TLS', () => {
  test('serves HTTPS from two PEM files', async () => {
    const { url, server } = await startServer({ sslCertfile: CERTIFICATE, sslKeyfile: KEY })
    expect(url).toBe(`https://127.0.0.1:${server.port}`)
    const status = await new Promise((resolve, reject) => {
      request(`${url}/ping`, { rejectUnauthorized: false }, (reply) => resolve(reply.resume().statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(200)
  })

  test.each([
    [{ sslCertfile: CERTIFICATE }, /both files/],
    [{ sslCertfile: '/nope.pem', sslKeyfile: KEY }, /'\/nope.pem' cannot be read/],
    [{ sslCertfile: KEY, sslKeyfile: KEY }, /certificate .* and key .* cannot be used/],
  ])('refuses %j', async (files, message) => {
    await expect(buildApp(serverOptions(files))).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringMatching(message),
    })
  })
})
