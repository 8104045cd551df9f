import { describe, expect, test } from 'vitest'
import { MlflowClient } from '../../../src/client/index.ts'
import { sendJson, startWebServer } from '../support/web-server.ts'

async function serve(answer: object | string, options: object = {}) {
  const server = await startWebServer((_, response) => {
    if (typeof answer === 'string') response.end(answer)
    else sendJson(response, answer)
  })
  return { server, client: new MlflowClient({ trackingUri: server.url, maxRetries: 0, ...options }) }
}

describe('calls of the API', () => {
  test('carry numbers that JSON has not as MLflow does', async () => {
    const { server, client } = await serve({})
    await client.logMetric('r', 'a', Number.NaN, { step: 2n ** 60n, timestamp: 1 })
    expect(server.requests[0]?.body).toContain(`"step": ${2n ** 60n}`)
    expect(server.requests[0]?.body).toContain('"value": "NaN"')
  })

  test('put ids into paths encoded', async () => {
    const { server, client } = await serve({})
    await client.deleteLoggedModelTag('m-1', 'a/b c')
    expect(server.requests[0]).toMatchObject({
      method: 'DELETE',
      path: '/api/2.0/mlflow/logged-models/m-1/tags/a%2Fb%20c',
    })
  })

  test.each(['', '.', '..'])('go nowhere with the id %j, which would make another path', async (id) => {
    const { server, client } = await serve({})
    await expect(client.deleteLoggedModelTag('m-1', id)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    })
    expect(server.requests).toEqual([])
  })

  test('wait for a version until it is registered, or the wait is cancelled', async () => {
    const controller = new AbortController()
    const { client } = await serve({
      model_version: { name: 'iris', version: '1', status: 'PENDING_REGISTRATION' },
    })
    const made = client.createModelVersion('iris', 'runs:/r/model', { signal: controller.signal })
    setTimeout(() => controller.abort(), 50)
    await expect(made).rejects.toMatchObject({ name: 'ServingError', code: 'CANCELLED' })
  })

  test('repeat the parameters of a list', async () => {
    const { server, client } = await serve({})
    await client.searchRegisteredModels({ orderBy: ['name', 'timestamp DESC'] })
    expect(server.requests[0]?.query.getAll('order_by')).toEqual(['name', 'timestamp DESC'])
  })

  test('take answers with fields that nobody knows', async () => {
    const { client } = await serve({ run: { info: { run_id: 'r', status: 'NEW', flavour: 1 } }, more: [] })
    expect((await client.getRun('r')).info).toMatchObject({ runId: 'r', status: 'RUNNING' })
  })

  test.each([
    ['{"run": 3}'],
    ['{"run": {}}'],
    ['<!doctype html>'],
    ['[]'],
    ['{"run": {"info": {"run_id": 7}}}'],
  ])('say that the answer %s is none', async (text) => {
    const { client } = await serve(text)
    await expect(client.getRun('r')).rejects.toMatchObject({ code: 'INVALID_STATE' })
  })

  test('end with pages that never end', async () => {
    const { client } = await serve({ experiments: [{ experiment_id: '1' }], next_page_token: 'same' })
    const all = async () => {
      for await (const _ of client.allExperiments());
    }
    await expect(all()).rejects.toMatchObject({ code: 'INVALID_STATE' })
  })

  test('go to the registry where that is another server', async () => {
    const registry = await startWebServer((_, response) => sendJson(response, {}))
    const { server, client } = await serve({}, { registryUri: registry.url })
    await client.deleteRegisteredModel('m')
    await client.deleteModelVersion('m', 1)
    await client.deleteRun('r')
    expect(registry.requests.map(({ path }) => path.split('/').at(-2))).toEqual([
      'registered-models',
      'model-versions',
    ])
    expect(server.requests).toHaveLength(1)
  })

  test('want a server', () => {
    expect(() => new MlflowClient('sqlite:///mlflow.db')).toThrow(/headrace server/)
  })

  test('leave paths that lead out of a tree alone', async () => {
    const info = { run_id: 'r', artifact_uri: 'mlflow-artifacts:/1/r/artifacts' }
    const { server, client } = await serve({ run: { info }, files: [{ path: '../../x', file_size: 1 }] })
    await expect(client.downloadArtifacts('r', 'a/../b')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    })
    await expect(client.downloadArtifacts('r')).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    expect(server.requests.every(({ path }) => !path.includes('..'))).toBe(true)
  })
})

describe('scores', () => {
  test('are the predictions of a scoring server', async () => {
    const { server, client } = await serve({ predictions: [1] })
    expect(await client.score(`${server.url}/invocations`, [{ a: 1 }], { params: { p: 2 } })).toEqual([1])
    expect(server.requests[0]).toMatchObject({ path: '/invocations' })
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      dataframe_records: [{ a: 1 }],
      params: { p: 2 },
    })
    await client.score(server.url, 'a,b\n1,2\n')
    expect(server.requests[1]?.headers['content-type']).toBe('text/csv')
  })

  test('go out without the credentials of the tracking server', async () => {
    const { server, client } = await serve({ predictions: [] }, { token: 'secret' })
    await client.score(server.url, { inputs: [] })
    expect(server.requests[0]?.headers['authorization']).toBeUndefined()
  })
})
