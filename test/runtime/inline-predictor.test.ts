import { expect, test } from 'vitest'
import { newTiming } from '../../src/core/timing.ts'
import { InlinePredictor } from '../../src/runtime/inline-predictor.ts'
import { column, columnOf, doubled } from './fakes/fake-model.ts'
import { DoublingPredictor, Order } from './fakes/flavor-table.ts'

const MANY = Float64Array.from({ length: 1000 }, (_, row) => row)

test('small requests go to the engine as they are', async () => {
  const engine = new DoublingPredictor()
  const answer = await new InlinePredictor(engine, 0.01).predict(column(1, 2, 3))
  expect(doubled(answer)).toEqual([2, 4, 6])
  expect(engine.runs).toEqual([3])
})

test('a request that would run for long is cut by rows, and its answer joined', async () => {
  const engine = new DoublingPredictor({ runMs: 1 })
  const timing = newTiming()
  const answer = await new InlinePredictor(engine, 0.05).predict(columnOf(MANY), { timing })
  expect(doubled(answer)).toEqual([...MANY].map((value) => 2 * value))
  expect(engine.runs.length).toBeGreaterThan(1)
  expect(engine.runs[0]).toBe(100)
  expect(timing.batchRows).toBe(1000)
  expect(timing.compute).toBeGreaterThan(engine.runs.length * 0.9)
})

test('the event loop turns between the parts', async () => {
  const engine = new DoublingPredictor({ runMs: 2 })
  let turns = 0
  const turning = setInterval(() => {
    turns += 1
  }, 1)
  await new InlinePredictor(engine, 1).predict(columnOf(MANY.subarray(0, 100)))
  clearInterval(turning)
  expect(turns).toBeGreaterThan(3)
})

test('parts get larger once rows turn out to be cheap', async () => {
  const engine = new DoublingPredictor()
  await new InlinePredictor(engine, 1).predict(columnOf(MANY))
  expect(engine.runs[0]).toBe(5)
  expect(Math.max(...engine.runs)).toBeGreaterThan(20)
})

test('a model whose rows cannot be told apart is run as a whole', async () => {
  const engine = Object.assign(new DoublingPredictor(), { batchable: false })
  await new InlinePredictor(engine, 1).predict(columnOf(MANY))
  expect(engine.runs).toEqual([1000])
})

test('a request that is taken back or late between two parts is run no further', async () => {
  const engine = new DoublingPredictor({ runMs: 10 })
  const inline = new InlinePredictor(engine, 5)
  const late = inline.predict(column(1, 2, 3, 4, 5, 6, 7, 8), { deadline: performance.now() + 25 })
  await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  expect(engine.runs.length).toBeLessThan(8)

  const controller = new AbortController()
  const gone = inline.predict(column(1, 2, 3, 4, 5, 6, 7, 8), { signal: controller.signal })
  setTimeout(() => controller.abort(), 15)
  await expect(gone).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('a large request that fails does not harm the next one', async () => {
  const inline = new InlinePredictor(new DoublingPredictor(), 5)
  const failing = inline.predict(column(Order.fail, 1))
  const next = inline.predict(column(1, 2))
  await expect(failing).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  expect(doubled(await next)).toEqual([2, 4])
})
