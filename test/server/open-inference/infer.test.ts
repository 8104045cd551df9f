import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { PredictOptions } from '../../../src/core/predictor.ts'
import type { TensorMap } from '../../../src/core/tensor.ts'
import { SumPredictor, slowPredictor } from '../../fixtures/predictors.ts'
import { FakeModels, fakeModel } from '../support/fake-model.ts'
import { RawConnection } from '../support/raw-connection.ts'
import { type Headers, startServer } from '../support/running.ts'

const PATH = '/v2/models/sums/infer'
const INPUT = { name: 'x', shape: [2, 2], datatype: 'FP32' }
const JSON_REQUEST = JSON.stringify({ inputs: [{ ...INPUT, data: [1, 2, 3, 4] }] })
const VALUES = Buffer.from(Float32Array.of(1, 2, 3, 4).buffer)

function infer(url: string, body: string | Uint8Array<ArrayBuffer>, headers: Headers = {}, path = PATH) {
  return fetch(url + path, { method: 'POST', body, headers })
}

/** JSON and the octets behind it, with the header that says where they begin. */
function binary(parts: { readonly json: object; readonly octets: Buffer }) {
  const json = Buffer.from(JSON.stringify(parts.json))
  const headers = { 'inference-header-content-length': String(json.length) }
  return { body: Uint8Array.from(Buffer.concat([json, parts.octets])), headers }
}

const BINARY_INPUT = { ...INPUT, parameters: { binary_data_size: VALUES.length } }

