import { expect, test } from 'vitest'
import { DynamicBatcher } from '../../../src/runtime/batching/dynamic-batcher.ts'
import { PLAIN_ROWS } from '../../../src/runtime/batching/plain-rows.ts'
import { boundedRows, fewerLargeRows, mostElements } from '../../../src/runtime/tuning/bounded-rows.ts'
import { answered, HeldEngine, rows } from './support/held-engine.ts'

const SIZES = [1, 2, 3, 4, 6, 8, 12, 16]
const TRIED = mostElements([rows(8, 1)])

function batcher() {
  const engine = new HeldEngine()
  const batcher = new DynamicBatcher(engine, { placement: 'pool' })
  batcher.use({
    ...{ sizes: SIZES, joining: boundedRows(PLAIN_ROWS, TRIED), runMs: (count) => count },
    mostRowsFor: fewerLargeRows(TRIED, 16),
  })
  return { engine, batcher }
}

test.each([
  [4, [16]],
  [8, [16]],
  [16, [4, 4, 4, 4]],
  [20, [2, 2, 2, 2, 2, 2, 2, 2]],
  [40, new Array(16).fill(1)],
])('rows of %i values, where 8 were tried, run by the size they may have', async (width, sizes) => {
  const { engine, batcher: batches } = batcher()
  const values = Array.from({ length: 16 }, (_, value) => value)
  const answers = values.map((value) => batches.predict(rows(width, value)))
  await engine.finishAll()
  expect((await Promise.all(answers)).flatMap(answered)).toEqual(values)
  expect(engine.runs.map((run) => run.rows)).toEqual(sizes)
})

test('a call of many large rows is cut, and its answer joined', async () => {
  const { engine, batcher: batches } = batcher()
  const values = Array.from({ length: 10 }, (_, value) => value)
  const answer = batches.predict(rows(16, ...values))
  await engine.finishAll()
  expect(answered(await answer)).toEqual(values)
  expect(engine.runs.map((run) => run.rows)).toEqual([4, 4, 2])
})
