import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { executionParameters } from '../../../src/server/platforms/execution-parameters.ts'
import type { PlatformRoutes } from '../../../src/server/platforms/platform-routes.ts'
import type { ServerOptions } from '../../../src/server/server-options.ts'
import { ONE_ROW, startServer } from '../support/running.ts'

const VERTEX = '/v1/endpoints/7/deployedModels/8'
const VERTEX_ROUTES: PlatformRoutes = { vertexPredict: `${VERTEX}:predict`, vertexHealth: VERTEX }

async function urlOf(
  platformRoutes: PlatformRoutes,
  overrides: Partial<ServerOptions> = {},
): Promise<string> {
  return (await startServer({ platformRoutes, ...overrides })).url
}

async function ask(url: string, body?: string): Promise<readonly [number, unknown]> {
  const reply = await fetch(url, body === undefined ? {} : { method: 'POST', body })
  return [reply.status, await reply.json()]
}

const SUM = { predictions: [{ sum: 3, rows: 1 }] }

describe('Vertex AI', () => {
  test.each(['{"instances": [[1, 2]]}', '{"instances": [[1, 2]], "parameters": {"k": 1}}'])(
    'is answered one prediction for each instance: %s',
    async (body) => {
      const url = await urlOf(VERTEX_ROUTES)
      expect(await ask(`${url}${VERTEX}:predict`, body)).toEqual([200, SUM])
    },
  )

  test('is answered by node:http as in front of it', async () => {
    const url = await urlOf(VERTEX_ROUTES, { lane: false })
    expect(await ask(`${url}${VERTEX}:predict?x=1`, '{"instances": [[1, 2]]}')).toEqual([200, SUM])
  })

  test('is told what is wrong with a request', async () => {
    const url = await urlOf(VERTEX_ROUTES)
    expect(await ask(`${url}${VERTEX}:predict`, '{"instances": "x"}')).toEqual([
      400,
      { error: expect.any(String) },
    ])
    const twice = '{"instances": [[1]], "parameters": {}, "params": {}}'
    expect(await ask(`${url}${VERTEX}:predict`, twice)).toEqual([
      400,
      { error: "The request body has both 'parameters' and 'params'; one of them is meant." },
    ])
  })

  test('hears whether the server is ready, without a key, and predicts with one alone', async () => {
    const url = await urlOf(VERTEX_ROUTES, { apiKeys: ['secret'] })
    expect(await ask(url + VERTEX)).toEqual([200, { ready: true }])
    expect((await ask(`${url}${VERTEX}:predict`, '{"instances": [[1, 2]]}'))[0]).toBe(401)
  })

  test('hears that the server is on its way out', async () => {
    const { app, url } = await startServer({ platformRoutes: VERTEX_ROUTES })
    app.registry.draining = true
    expect(await ask(url + VERTEX)).toEqual([503, { ready: false, reason: 'draining' }])
  })

  test.each([
    ['POST', VERTEX, 'GET'],
    ['GET', `${VERTEX}:predict`, 'POST'],
    ['DELETE', `${VERTEX}:predict`, 'POST'],
  ])('is told which verb a route takes: %s %s', async (method, path, allowed) => {
    const url = await urlOf(VERTEX_ROUTES)
    const reply = await fetch(url + path, { method })
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, allowed])
  })
})

describe('Azure ML', () => {
  test('is answered the predictions alone, or as MLflow where it asks as for MLflow', async () => {
    const url = await urlOf({ azureScoring: true })
    expect(await ask(`${url}/score`, '{"input_data": [[1, 2]]}')).toEqual([200, { predictions: [3] }])
    expect(await ask(`${url}/score`, ONE_ROW)).toEqual([200, { predictions: [10] }])
    expect(await ask(`${url}/`)).toEqual([200, { ready: true }])
  })

  test('takes input_data at /score alone', async () => {
    const url = await urlOf({ azureScoring: true })
    const reply = await fetch(`${url}/invocations`, {
      method: 'POST',
      body: '{"input_data": [[1, 2]]}',
      headers: { 'content-type': 'application/json' },
    })
    expect(reply.status).toBe(400)
  })
})

describe('SageMaker', () => {
  test('is told of room for a batch transform', async () => {
    const url = await urlOf({ batchTransformBytes: 3 * 1024 * 1024 })
    expect(await ask(`${url}/execution-parameters`)).toEqual([
      200,
      { MaxConcurrentTransforms: expect.any(Number), BatchStrategy: 'SINGLE_RECORD', MaxPayloadInMB: 3 },
    ])
  })

  test.each([1, 4, 64, 500])('stays within what SageMaker allows on %i cores', (cores) => {
    const { MaxConcurrentTransforms, MaxPayloadInMB } = executionParameters({ cores, bodyBytes: 1e9 })
    expect(MaxConcurrentTransforms).toBeGreaterThanOrEqual(1)
    expect(MaxConcurrentTransforms * MaxPayloadInMB).toBeLessThanOrEqual(100)
  })

  test('may send its headers', async () => {
    const url = await urlOf({})
    const reply = await fetch(`${url}/invocations`, {
      method: 'POST',
      body: ONE_ROW,
      headers: {
        'content-type': 'application/json',
        'x-amzn-sagemaker-custom-attributes': 'trace=1; a, b',
      },
    })
    expect([reply.status, await reply.json()]).toEqual([200, { predictions: [10] }])
  })
})

test.each(['/score', '/', '/execution-parameters', VERTEX])(
  'without a platform there is no route %s',
  async (path) => {
    const url = await urlOf({})
    expect((await fetch(url + path)).status).toBe(404)
  },
)

test('a route of a platform is answered in the lane, where it is a POST', async () => {
  const { app, url } = await startServer({ platformRoutes: { azureScoring: true } })
  const { port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(`POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: ${ONE_ROW.length}\r\n\r\n${ONE_ROW}`)
  const text = await new Promise<string>((resolve) =>
    socket.once('data', (data: Buffer) => resolve(String(data))),
  )
  expect(text).toMatch(/^HTTP\/1\.1 200 /)
  expect(app.lane?.size).toBe(1)
  socket.destroy()
})
