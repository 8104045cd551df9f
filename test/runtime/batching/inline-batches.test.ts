import { expect, test } from 'vitest'
import { unavailable } from '../../../src/core/errors.ts'
import type { Predictor } from '../../../src/core/predictor.ts'
import { newTiming } from '../../../src/core/timing.ts'
import type { BatchPlan } from '../../../src/runtime/batching/batch-plan.ts'
import { DynamicBatcher } from '../../../src/runtime/batching/dynamic-batcher.ts'
import { PLAIN_ROWS } from '../../../src/runtime/batching/plain-rows.ts'
import { column, columnOf, doubled } from '../fakes/fake-model.ts'
import { DoublingPredictor } from '../fakes/flavor-table.ts'

const MANY = Float64Array.from({ length: 1000 }, (_, row) => row)
const SIZES = Array.from({ length: 200 }, (_, index) => index + 1)

function planOf(rowMs: number): BatchPlan {
  return { sizes: SIZES, joining: PLAIN_ROWS, runMs: (rows) => rowMs * rows }
}

function inline(engine: Predictor, plan?: BatchPlan): DynamicBatcher {
  const batcher = new DynamicBatcher(engine, { placement: 'inline' })
  batcher.use(plan)
  return batcher
}

test('calls of one turn are one run', async () => {
  const engine = new DoublingPredictor()
  const batcher = inline(engine, planOf(0.01))
  const answers = await Promise.all([1, 2, 3].map((value) => batcher.predict(column(value))))
  expect(answers.map(doubled)).toEqual([[2], [4], [6]])
  expect(engine.runs).toEqual([3])
})

test('a request that would run for long is cut by rows, and its answer joined', async () => {
  const engine = new DoublingPredictor({ runMs: 1 })
  const timing = newTiming()
  const answer = await inline(engine, planOf(0.05)).predict(columnOf(MANY), { timing })
  expect(doubled(answer)).toEqual([...MANY].map((value) => 2 * value))
  expect(engine.runs).toEqual(new Array(10).fill(100))
  expect(timing.batchRows).toBe(100)
  expect(timing.compute).toBeGreaterThan(9)
})

test('the event loop turns between two runs', async () => {
  const engine = new DoublingPredictor()
  const seen: number[] = []
  let watching = true
  const watch = () => {
    seen.push(engine.runs.length)
    if (watching) setImmediate(watch)
  }
  watch()
  await inline(engine, planOf(1)).predict(columnOf(MANY.subarray(0, 500)))
  watching = false
  expect(engine.runs.length).toBe(100)
  for (const [turn, runs] of seen.entries()) expect(runs - (seen[turn - 1] ?? 0)).toBeLessThanOrEqual(1)
})

test('without proof a request is run as a whole, and each is a run of its own', async () => {
  const engine = new DoublingPredictor()
  const batcher = inline(engine)
  await Promise.all([batcher.predict(columnOf(MANY)), batcher.predict(column(1))])
  expect(engine.runs).toEqual([1000, 1])
})

test('what would run for long and cannot be cut goes elsewhere, and all else stays', async () => {
  const [engine, other] = [new DoublingPredictor(), new DoublingPredictor()]
  let openings = 0
  const overflow = async () => {
    openings += 1
    return other
  }
  const batcher = new DynamicBatcher(engine, { placement: 'inline', overflow, rowMs: 0.1 })
  const answers = await Promise.all([
    batcher.predict(columnOf(MANY)),
    batcher.predict(column(1)),
    batcher.predict(columnOf(MANY.subarray(0, 200))),
  ])
  expect(answers.map((answer) => doubled(answer).length)).toEqual([1000, 1, 200])
  expect(engine.runs).toEqual([1])
  expect(other.runs).toEqual([1000, 200])
  expect(openings).toBe(1)

  batcher.use(planOf(0.1))
  await batcher.predict(columnOf(MANY))
  expect(Math.max(...engine.runs)).toBe(50)
  await batcher.close()
  await expect(other.predict(column(1))).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
})

test('what waits to be cut leaves the thread when there is no plan any more', async () => {
  const [engine, other] = [new DoublingPredictor(), new DoublingPredictor()]
  const batcher = new DynamicBatcher(engine, { placement: 'inline', overflow: async () => other, rowMs: 0.1 })
  batcher.use(planOf(0.1))
  const answers = [batcher.predict(columnOf(MANY)), batcher.predict(column(1))]
  batcher.use(undefined)
  expect((await Promise.all(answers)).map((answer) => doubled(answer).length)).toEqual([1000, 1])
  expect([engine.runs, other.runs]).toEqual([[1], [1000]])
  await batcher.close()
})

test('an overflow that cannot be opened costs nobody an answer', async () => {
  const engine = new DoublingPredictor()
  const overflow = async () => {
    throw unavailable('No memory left')
  }
  const batcher = new DynamicBatcher(engine, { placement: 'inline', overflow, rowMs: 0.1 })
  expect(doubled(await batcher.predict(columnOf(MANY)))).toHaveLength(1000)
  expect(engine.runs).toEqual([1000])
  await batcher.close()
})

test('a request that waits for the overflow can be late or taken back', async () => {
  const opening = Promise.withResolvers<Predictor>()
  const overflow = () => opening.promise
  const batcher = new DynamicBatcher(new DoublingPredictor(), { placement: 'inline', overflow, rowMs: 0.1 })
  const controller = new AbortController()
  const late = batcher.predict(columnOf(MANY), { deadline: performance.now() + 5 })
  const gone = batcher.predict(columnOf(MANY), { signal: controller.signal })
  controller.abort()
  await expect(gone).rejects.toMatchObject({ code: 'CANCELLED' })
  await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  opening.resolve(new DoublingPredictor())
  await batcher.close()
})

test('a request that is taken back or late between two parts is run no further', async () => {
  const engine = new DoublingPredictor({ runMs: 10 })
  const batcher = inline(engine, { ...planOf(5), sizes: [1] })
  const late = batcher.predict(column(1, 2, 3, 4, 5, 6, 7, 8), { deadline: performance.now() + 25 })
  await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  expect(engine.runs.length).toBeLessThan(8)

  const controller = new AbortController()
  const gone = batcher.predict(column(1, 2, 3, 4, 5, 6, 7, 8), { signal: controller.signal })
  setTimeout(() => controller.abort(), 15)
  await expect(gone).rejects.toMatchObject({ code: 'CANCELLED' })
})
