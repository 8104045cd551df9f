import { setTimeout as delay } from 'node:timers/promises'
import { status } from '@grpc/grpc-js'
import { describe, expect, test } from 'vitest'
import { SumPredictor } from '../../fixtures/predictors.ts'
import { encodeRequest } from '../../protocols/open-inference/grpc/messages.ts'
import { FakeModels, fakeModel } from '../support/fake-model.ts'
import { failure, inferRequest, startGrpc, sumsOf, TestClient } from './support.ts'

const INFER = '/inference.GRPCInferenceService/ModelInfer'
const same = (bytes: Buffer) => bytes

async function started(...options: Parameters<typeof startGrpc>): Promise<TestClient> {
  const { address } = await startGrpc(...options)
  return new TestClient(address)
}

/** A client that compresses what it sends, beside one that does not. */
async function startedWithPacked(...options: Parameters<typeof startGrpc>) {
  const { address } = await startGrpc(...options)
  return { client: new TestClient(address), packed: new TestClient(address, undefined, 'gzip') }
}

/** A model whose runs take so long. */
function slow(runMs: number) {
  return new FakeModels(fakeModel({ predictor: new SumPredictor({ runMs, maxConcurrency: 8 }) }))
}

describe('ModelInfer', () => {
  test('answers raw contents by raw contents, and names the model, its version and the request', async () => {
    const client = await started()
    const { reply, trailers } = await client.call(
      'ModelInfer',
      inferRequest(
        [
          [1, 2, 3, 4],
          [5, 5, 5, 5],
        ],
        { id: 'a-7' },
      ),
    )
    expect(reply).toMatchObject({
      ...{ model_name: 'sums', model_version: '3', id: 'a-7' },
      outputs: [{ name: 'sum', datatype: 'FP32', shape: ['2'] }, { name: 'rows' }],
    })
    expect(sumsOf(reply)).toEqual([10, 20])
    expect(trailers['x-request-id']).toBe('a-7')
    expect(trailers['server-timing']).toMatch(/^parse;dur=.*compute;dur=/)
  })

  test('answers typed contents by typed contents', async () => {
    const client = await started()
    const input = { name: 'x', datatype: 'FP32', shape: [1, 4], contents: { fp32_contents: [1, 2, 3, 4] } }
    const { reply } = await client.call('ModelInfer', { model_name: 'sums', inputs: [input] })
    expect(reply['raw_output_contents']).toEqual([])
    expect((reply['outputs'] as [{ contents: object }])[0].contents).toMatchObject({ fp32_contents: [10] })
  })

  test('takes compressed messages, and keeps many calls apart', async () => {
    const { client, packed } = await startedWithPacked()
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        (index % 2 === 0 ? client : packed).call('ModelInfer', inferRequest([[index, 0, 0, 1]])),
      ),
    )
    expect(answers.map(({ reply }) => sumsOf(reply)[0])).toEqual(answers.map((_, index) => index + 1))
  })

  test('carries large tensors both ways', async () => {
    const client = await started()
    const rows = 500_000
    const raw = Buffer.from(Float32Array.from({ length: rows * 4 }, (_, index) => index % 7).buffer)
    const { reply } = await client.call('ModelInfer', {
      model_name: 'sums',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [rows, 4] }],
      raw_input_contents: [raw],
    })
    expect(sumsOf(reply).length).toBe(rows)
  })

  test.each([
    ['an unknown model', { model_name: 'none' }, status.NOT_FOUND, /No model is served as 'none'/],
    ['an unknown version', { model_name: 'sums', model_version: '9' }, status.NOT_FOUND, /version '9'/],
    ['no inputs', { model_name: 'sums' }, status.INVALID_ARGUMENT, /x/],
    [
      'an unknown output',
      inferRequest([[1, 2, 3, 4]], { outputs: [{ name: 'nö' }] }),
      status.INVALID_ARGUMENT,
      /nö/,
    ],
    [
      'both kinds of contents',
      {
        ...inferRequest([[1, 2, 3, 4]]),
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1], contents: { fp32_contents: [1] } }],
      },
      status.INVALID_ARGUMENT,
      /either/,
    ],
  ])('refuses %s', async (_, message, code, details) => {
    const client = await started()
    const error = await failure(client.call('ModelInfer', message))
    expect(error.code).toBe(code)
    expect(error.details).toMatch(details)
  })

  test('refuses a message that is no protocol buffer, none at all, and two of them', async () => {
    const client = await started()
    const error = await failure(client.call('ModelInfer', {}, { raw: Buffer.from([0x2a, 0xff]) }))
    expect(error.code).toBe(status.INVALID_ARGUMENT)
    const call = client.client.makeBidiStreamRequest(INFER, same, same)
    call.write(Buffer.alloc(0))
    call.write(Buffer.alloc(0))
    call.end()
    expect((await ended(call)).details).toMatch(/more than one message/)
    const empty = client.client.makeBidiStreamRequest(INFER, same, same)
    empty.end()
    expect(await ended(empty)).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'The call has no message.',
    })
  })

  test('keeps the deadline of the call, of our header, and of the parameter of Triton', async () => {
    const client = await started({ models: slow(3000) })
    const request = inferRequest([[1, 2, 3, 4]])
    const inTime = [
      client.call('ModelInfer', request, { deadlineMs: 60 }),
      client.call('ModelInfer', request, { metadata: { 'x-headrace-timeout-ms': '60' } }),
      client.call('ModelInfer', { ...request, parameters: { timeout: { int64_param: 60_000 } } }),
    ]
    for (const call of inTime) expect((await failure(call)).code).toBe(status.DEADLINE_EXCEEDED)
  })

  test('drops what its client has taken back', async () => {
    const models = slow(10_000)
    const { address, server } = await startGrpc({ models })
    const { client } = new TestClient(address)
    const bytes = encodeRequest(camelCased(inferRequest([[1, 2, 3, 4]])))
    const call = client.makeUnaryRequest(INFER, same, same, bytes, () => {})
    while (models.default()!.admission.requests === 0) await delay(5)
    call.cancel()
    const metrics = async () => await (await fetch(`${server.url}/metrics`)).text()
    while (!/headrace_requests_total\{model="sums",[^}]*code="499"\} 1/.test(await metrics())) await delay(20)
  })

  test('refuses larger messages than bodies may be, inflated ones included', async () => {
    const { client, packed } = await startedWithPacked({ limits: { bodyBytes: 10_000 } })
    const large = inferRequest(Array.from({ length: 2000 }, () => [0, 0, 0, 0]))
    for (const each of [client, packed]) {
      const refused = {
        code: status.RESOURCE_EXHAUSTED,
        details: expect.stringContaining('larger than the limit'),
      }
      expect(await failure(each.call('ModelInfer', large))).toMatchObject(refused)
    }
    expect(sumsOf((await client.call('ModelInfer', inferRequest([[1, 2, 3, 4]]))).reply)).toEqual([10])
  })

  test('outlives messages of a few bytes that are inflated without end', async () => {
    const { client, packed } = await startedWithPacked({ limits: { bodyBytes: 1_000_000 } })
    const large = inferRequest(Array.from({ length: 100_000 }, () => [0, 0, 0, 0]))
    const bombs = [1, 2, 3].map(() => failure(packed.call('ModelInfer', large)))
    const refused = {
      code: status.RESOURCE_EXHAUSTED,
      details: expect.stringContaining('An inflated message'),
    }
    expect(await Promise.all(bombs)).toMatchObject([refused, refused, refused])
    expect(sumsOf((await client.call('ModelInfer', inferRequest([[1, 2, 3, 4]]))).reply)).toEqual([10])
  })

  test('refuses what is too much for all to hold together, and says when to come back', async () => {
    const client = await started({
      models: slow(2000),
      limits: { bodyBytes: 1_000_000, bufferedBytes: 40_000 },
    })
    const large = inferRequest(Array.from({ length: 2000 }, () => [0, 0, 0, 0]))
    const calls = await Promise.allSettled([1, 2, 3].map(() => client.call('ModelInfer', large)))
    const refused = calls.flatMap((call) => (call.status === 'rejected' ? [call.reason] : []))
    expect(refused.length).toBeGreaterThan(0)
    for (const error of refused) {
      expect(error.code).toBe(status.UNAVAILABLE)
      expect(error.metadata.get('retry-after')).toEqual(['1'])
    }
  })

  test('needs an API key where there are any, health does not', async () => {
    const client = await started({ apiKeys: ['secret'] })
    const request = inferRequest([[1, 2, 3, 4]])
    expect((await failure(client.call('ModelInfer', request))).code).toBe(status.UNAUTHENTICATED)
    expect((await failure(client.call('ModelMetadata', { name: 'sums' }))).code).toBe(status.UNAUTHENTICATED)
    for (const metadata of [{ authorization: 'Bearer secret' }, { 'x-api-key': 'secret' }]) {
      expect(sumsOf((await client.call('ModelInfer', request, { metadata })).reply)).toEqual([10])
    }
    expect((await client.call('ServerReady')).reply).toEqual({ ready: true })
    expect((await client.call('Health/Check')).reply).toEqual({ status: 'SERVING' })
  })

  test('is counted with the requests of HTTP', async () => {
    const { address, server } = await startGrpc()
    const client = new TestClient(address)
    await client.call('ModelInfer', inferRequest([[1, 2, 3, 4]]))
    await failure(client.call('ModelInfer', { model_name: 'none' }))
    const text = await (await fetch(`${server.url}/metrics`)).text()
    expect(text).toMatch(/headrace_requests_total\{model="sums",[^}]*code="200"\} 1/)
    expect(text).toMatch(/headrace_requests_total\{model="",[^}]*code="404"\} 1/)
  })
})

async function ended(call: NodeJS.EventEmitter): Promise<{ code: number; details: string }> {
  call.on('error', () => {})
  call.on('data', () => {})
  return await new Promise((resolve) => call.on('status', resolve))
}

function camelCased(message: object): object {
  const {
    model_name: modelName,
    inputs,
    raw_input_contents: rawInputContents,
  } = message as Record<string, unknown>
  return { modelName, inputs, rawInputContents }
}
