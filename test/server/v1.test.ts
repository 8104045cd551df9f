import { describe, expect, test } from 'vitest'
import { FakeModels, fakeModel } from './support/fake-model.ts'
import { startServer } from './support/running.ts'

const PREDICT = '/v1/models/sums:predict'

function post(url: string, body: string) {
  return fetch(url, { method: 'POST', body })
}

describe('predictions', () => {
  test.each([
    PREDICT,
    `${PREDICT}/`,
    `${PREDICT}?x=1`,
    '/v1/models/s%75ms:predict',
    '/v1/models/sums/versions/3:predict',
    '/v1/models/sums/labels/champion:predict',
  ])('at %s', async (path) => {
    const { url } = await startServer()
    const reply = await post(url + path, '{"instances": [[1, 2], [3, 4]]}')
    expect([reply.status, await reply.json()]).toEqual([
      200,
      {
        predictions: [
          { sum: 3, rows: 2 },
          { sum: 7, rows: 2 },
        ],
      },
    ])
    expect(reply.headers.get('content-type')).toBe('application/json')
  })

  test('take whole tensors and give them', async () => {
    const { url } = await startServer()
    const reply = await post(
      url + PREDICT,
      '{"signature_name": "serving_default", "inputs": {"x": [[1.5, 2]]}}',
    )
    expect(await reply.text()).toBe('{"outputs": {"sum": [3.5], "rows": [1]}}')
  })

  test.each([
    '',
    'nonsense',
    '[]',
    '{}',
    '{"instances": [[1]], "inputs": [[1]]}',
    '{"instances": [[1, 2], [3]]}',
    '{"instances": [["a"]]}',
    '{"instances": [[null]]}',
    '{"instances": {"y": [[1]]}}',
    '{"instances": [[1]], "signature_name": "other"}',
    '{"dataframe_split": {"data": [[1]]}}',
  ])('refuse %s with 400', async (body) => {
    const { url } = await startServer()
    const reply = await post(url + PREDICT, body)
    expect([reply.status, await reply.json()]).toEqual([400, { error: expect.any(String) }])
  })

  test.each([
    '/v1/models/nope:predict',
    '/v1/models/sums/versions/4:predict',
    '/v1/models/sums/labels/nope:predict',
    '/v1/models/sums:classify',
    '/v1/models/:predict',
    '/v1/models/%zz:predict',
    '/v1/models/sums/versions/:predict',
    '/v1/models/sums/nope/3:predict',
  ])('are 404 at %s', async (path) => {
    const { url } = await startServer()
    const reply = await post(url + path, '{"instances": [[1]]}')
    expect([path, reply.status, await reply.json()]).toEqual([path, 404, { error: expect.any(String) }])
  })

  test('need a POST', async () => {
    const { url } = await startServer()
    const reply = await fetch(url + PREDICT)
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST'])
  })

  test('are counted as all others', async () => {
    const { url } = await startServer()
    await post(url + PREDICT, '{"instances": [[1, 2], [3, 4]]}')
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain('headrace_requests_total{model="sums",version="3",code="200"} 1')
    expect(metrics).toContain('headrace_rows_total{model="sums",version="3"} 2')
  })
})

describe('documents', () => {
  test.each(['/v1/models', '/v1/models/'])('list the models at %s', async (path) => {
    const { url } = await startServer({ models: new FakeModels(fakeModel(), fakeModel({ name: 'b' })) })
    expect(await (await fetch(url + path)).json()).toEqual({ models: ['sums', 'b'] })
  })

  test.each([
    '/v1/models/sums',
    '/v1/models/sums/',
    '/v1/models/sums/versions/3',
    '/v1/models/sums/labels/champion',
  ])('tell the state of a model at %s', async (path) => {
    const { url } = await startServer()
    const reply = await fetch(url + path)
    expect([reply.status, await reply.json()]).toEqual([
      200,
      {
        name: 'sums',
        ready: true,
        model_version_status: [
          { version: '3', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
        ],
      },
    ])
  })

  test('tell of a model that has no threads', async () => {
    const dead = fakeModel({ placement: 'pool', stats: { workers: 0 } })
    const { url } = await startServer({ models: new FakeModels(dead) })
    const reply = await fetch(`${url}/v1/models/sums`)
    expect([reply.status, await reply.json()]).toMatchObject([503, { name: 'sums', ready: false }])
  })

  test.each(['/v1/models/sums/metadata', '/v1/models/sums/versions/3/metadata/'])(
    'tell the signature at %s',
    async (path) => {
      const { url } = await startServer()
      expect(await (await fetch(url + path)).json()).toEqual({
        model_spec: { name: 'sums', signature_name: '', version: '3' },
        metadata: {
          signature_def: {
            signature_def: {
              serving_default: {
                inputs: {
                  x: {
                    dtype: 'DT_FLOAT',
                    name: 'x',
                    tensor_shape: {
                      dim: [
                        { size: '-1', name: '' },
                        { size: '-1', name: '' },
                      ],
                      unknown_rank: false,
                    },
                  },
                },
                outputs: {
                  sum: expect.objectContaining({ dtype: 'DT_FLOAT' }),
                  rows: expect.objectContaining({ dtype: 'DT_INT64' }),
                },
                method_name: 'tensorflow/serving/predict',
              },
            },
          },
        },
      })
    },
  )

  test('are 404 for a model that is not served, and 503 where it may still come', async () => {
    const models = new FakeModels()
    const { url } = await startServer({ models })
    expect((await fetch(`${url}/v1/models/sums`)).status).toBe(404)
    models.loaded = false
    expect((await fetch(`${url}/v1/models/sums`)).status).toBe(503)
  })
})
