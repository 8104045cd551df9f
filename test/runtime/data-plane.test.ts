import { afterEach, describe, expect, test } from 'vitest'
import type { TensorMap } from '../../src/core/tensor.ts'
import { newTiming } from '../../src/core/timing.ts'
import { Admission, type AdmissionLimits } from '../../src/runtime/admission/admission.ts'
import { DynamicBatcher } from '../../src/runtime/batching/dynamic-batcher.ts'
import { DataPlane } from '../../src/runtime/data-plane.ts'
import { LoadedModel } from '../../src/runtime/loaded-model.ts'
import { type PlacedModel, placedInline, placedInPool } from '../../src/runtime/placement.ts'
import { WorkerPool } from '../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads } from '../../src/runtime/pool/worker-threads.ts'
import { FAKE_CODEC } from './fakes/fake-codec.ts'
import { column, doubled, fakeModel, fakeWorkerModel } from './fakes/fake-model.ts'
import { DoublingPredictor, type FakeConfig, Order } from './fakes/flavor-table.ts'

const dataPlane = new DataPlane()
let model: LoadedModel

function served(placed: PlacedModel, limits?: AdmissionLimits) {
  model = new LoadedModel({
    source: {
      uri: '/m',
      canonicalUri: '/m',
      name: 'm',
      version: undefined,
      alias: undefined,
      path: '/m',
      origin: { kind: 'local', location: '/m', registry: undefined },
    },
    name: 'm',
    mlmodel: fakeModel(),
    placed,
    batcher: new DynamicBatcher(placed.predictor, { placement: placed.placement }),
    tuner: { state: { state: 'off', reason: 'not tried', maxBatchRows: 1 }, stop: () => {} },
    scoring: FAKE_CODEC,
    admission: new Admission(limits),
    loadTimes: { total: 0, engine: 0, batch1: undefined },
    goldenRequests: 0,
  })
  return model
}

function inline(config: FakeConfig = {}, limits?: AdmissionLimits): LoadedModel {
  return served(placedInline(new DoublingPredictor(config)), limits)
}

async function pooled(config: FakeConfig = {}, limits?: AdmissionLimits): Promise<LoadedModel> {
  const threads = new WorkerThreads({ maxThreads: 1 })
  const pool = await WorkerPool.open(threads, fakeWorkerModel(config), 1)
  return served(placedInPool(pool), limits)
}

function request(...values: number[]) {
  return { inputs: column(...values), parameters: new Map() }
}

afterEach(() => model.predictor.close())

test.each(['inline', 'pool'] as const)('%s: answers and fills in the timing', async (placement) => {
  placement === 'inline' ? inline({ runMs: 5 }) : await pooled({ runMs: 5 })
  const timing = newTiming()
  const response = await dataPlane.infer(model, request(1, 2, 3), { timing })
  expect(doubled(response.outputs)).toEqual([2, 4, 6])
  expect(response.timing).toBe(timing)
  expect(timing).toMatchObject({ rows: 3, batchRows: 3 })
  expect(timing.compute).toBeGreaterThan(4)
})

test('the bound of the queue is kept, and what left makes room', async () => {
  await pooled({ runMs: 20 }, { maxRequests: 3, maxRows: 100 })
  const taken = [1, 2, 3].map((x) => dataPlane.infer(model, request(x)))
  expect(model.stats()).toMatchObject({ workers: 1 })
  expect(model.stats().running + model.stats().queued).toBe(3)
  await expect(dataPlane.infer(model, request(4))).rejects.toMatchObject({
    code: 'TEMPORARILY_UNAVAILABLE',
    retryAfterSeconds: 1,
  })
  await Promise.all(taken)
  expect(doubled((await dataPlane.infer(model, request(5))).outputs)).toEqual([10])
})

test('a request that failed has left as well', async () => {
  inline({}, { maxRequests: 1, maxRows: 100 })
  for (let n = 0; n < 3; n += 1) {
    await expect(dataPlane.infer(model, request(Order.fail))).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  }
  expect(model.admission.requests).toBe(0)
})

