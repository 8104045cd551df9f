import { describe, expect, test } from 'vitest'
import { FakeModels, fakeModel } from './support/fake-model.ts'
import { score, startServer } from './support/running.ts'

describe('scoring', () => {
  test('answers the default model at /invocations and each one by its name', async () => {
    const { url } = await startServer({
      models: new FakeModels(fakeModel({ name: 'a' }), fakeModel({ name: 'b c' })),
    })
    for (const path of [
      '/invocations',
      '/invocations?x=1',
      '/%69nvocations',
      '/models/a/invocations',
      '/models/b%20c/invocations',
    ]) {
      const reply = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"inputs": [[1, 2]]}',
      })
      expect([path, reply.status, await reply.text()]).toEqual([path, 200, '{"predictions": [3]}'])
      expect(reply.headers.get('content-type')).toBe('application/json')
    }
  })

  test('without its default model, a server says that others are there', async () => {
    class WithoutDefault extends FakeModels {
      override default() {
        return undefined
      }
    }
    const { url } = await startServer({ models: new WithoutDefault(fakeModel()) })
    const reply = await fetch(`${url}/invocations`, { method: 'POST', body: '{}' })
    expect(reply.status).toBe(404)
    expect(await reply.json()).toMatchObject({
      message: expect.stringContaining('The default model is not loaded'),
    })
  })

  test('a model that is not served is 404 in the form of MLflow', async () => {
    const { url } = await startServer()
    const reply = await fetch(`${url}/models/nope/invocations`, { method: 'POST', body: '{}' })
    expect(reply.status).toBe(404)
    expect(await reply.json()).toMatchObject({ error_code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  test.each(['ascii', 'é', '√', 'é√'])("a reply with '%s' comes as UTF-8, all of it", async (name) => {
    const { url } = await startServer({ models: new FakeModels(fakeModel()) })
    const reply = await fetch(`${url}/v2/models/${encodeURIComponent(name)}/infer`, {
      method: 'POST',
      body: '{}',
    })
    const bytes = Buffer.from(await reply.arrayBuffer())
    expect(String(bytes.length)).toBe(reply.headers.get('content-length'))
    expect(JSON.parse(bytes.toString('utf8'))).toMatchObject({ error: expect.stringContaining(`'${name}'`) })
  })

  test('before any model is loaded it is 503 with Retry-After', async () => {
    const models = new FakeModels()
    models.loaded = false
    const { url } = await startServer({ models })
    const reply = await score(url)
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '1'])
  })

  test('a request without Content-Type is 400', async () => {
    const { url } = await startServer()
    const reply = await fetch(`${url}/invocations`, { method: 'POST', body: Buffer.from('{}') })
    expect(reply.status).toBe(400)
    expect(await reply.json()).toMatchObject({ error_code: 'BAD_REQUEST' })
  })

  test.each([
    ['broken JSON', Buffer.from('{"inputs": [[1,')],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['an empty body', Buffer.alloc(0)],
  ])('%s is 400, and the connection goes on', async (_name, body) => {
    const { url } = await startServer()
    expect((await score(url, body)).status).toBe(400)
    expect((await score(url)).status).toBe(200)
  })

  test('a defect of ours is 500 without a word about its inside', async () => {
    const codec = {
      decode(): never {
        throw new TypeError("Cannot read properties of undefined (reading 'secret')")
      },
      encode: () => '',
    }
    const { url } = await startServer({ models: new FakeModels(fakeModel({ codec })) })
    const reply = await score(url)
    expect(reply.status).toBe(500)
    const text = await reply.text()
    expect(JSON.parse(text)).toMatchObject({ error_code: 'INTERNAL_ERROR', sqlstate: 'XXM00' })
    expect(text).toContain(reply.headers.get('x-request-id'))
    expect(text).not.toMatch(/secret|\.ts/)
  })
})

describe('other routes', () => {
  test.each([
    ['GET', '/ping', 200, '\n'],
    ['GET', '/health', 200, '\n'],
    ['GET', '/version', 200, '3.17.2'],
    ['GET', '/ready', 200, '{"ready": true}'],
    ['GET', '/', 404, '{"detail":"Not Found"}'],
    ['GET', '//ping', 404, '{"detail":"Not Found"}'],
    ['PUT', '/nope/', 404, '{"detail":"Not Found"}'],
    ['POST', '/predict', 404, '{"detail":"Not Found"}'],
    ['POST', `/models/${'x'.repeat(600)}/invocations`, 404, '{"detail":"Not Found"}'],
    ['GET', '/%zz', 404, '{"detail":"Not Found"}'],
  ])('%s %.60s is %i', async (method, path, status, body) => {
    const { url } = await startServer()
    const reply = await fetch(url + path, { method, headers: { 'content-type': '*/*' } })
    expect([reply.status, await reply.text()]).toEqual([status, body])
    expect(reply.headers.get('content-type')).toBe('application/json')
  })

  test.each([
    ['POST', '/ping', 'GET'],
    ['OPTIONS', '/invocations', 'POST'],
    ['GET', '/invocations', 'POST'],
    ['DELETE', '/models/sums/invocations', 'POST'],
    ['HEAD', '/version', 'GET'],
    ['PROPFIND', '/metrics', 'GET'],
  ])('%s %s is 405 and says what is allowed', async (method, path, allowed) => {
    const { url } = await startServer()
    const reply = await fetch(url + path, { method })
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, allowed])
    expect(await reply.text()).toBe(method === 'HEAD' ? '' : '{"detail":"Method Not Allowed"}')
  })

  test.each([
    ['/ping/', '/ping'],
    ['/ping//?x=1', '/ping?x=1'],
    ['/invocations/', '/invocations'],
    ['/models/b%20c/invocations/', '/models/b%20c/invocations'],
  ])('%s is 307 to %s', async (path, location) => {
    const { url } = await startServer()
    const reply = await fetch(url + path, { method: 'POST', redirect: 'manual' })
    expect([reply.status, reply.headers.get('location')]).toEqual([307, location])
    expect(reply.headers.get('content-type')).toBeNull()
  })

  test('/ready is 503 with the reason while models are being loaded', async () => {
    const models = new FakeModels(fakeModel())
    models.loaded = false
    const { url } = await startServer({ models })
    const reply = await fetch(`${url}/ready`)
    expect([reply.status, await reply.json()]).toEqual([503, { ready: false, reason: 'loading' }])
  })
})