describe('inference', () => {
  test.each([
    PATH,
    `${PATH}/`,
    `${PATH}?x=1`,
    '/v2/models/s%75ms/infer',
    '/v2/models/sums/versions/3/infer',
    '/v2/models/sums/versions/%33/infer/?a/b',
    '/%762/models/sums/infer',
  ])('at %s', async (path) => {
    const { url } = await startServer()
    const reply = await infer(url, JSON_REQUEST, {}, path)
    expect([reply.status, await reply.json()]).toEqual([
      200,
      {
        model_name: 'sums',
        model_version: '3',
        outputs: [
          { name: 'sum', datatype: 'FP32', shape: [2], data: [3, 7] },
          { name: 'rows', datatype: 'INT64', shape: [2], data: [2, 2] },
        ],
      },
    ])
    expect(reply.headers.get('content-type')).toBe('application/json')
    expect(reply.headers.get('inference-header-content-length')).toBeNull()
    expect(reply.headers.get('server-timing')).toContain('compute')
  })

  test('takes a model whose name needs encoding', async () => {
    const { url } = await startServer({ models: new FakeModels(fakeModel({ name: 'a/b c' })) })
    const reply = await infer(url, JSON_REQUEST, {}, '/v2/models/a%2Fb%20c/infer')
    expect(await reply.json()).toMatchObject({ model_name: 'a/b c' })
  })

  test.each(['application/octet-stream', 'application/json', 'text/csv', 'nonsense'])(
    'takes the content type %s',
    async (type) => {
      const { url } = await startServer()
      expect((await infer(url, JSON_REQUEST, { 'content-type': type })).status).toBe(200)
    },
  )

  test('takes binary tensors and gives them', async () => {
    const { url } = await startServer()
    const json = {
      inputs: [BINARY_INPUT],
      parameters: { binary_data_output: true },
      outputs: [{ name: 'sum' }],
    }
    const { body, headers } = binary({ json, octets: VALUES })
    const reply = await infer(url, body, headers)
    expect(reply.headers.get('content-type')).toBe('application/octet-stream')
    const octets = Buffer.from(await reply.arrayBuffer())
    const length = Number(reply.headers.get('inference-header-content-length'))
    expect(JSON.parse(octets.subarray(0, length).toString())).toMatchObject({
      outputs: [{ name: 'sum', shape: [2], parameters: { binary_data_size: 8 } }],
    })
    expect([octets.readFloatLE(length), octets.readFloatLE(length + 4)]).toEqual([3, 7])
  })

  test.each([
    ['not a number', 'x'],
    ['negative', '-1'],
    ['a fraction', '1.5'],
    ['in other notation', '0x10'],
    ['beyond the body', '100000'],
    ['beyond all numbers', '9'.repeat(30)],
    ['short of the JSON', '5'],
  ])('refuses a length of JSON that is %s', async (_name, length) => {
    const { url } = await startServer()
    const { body } = binary({ json: { inputs: [BINARY_INPUT] }, octets: VALUES })
    const reply = await infer(url, body, { 'inference-header-content-length': length })
    expect([reply.status, await reply.json()]).toEqual([400, { error: expect.any(String) }])
    expect((await infer(url, JSON_REQUEST)).status).toBe(200)
  })

  test.each([
    ['no JSON', 'nonsense'],
    ['nothing', ''],
    ['no inputs', '{}'],
    ['an unknown input', JSON.stringify({ inputs: [{ ...INPUT, name: 'y', data: [1, 2, 3, 4] }] })],
    ['too little data', JSON.stringify({ inputs: [{ ...INPUT, data: [1] }] })],
    [
      'an unknown output',
      JSON.stringify({ inputs: [{ ...INPUT, data: [1, 2, 3, 4] }], outputs: [{ name: 'z' }] }),
    ],
  ])('refuses %s with 400', async (_name, body) => {
    const { url } = await startServer()
    const reply = await infer(url, body)
    expect([reply.status, await reply.json()]).toEqual([400, { error: expect.any(String) }])
  })

  test('takes chunked bodies, and several requests over one connection', async () => {
    const { server } = await startServer()
    const connection = new RawConnection(server.port)
    const head = `POST ${PATH} HTTP/1.1\r\nhost: x\r\n`
    const request = JSON_REQUEST
    const half = Math.floor(request.length / 2)
    const chunks = [request.slice(0, half), request.slice(half)]
      .map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`)
      .join('')
    connection.write(`${head}transfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`)
    connection.write(`${head}content-length: ${request.length}\r\n\r\n${request}`)
    connection.write(`${head}content-length: 2\r\nconnection: close\r\n\r\n{}`)
    const received = await connection.untilClosed()
    expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 400'])
  })
})

describe('the id of a request', () => {
  const named = JSON.stringify({ id: 'order-17', inputs: [{ ...INPUT, data: [1, 2, 3, 4] }] })

  test('comes back in the reply, and names the request in headers', async () => {
    const { url } = await startServer()
    const reply = await infer(url, named)
    expect(await reply.json()).toMatchObject({ id: 'order-17' })
    expect(reply.headers.get('x-request-id')).toBe('order-17')
  })

  test('gives way to a header', async () => {
    const { url } = await startServer()
    const reply = await infer(url, named, { 'x-request-id': 'outer' })
    expect(await reply.json()).toMatchObject({ id: 'order-17' })
    expect(reply.headers.get('x-request-id')).toBe('outer')
  })

  test('stays out of headers where it is not plain', async () => {
    const { url } = await startServer()
    const id = 'a\r\nset-cookie: b'
    const reply = await infer(url, named.replace('"order-17"', JSON.stringify(id)))
    expect(await reply.json()).toMatchObject({ id })
    expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f]{12}-\w+$/)
  })
})

describe('time', () => {
  test('limits a request by its parameter, in microseconds', async () => {
    const { url } = await startServer({
      models: new FakeModels(fakeModel({ predictor: slowPredictor(60_000) })),
    })
    const body = JSON.stringify({
      parameters: { timeout: 50_000 },
      inputs: [{ ...INPUT, data: [1, 2, 3, 4] }],
    })
    const reply = await infer(url, body)
    expect([reply.status, await reply.json()]).toEqual([504, { error: expect.any(String) }])
  })

  test('limits a request by its header', async () => {
    const { url } = await startServer({
      models: new FakeModels(fakeModel({ predictor: slowPredictor(60_000) })),
    })
    const reply = await infer(url, JSON_REQUEST, { 'x-headrace-timeout-ms': '50' })
    expect([reply.status, await reply.json()]).toEqual([504, { error: expect.any(String) }])
    const wrong = await infer(url, JSON_REQUEST, { 'x-headrace-timeout-ms': 'soon' })
    expect(wrong.status).toBe(400)
  })
})

/** Tells when the request that it works on is taken back. */
class WatchedPredictor extends SumPredictor {
  aborted = false
  started = false

  override async predict(inputs: TensorMap, options: PredictOptions = {}): Promise<TensorMap> {
    this.started = true
    while (options.signal?.aborted !== true) await delay(5)
    this.aborted = true
    return await super.predict(inputs)
  }
}

test('a client that leaves takes its request back', async () => {
  const predictor = new WatchedPredictor()
  const { url } = await startServer({ models: new FakeModels(fakeModel({ predictor })) })
  const leaving = new AbortController()
  const reply = fetch(url + PATH, { method: 'POST', body: JSON_REQUEST, signal: leaving.signal })
  while (!predictor.started) await delay(5)
  leaving.abort()
  await expect(reply).rejects.toThrow()
  while (!predictor.aborted) await delay(5)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toContain('headrace_requests_total{model="sums",version="3",code="499"} 1')
})

test('a defect of ours is 500 in the form of the protocol, without a word about its inside', async () => {
  class BrokenPredictor extends SumPredictor {
    override predict(): Promise<TensorMap> {
      throw new TypeError('secret')
    }
  }
  const { url } = await startServer({
    models: new FakeModels(fakeModel({ predictor: new BrokenPredictor() })),
  })
  const reply = await infer(url, JSON_REQUEST)
  expect([reply.status, await reply.json()]).toEqual([
    500,
    { error: expect.stringContaining(reply.headers.get('x-request-id') ?? '-') },
  ])
})
