import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { evaluationFailed, internalError, workerDied } from '../../../src/core/errors.ts'
import type { Tensor, TensorMap } from '../../../src/core/tensor.ts'
import { type MemberMessage, OBSERVED } from '../../../src/rollout/rollout-messages.ts'
import { Observations } from '../../../src/server/rollouts/observations.ts'
import { SumPredictor, slowPredictor } from '../../fixtures/predictors.ts'
import { startGrpc, TestClient } from '../grpc/support.ts'
import { type FakeModelInit, fakeModel } from '../support/fake-model.ts'
import { ONE_ROW, score, startServer } from '../support/running.ts'
import { allTo, type HeardChannel, rolloutOptions, seen } from './support.ts'

/** Whatever is told to it happens on rows that begin with this number, and always where it is undefined. */
class TroubledPredictor extends SumPredictor {
  readonly #trouble: () => TensorMap
  readonly #on: number | undefined

  constructor(trouble: () => TensorMap, on?: number) {
    super()
    this.#trouble = trouble
    this.#on = on
  }

  protected override compute(x: Float32Array, rows: number, columns: number): TensorMap {
    return this.#on === undefined || x[0] === this.#on ? this.#trouble() : super.compute(x, rows, columns)
  }
}

function throwing(error: Error): () => never {
  return () => {
    throw error
  }
}

function sums(...values: number[]): TensorMap {
  const rows = values.length
  return new Map<string, Tensor>([
    ['sum', { datatype: 'FP32', shape: [rows], data: Float32Array.from(values) }],
    ['rows', { datatype: 'INT64', shape: [rows], data: new BigInt64Array(rows).fill(1n) }],
  ])
}

function twoModels(a: FakeModelInit, b: FakeModelInit) {
  return [fakeModel({ name: 'a', version: '3', ...a }), fakeModel({ name: 'b', version: '4', ...b })]
}

async function observed(channel: HeardChannel, count = 1): Promise<string[]> {
  await channel.until(() => channel.observed.length >= count)
  return channel.observed.map(seen)
}

const FAILED = evaluationFailed('It cannot be.')