test('a client that has left and a deadline that has passed cost nothing', async () => {
  inline()
  const gone = dataPlane.infer(model, request(1), { signal: AbortSignal.abort() })
  await expect(gone).rejects.toMatchObject({ code: 'CANCELLED' })
  const late = dataPlane.infer(model, request(1), { deadline: performance.now() - 1 })
  await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
})

/** A machine may stand still for most of the run. */
const TIMED = { retry: 4 }

test('the deadline is answered when it passes, not when the run ends', TIMED, async () => {
  await pooled({ runMs: 3000 })
  const begun = performance.now()
  await expect(dataPlane.infer(model, request(1), { deadline: begun + 50 })).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
  })
  expect(performance.now() - begun).toBeLessThan(2500)
})

test('draining finishes what is in flight and refuses what comes', async () => {
  await pooled({ runMs: 30 })
  const inFlight = [1, 2, 3].map((x) => dataPlane.infer(model, request(x)))
  const drained = model.drain('The server is shutting down', 5000)
  await expect(dataPlane.infer(model, request(4))).rejects.toMatchObject({
    code: 'TEMPORARILY_UNAVAILABLE',
    message: 'The server is shutting down',
  })
  expect(await drained).toBe(true)
  expect((await Promise.all(inFlight)).map(({ outputs }) => doubled(outputs))).toEqual([[2], [4], [6]])
})

test('draining does not wait longer than it was given', async () => {
  await pooled({ runMs: 300 })
  const slow = dataPlane.infer(model, request(1))
  expect(await model.drain('The server is shutting down', 20)).toBe(false)
  await slow
})

test('retiring answers with an error what the grace was too short for, and ends', TIMED, async () => {
  await pooled({ runMs: 3000 })
  const begun = performance.now()
  const inFlight = [1, 2].map((x) => dataPlane.infer(model, request(x)))
  const retired = model.retire('The server is shutting down', 20)
  for (const answer of await Promise.allSettled(inFlight)) {
    expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'TEMPORARILY_UNAVAILABLE' } })
  }
  await retired
  expect(performance.now() - begun).toBeLessThan(2500)
})

describe('without a promise', () => {
  function caller() {
    const told: unknown[] = []
    return {
      told,
      inferred: (outputs: TensorMap) => void told.push(doubled(outputs)),
      failed: (error: unknown) => void told.push(error),
    }
  }

  test.each(['inline', 'pool'] as const)('%s: tells each caller once', async (placement) => {
    placement === 'inline' ? inline() : await pooled()
    const callers = [1, 2, 3].map((value) => {
      const each = caller()
      dataPlane.submit(model, request(value), {}, each)
      return each
    })
    await model.admission.idle()
    expect(callers.map(({ told }) => told)).toEqual([[[2]], [[4]], [[6]]])
    expect(model.admission.rows).toBe(0)
  })

  test('throws what is refused at once, and tells its caller nothing', () => {
    inline()
    const late = caller()
    expect(() => dataPlane.submit(model, request(1), { deadline: 0 }, late)).toThrow('by its deadline')
    model.admission.stop('no more')
    expect(() => dataPlane.submit(model, request(1), {}, late)).toThrow('no more')
    expect(late.told).toEqual([])
    expect(model.admission.requests).toBe(0)
  })

  test('tells of what was taken back, and forgets it', async () => {
    inline()
    const [left, stays] = [caller(), caller()]
    const controller = new AbortController()
    dataPlane.submit(model, request(1), { signal: controller.signal }, left)
    dataPlane.submit(model, request(2), {}, stays)
    controller.abort()
    expect(left.told).toMatchObject([{ code: 'CANCELLED' }])
    await model.admission.idle()
    expect(stays.told).toEqual([[4]])
    expect(left.told).toHaveLength(1)
  })
})
