import { describe, expect, test } from 'vitest'
import { Admission } from '../../../src/runtime/admission/admission.ts'
import type { ModelControl } from '../../../src/server/model-control.ts'
import { FakeModels, fakeModel } from '../support/fake-model.ts'
import { post, RawConnection } from '../support/raw-connection.ts'
import { startServer } from '../support/running.ts'

/** A control that nobody asks. */
const CONTROL: ModelControl = {
  index: () => [],
  load: () => Promise.resolve(),
  unload: () => Promise.resolve(),
  rollback: () => Promise.resolve(),
  history: () => undefined,
}

describe('documents', () => {
  test.each(['', '/'])('tell what the server is, at /v2%s', async (slash) => {
    const { url } = await startServer({ version: '1.2.3' })
    const reply = await fetch(`${url}/v2${slash}`)
    expect(reply.headers.get('content-type')).toBe('application/json')
    expect(await reply.json()).toEqual({
      name: 'headrace',
      version: '1.2.3',
      extensions: ['classification', 'model_configuration', 'binary_tensor_data', 'parameters', 'statistics'],
    })
  })

  test('tell of the model repository where models can be loaded', async () => {
    const { url } = await startServer({ control: CONTROL })
    const { extensions } = (await (await fetch(`${url}/v2`)).json()) as { extensions: string[] }
    expect(extensions).toContain('model_repository')
  })

  test.each(['sums', 'sums/', 'sums/versions/3', 'sums/versions/3/'])(
    'tell of a model, at /v2/models/%s',
    async (path) => {
      const { url } = await startServer()
      const reply = await fetch(`${url}/v2/models/${path}`)
      expect([reply.status, await reply.json()]).toEqual([
        200,
        {
          name: 'sums',
          versions: ['3'],
          platform: 'fake',
          inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, -1] }],
          outputs: [
            { name: 'sum', datatype: 'FP32', shape: [-1] },
            { name: 'rows', datatype: 'INT64', shape: [-1] },
          ],
        },
      ])
    },
  )

  test.each(['config', 'versions/3/config/'])('tell of its configuration, at …/%s', async (path) => {
    const { url } = await startServer()
    const reply = await fetch(`${url}/v2/models/sums/${path}`)
    expect(await reply.json()).toMatchObject({
      name: 'sums',
      input: [{ name: 'x', data_type: 'TYPE_FP32', dims: [-1] }],
      output: [{ name: 'sum' }, { name: 'rows' }],
    })
  })

  test('HEAD gives the headers of GET', async () => {
    const { url } = await startServer()
    for (const path of ['/v2', '/v2/health/live', '/v2/models/sums', '/v2/models/stats']) {
      const reply = await fetch(url + path, { method: 'HEAD' })
      expect([path, reply.status, await reply.text()]).toEqual([path, 200, ''])
      expect(Number(reply.headers.get('content-length'))).toBeGreaterThan(0)
    }
  })
})

describe('health', () => {
  test.each([
    ['/v2/health/live', { live: true }],
    ['/v2/health/live/', { live: true }],
    ['/v2/health/ready', { ready: true }],
    ['/v2/models/sums/ready', { name: 'sums', ready: true }],
    ['/v2/models/sums/versions/3/ready/', { name: 'sums', ready: true }],
  ])('%s', async (path, body) => {
    const { url } = await startServer()
    const reply = await fetch(url + path)
    expect([reply.status, await reply.json()]).toEqual([200, body])
  })

  test('is not ready while models are being loaded, and lives', async () => {
    const models = new FakeModels(fakeModel())
    models.loaded = false
    const { url } = await startServer({ models })
    const ready = await fetch(`${url}/v2/health/ready`)
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false }])
    expect((await fetch(`${url}/v2/health/live`)).status).toBe(200)
    expect((await fetch(`${url}/v2/models/sums/ready`)).status).toBe(200)
    const other = await fetch(`${url}/v2/models/other/ready`)
    expect([other.status, await other.json()]).toEqual([503, { error: expect.stringContaining('loaded') }])
  })

  test('of a model without threads, or that takes nothing any more, is bad', async () => {
    const stopped = new Admission()
    stopped.stop('unloading')
    const { url } = await startServer({
      models: new FakeModels(
        fakeModel({ name: 'pooled', placement: 'pool', stats: { workers: 2 } }),
        fakeModel({ name: 'dead', placement: 'pool', stats: { workers: 0 } }),
        { ...fakeModel({ name: 'leaving' }), admission: stopped },
      ),
    })
    expect((await fetch(`${url}/v2/models/pooled/ready`)).status).toBe(200)
    for (const name of ['dead', 'leaving']) {
      const reply = await fetch(`${url}/v2/models/${name}/ready`)
      expect([reply.status, await reply.json()]).toEqual([503, { name, ready: false }])
    }
  })

  test('of a server on its way out is bad', async () => {
    const { url, server } = await startServer()
    server.depart()
    expect((await fetch(`${url}/v2/health/ready`)).status).toBe(503)
    expect((await fetch(`${url}/v2/models/sums/ready`)).status).toBe(503)
    expect((await fetch(`${url}/v2/health/live`)).status).toBe(200)
    expect(server.traffic()).toMatchObject({ told: true })
  })

  test('needs no API key, and all else does', async () => {
    const { url } = await startServer({ apiKeys: ['secret'] })
    expect((await fetch(`${url}/v2/health/live`)).status).toBe(200)
    expect((await fetch(`${url}/v2/health/ready/`)).status).toBe(200)
    for (const path of ['/v2', '/v2/models/sums', '/v2/models/sums/ready', '/v1/models']) {
      const reply = await fetch(url + path)
      expect([path, reply.status, await reply.json()]).toEqual([
        path,
        401,
        { error: expect.stringContaining('API key') },
      ])
    }
    const shown = await fetch(`${url}/v2`, { headers: { 'x-api-key': 'secret' } })
    expect(shown.status).toBe(200)
  })
})