describe('an answer', () => {
  test.each([
    { of: 'a good run', predictor: new SumPredictor(), status: 200, flags: '' },
    {
      of: 'a run that throws',
      predictor: new TroubledPredictor(throwing(FAILED)),
      status: 400,
      flags: ', error',
    },
    {
      of: 'a defect',
      predictor: new TroubledPredictor(throwing(internalError('This is a bug.'))),
      status: 500,
      flags: ', error',
    },
    {
      of: 'a worker that died',
      predictor: new TroubledPredictor(throwing(workerDied('The worker died.'))),
      status: 503,
      flags: ', error',
    },
    { of: 'NaN', predictor: new TroubledPredictor(() => sums(Number.NaN)), status: 200, flags: ', fault' },
    {
      of: 'an infinity',
      predictor: new TroubledPredictor(() => sums(Number.NEGATIVE_INFINITY)),
      status: 200,
      flags: ', fault',
    },
    {
      of: 'another shape',
      predictor: new TroubledPredictor(
        () =>
          new Map<string, Tensor>([['sum', { datatype: 'FP32', shape: [1, 1], data: Float32Array.of(1) }]]),
      ),
      status: 200,
      flags: ', fault',
    },
  ])('with $of is told as it is', async ({ predictor, status, flags }) => {
    const { options, channel } = rolloutOptions(allTo(1), twoModels({}, { predictor }))
    const { url } = await startServer(options)
    expect((await score(url)).status).toBe(status)
    expect(await observed(channel)).toEqual([`1 in step 0${flags}`])
  })

  test('over gRPC is told as it is', async () => {
    const predictor = new TroubledPredictor(throwing(FAILED), 1)
    const { options, channel } = rolloutOptions(allTo(1), twoModels({}, { predictor }))
    const { address } = await startGrpc(options)
    const client = new TestClient(address)
    const call = (first: number) =>
      client
        .call('ModelInfer', {
          model_name: 'iris',
          inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', contents: { fp32_contents: [first, 2] } }],
        })
        .catch(() => {})
    await call(1)
    await call(2)
    expect((await observed(channel, 2)).toSorted()).toEqual(['1 in step 0', '1 in step 0, error'])
  })

  test('comes with the time that it took, from the whole body on', async () => {
    const { options, channel } = rolloutOptions(allTo(1), twoModels({}, { predictor: slowPredictor(40) }))
    const { url } = await startServer(options)
    const begun = performance.now()
    await score(url)
    const took = performance.now() - begun
    await observed(channel)
    const [[, , , milliseconds] = [0, 0, 0, 0]] = channel.observed
    expect(milliseconds).toBeGreaterThan(35)
    expect(milliseconds).toBeLessThan(took)
  })

  test('that is late is an error of the variant', async () => {
    const { options, channel } = rolloutOptions(allTo(1), twoModels({}, { predictor: slowPredictor(2000) }))
    const { url } = await startServer(options)
    expect((await score(url, ONE_ROW, { 'x-headrace-timeout-ms': '60' })).status).toBe(504)
    expect(await observed(channel)).toEqual(['1 in step 0, error'])
  })

  test('nobody waits for is told to nobody', async () => {
    const { options, channel } = rolloutOptions(allTo(1), twoModels({}, { predictor: slowPredictor(150) }))
    const { url } = await startServer(options)
    const leaving = new AbortController()
    const left = fetch(`${url}/invocations`, {
      ...{ method: 'POST', body: ONE_ROW, signal: leaving.signal },
      headers: { 'content-type': 'application/json' },
    })
    await delay(50)
    leaving.abort()
    await expect(left).rejects.toThrow()
    await delay(200)
    expect(channel.observed).toEqual([])
  })
})

describe("a client's mistake", () => {
  test('in the body is told as such', async () => {
    const { options, channel } = rolloutOptions(allTo(1))
    const { url } = await startServer(options)
    expect((await score(url, '{"inputs": 3}')).status).toBe(400)
    expect((await score(url, ONE_ROW, { 'content-type': 'text/html' })).status).toBe(415)
    expect(await observed(channel, 2)).toEqual(['1 in step 0, clientFault', '1 in step 0, clientFault'])
  })

  test('is what the control fails on as well', async () => {
    const fails = () => new TroubledPredictor(throwing(FAILED), 1)
    const { options, channel } = rolloutOptions(
      allTo(1),
      twoModels({ predictor: fails() }, { predictor: fails() }),
    )
    const { url } = await startServer(options)
    expect((await score(url)).status).toBe(400)
    expect(await observed(channel)).toEqual(['1 in step 0, clientFault'])
  })

  test('is what the control has no better answer to', async () => {
    const faulty = () => new TroubledPredictor(() => sums(Number.NaN))
    const { options, channel } = rolloutOptions(
      allTo(1),
      twoModels({ predictor: faulty() }, { predictor: faulty() }),
    )
    const { url } = await startServer(options)
    await score(url)
    expect(await observed(channel)).toEqual(['1 in step 0, clientFault'])
  })

  test('is not known where the control gives no answer, which harms nobody', async () => {
    const control = new TroubledPredictor(throwing(workerDied('The worker died.')))
    const predictor = new TroubledPredictor(throwing(FAILED))
    const { options, channel } = rolloutOptions(allTo(1), twoModels({ predictor: control }, { predictor }))
    const { url } = await startServer(options)
    await score(url)
    expect(await observed(channel)).toEqual(['1 in step 0, clientFault'])
  })
})

