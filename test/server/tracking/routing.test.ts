import { describe, expect, test } from 'vitest'
import { postJson, sharedTracking, startTracking } from './support/running-tracking.ts'

const shared = sharedTracking()

const EXPERIMENT = '/api/2.0/mlflow/experiments/get?experiment_id=0'

describe('routes', () => {
  test('are served for clients and for pages', async () => {
    const { url } = shared
    const answers = await Promise.all(
      ['/api', '/ajax-api'].map(async (start) =>
        (await fetch(`${url}${start}/2.0/mlflow/experiments/get?experiment_id=0`)).json(),
      ),
    )
    expect(answers[0]).toMatchObject({ experiment: { experiment_id: '0', name: 'Default' } })
    expect(answers[1]).toEqual(answers[0])
  })

  test('take queries as long as filters of thousands of ids', async () => {
    const { url } = shared
    const ids = Array.from({ length: 3000 }, (_, index) => `'${String(index).padStart(32, '0')}'`)
    const query = new URLSearchParams({ filter: `run_id IN (${ids.join(',')})` })
    const reply = await fetch(`${url}/api/2.0/mlflow/model-versions/search?${query}`)
    expect([reply.status, await reply.json()]).toEqual([200, {}])
  })

  test('take parameters from the path', async () => {
    const { url } = shared
    const reply = await fetch(`${url}/api/2.0/mlflow/logged-models/m-none`)
    expect([reply.status, await reply.json()]).toEqual([
      404,
      expect.objectContaining({ error_code: 'RESOURCE_DOES_NOT_EXIST' }),
    ])
  })

  test('all have the static prefix, and only with it', async () => {
    const { url, server } = await startTracking({ staticPrefix: '/mlflow' })
    for (const path of ['/health', '/version', '/', '/metrics', EXPERIMENT]) {
      expect((await fetch(url + path)).status).toBe(200)
      expect((await fetch(server.url + path)).status).toBe(404)
    }
  })

  test.each(['/nope', '/api/2.0/mlflow/nope', '/api/2.0/mlflow/experiments/get/', '/%ff', '/api'])(
    'that are not there are a page with 404: %s',
    async (path) => {
      const { url } = shared
      const reply = await fetch(url + path)
      expect([reply.status, reply.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
      expect(await reply.text()).toContain('<title>404 Not Found</title>')
    },
  )

  test('with another verb are a page with 405 that names the right ones', async () => {
    const { url } = shared
    const reply = await fetch(`${url}${EXPERIMENT}`, { method: 'PUT', body: '{}' })
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    expect((await fetch(`${url}/health`, { method: 'POST' })).status).toBe(405)
  })

  test('tell their verbs when asked', async () => {
    const { url } = shared
    const reply = await fetch(`${url}/api/2.0/mlflow/runs/create`, { method: 'OPTIONS' })
    expect([reply.status, reply.headers.get('allow'), await reply.text()]).toEqual([204, 'OPTIONS, POST', ''])
  })

  test('answer HEAD without a body', async () => {
    const { url } = shared
    const reply = await fetch(`${url}${EXPERIMENT}`, { method: 'HEAD' })
    expect([reply.status, await reply.text()]).toEqual([200, ''])
    expect(Number(reply.headers.get('content-length'))).toBeGreaterThan(100)
  })
})

describe('what MLflow serves and Headrace does not yet', () => {
  test.each([
    ['POST', '/api/3.0/mlflow/traces'],
    ['POST', '/api/3.0/mlflow/traces/search'],
    ['GET', '/ajax-api/2.0/mlflow/traces/tr-1/info'],
    ['GET', '/api/2.0/mlflow/webhooks'],
    ['POST', '/api/3.0/mlflow/datasets/create'],
    ['GET', '/api/3.0/mlflow/scorers/list'],
    ['POST', '/api/3.0/mlflow/prompt-optimization/jobs'],
    ['GET', '/api/3.0/mlflow/gateway/secrets/list'],
    ['GET', '/api/3.0/mlflow/workspaces'],
    ['POST', '/v1/traces'],
    ['POST', '/graphql'],
  ])('is NOT_IMPLEMENTED: %s %s', async (method, path) => {
    const { url } = shared
    const reply = await fetch(url + path, { method, ...(method === 'POST' ? { body: '{}' } : {}) })
    expect([reply.status, await reply.json()]).toEqual([
      501,
      { error_code: 'NOT_IMPLEMENTED', message: expect.stringContaining('does not have') },
    ])
  })
})

test('requests for a workspace that is not there change nothing in the one that is', async () => {
  const { url } = shared
  const status = async (path: string, workspace: string) =>
    (await fetch(url + path, { headers: { 'x-mlflow-workspace': workspace } })).status
  expect(await status(EXPERIMENT, 'team')).toBe(501)
  expect(await status('/api/2.0/mlflow-artifacts/artifacts', 'team')).toBe(501)
  expect(await status(EXPERIMENT, 'default')).toBe(200)
  expect(await status('/api/3.0/mlflow/server-info', 'team')).toBe(200)
})

describe('pages of the server itself', () => {
  test('say that it lives, which MLflow it is like, and what it is', async () => {
    const { url } = shared
    const text = async (path: string) => (await fetch(url + path)).text()
    expect(await text('/health')).toBe('OK')
    expect(await text('/version')).toBe('3.17.2')
    expect(await text('/')).toContain('MLFLOW_TRACKING_URI')
    expect(JSON.parse(await text('/api/3.0/mlflow/server-info'))).toMatchObject({
      store_type: 'SqlStore',
      workspaces_enabled: false,
    })
  })

  test('tell Prometheus of requests and threads', async () => {
    const { url } = await startTracking()
    await fetch(`${url}${EXPERIMENT}`)
    await fetch(`${url}/nope`)
    await postJson(`${url}/api/2.0/mlflow/experiments/create`, { name: 'counted' })
    const figures = await (await fetch(`${url}/metrics`)).text()
    for (const line of [
      'headrace_tracking_requests_total{route="/2.0/mlflow/experiments/get",code="200"} 1',
      'headrace_tracking_requests_total{route="",code="404"} 1',
      'headrace_tracking_request_seconds_count{route="/2.0/mlflow/experiments/create"} 1',
      'headrace_store_threads{work="write"} 1',
      'headrace_store_threads{work="read"} 1',
      'headrace_store_calls_total{work="write"} 1',
      'headrace_store_waiting{work="read"} 0',
    ]) {
      expect(figures).toContain(line)
    }
  })
})

describe('a server with artifacts only', () => {
  test('has no API of experiments, and says so', async () => {
    const { url } = await startTracking({ executor: undefined })
    const reply = await fetch(`${url}${EXPERIMENT}`)
    expect([reply.status, await reply.text()]).toEqual([503, expect.stringContaining('--artifacts-only')])
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })
})

test('a registry in a database of its own', async () => {
  const { url } = await startTracking({ registryApart: true })
  const api = `${url}/api/2.0/mlflow`
  expect((await postJson(`${api}/registered-models/create`, { name: 'iris' })).status).toBe(200)
  expect((await fetch(`${api}/registered-models/get?name=iris`)).status).toBe(200)
  expect((await fetch(`${url}${EXPERIMENT}`)).status).toBe(200)
})