describe('what is not there', () => {
  test.each([
    ['GET', '/v2/models/nope'],
    ['GET', '/v2/models/nope/ready'],
    ['GET', '/v2/models/nope/config'],
    ['GET', '/v2/models/nope/stats'],
    ['GET', '/v2/models/sums/versions/4'],
    ['GET', '/v2/models/sums/versions/4/stats'],
    ['POST', '/v2/models/nope/infer'],
    ['POST', '/v2/models/sums/versions/4/infer'],
    ['POST', '/v2/models/%zz/infer'],
    ['POST', '/v2/models//infer'],
    ['POST', '/v2/models/sums/versions//infer'],
    ['POST', '/v2/models/a/b/infer'],
    ['GET', '/v2/nope'],
    ['GET', '/v2/models/sums/nope'],
    ['POST', '/v2/models/sums/inference'],
    ['GET', '/v1'],
    ['GET', '/v1/nope'],
  ])('%s %s is 404 with an error', async (method, path) => {
    const { url } = await startServer()
    const body = method === 'POST' ? '{}' : null
    const reply = await fetch(url + path, { method, body })
    expect([path, reply.status, await reply.json()]).toEqual([path, 404, { error: expect.any(String) }])
  })

  test.each([
    ['GET', '/v2/models/sums/infer', 'POST'],
    ['POST', '/v2/models/sums', 'GET, HEAD'],
    ['DELETE', '/v2', 'GET, HEAD'],
    ['POST', '/v2/health/ready', 'GET, HEAD'],
  ])('%s %s is 405 and says what is allowed', async (method, path, allowed) => {
    const { url } = await startServer()
    const reply = await fetch(url + path, { method })
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, allowed])
    expect(await reply.json()).toEqual({ error: expect.stringContaining(method) })
  })
})

describe('statistics', () => {
  test('count what was predicted, and what failed', async () => {
    const { url } = await startServer({ models: new FakeModels(fakeModel(), fakeModel({ name: 'idle' })) })
    const infer = `${url}/v2/models/sums/infer`
    const good = { inputs: [{ name: 'x', shape: [2, 1], datatype: 'FP32', data: [1, 2] }] }
    for (let i = 0; i < 3; i++) await fetch(infer, { method: 'POST', body: JSON.stringify(good) })
    await fetch(infer, { method: 'POST', body: '{}' })
    await fetch(`${url}/v2/models/sums`)

    const { model_stats: all } = (await (await fetch(`${url}/v2/models/stats`)).json()) as {
      model_stats: { name: string; last_inference: number; inference_stats: object }[]
    }
    expect(all.map(({ name }) => name)).toEqual(['sums', 'idle'])
    const [sums, idle] = all
    expect(sums).toMatchObject({
      ...{ version: '3', inference_count: 6 },
      inference_stats: {
        success: { count: 3 },
        fail: { count: 1 },
        queue: { count: 3 },
        compute_input: { count: 3 },
        compute_infer: { count: 3 },
        compute_output: { count: 3 },
      },
    })
    expect(Math.abs((sums?.last_inference ?? 0) - Date.now())).toBeLessThan(60_000)
    expect(idle).toMatchObject({ last_inference: 0, inference_count: 0, execution_count: 0, batch_stats: [] })
    const one = await fetch(`${url}/v2/models/idle/versions/3/stats/`)
    expect(await one.json()).toEqual({ model_stats: [idle] })
  })
})

test('errors of requests that are refused early are in the form of the protocol', async () => {
  const admission = new Admission()
  admission.stop('The model is being unloaded')
  const { url, server } = await startServer({ models: new FakeModels({ ...fakeModel(), admission }) })
  for (const path of ['/v2/models/sums/infer', '/v1/models/sums:predict']) {
    const reply = await fetch(url + path, { method: 'POST', body: '{}' })
    expect([reply.status, await reply.json()]).toEqual([503, { error: 'The model is being unloaded' }])
    expect(reply.headers.get('retry-after')).toBe('1')
  }
  const connection = new RawConnection(server.port)
  connection.write(
    post('', ['content-length: 3', 'expect: 100-continue']).replace('/invocations', '/v2/models/sums/infer'),
  )
  expect(await connection.until(/\}/)).toContain('{"error":"The model is being unloaded"}')
})