describe('the control', () => {
  test('has faults that count, and errors that are taken for its clients', async () => {
    const predictor = new TroubledPredictor(() => sums(Number.NaN), 1)
    const failing = new TroubledPredictor(throwing(FAILED))
    const { options, channel } = rolloutOptions(allTo(0), twoModels({ predictor }, {}))
    const { url } = await startServer(options)
    await score(url)
    expect(await observed(channel)).toEqual(['0 in step 0, fault'])
    const other = rolloutOptions(allTo(0), twoModels({ predictor: failing }, {}))
    const { url: second } = await startServer(other.options)
    await score(second)
    expect(await observed(other.channel)).toEqual(['0 in step 0, clientFault'])
  })
})

test('good answers are gathered, and bad ones told at once', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const sent: MemberMessage[] = []
  const observations = new Observations((message) => sent.push(message))
  const good = [0, 0, 1, 2, 0] as const
  const bad = [1, 0, 1, 2, OBSERVED.error] as const
  observations.answered('iris', good, false)
  observations.answered('iris', good, false)
  vi.advanceTimersByTime(49)
  expect(sent).toEqual([])
  vi.advanceTimersByTime(1)
  expect(sent).toEqual([{ kind: 'observed', rollout: 'iris', requests: [good, good] }])
  observations.answered('iris', good, false)
  observations.answered('iris', bad, true)
  observations.answered('iris', good, false)
  vi.advanceTimersByTime(5)
  expect(sent[1]).toEqual({ kind: 'observed', rollout: 'iris', requests: [good, bad, good] })
  vi.advanceTimersByTime(100)
  expect(sent).toHaveLength(2)
})

test('a member joins once all models are there that take part', async () => {
  const { options, channel } = rolloutOptions()
  await startServer(options)
  expect(channel.messages).toEqual([
    {
      kind: 'join',
      models: [
        { name: 'a', uri: 'models:/a@champion', version: '3' },
        { name: 'b', uri: 'models:/b@champion', version: '4' },
      ],
    },
  ])
})

test('what was observed is told before the server ends', async () => {
  const { options, channel } = rolloutOptions(allTo(1))
  const { url, server } = await startServer(options)
  await score(url)
  await server.stop({ graceMs: 100 })
  expect(channel.observed.map(seen)).toEqual(['1 in step 0'])
})

test('a body that is refused before it is read is its client’s fault, and its answer tells of the variant', async () => {
  const { options, channel } = rolloutOptions(allTo(1))
  const { url } = await startServer({ ...options, limits: { bodyBytes: 100 } })
  const headers = { 'content-type': 'application/json', 'content-length': 1000, expect: '100-continue' }
  const asked = request(`${url}/invocations`, { method: 'POST', headers })
  asked.flushHeaders()
  const [reply] = (await once(asked, 'response')) as [IncomingMessage]
  asked.destroy()
  expect(reply.statusCode).toBe(413)
  expect(reply.headers).toMatchObject({ 'x-headrace-variant': 'b', 'x-headrace-model-version': '4' })
  expect(await observed(channel)).toEqual(['1 in step 0, clientFault'])
})

test('a control that has much to do is asked all the same', async () => {
  const models = twoModels({}, { predictor: new TroubledPredictor(() => sums(Number.NaN)) })
  const { options, channel } = rolloutOptions(allTo(1), models)
  const { url } = await startServer(options)
  for (let count = 0; count < 100; count += 1) models[0]?.admission.enter(1)
  await score(url)
  expect(await observed(channel)).toEqual(['1 in step 0, fault'])
})

test('inputs are the same for the control that is asked once more', async () => {
  const seenInputs: number[] = []
  class Recording extends SumPredictor {
    protected override compute(x: Float32Array, rows: number, columns: number): TensorMap {
      seenInputs.push(...x)
      return super.compute(x, rows, columns)
    }
  }
  const predictor = new TroubledPredictor(throwing(FAILED))
  const { options, channel } = rolloutOptions(
    allTo(1),
    twoModels({ predictor: new Recording() }, { predictor }),
  )
  const { url } = await startServer(options)
  await score(url)
  await observed(channel)
  expect(seenInputs).toEqual([1, 2, 3, 4])
})
