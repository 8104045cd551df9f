/**
 * What does batching cost a request? Calls of one row of 4 floats that arrive in one turn of the event loop, over an
 * engine that does nothing: the promise, the turn, joining and splitting included. Target: 1.5 us at 32 in flight.
 */
import type { Predictor } from '../../src/core/predictor.ts'
import type { Tensor, TensorMap } from '../../src/core/tensor.ts'
import { rowCount } from '../../src/core/tensor-rows.ts'
import { newTiming } from '../../src/core/timing.ts'
import { DynamicBatcher } from '../../src/runtime/batching/dynamic-batcher.ts'
import { PLAIN_ROWS } from '../../src/runtime/batching/plain-rows.ts'
import type { Placement } from '../../src/runtime/served-model.ts'
import { machine, median } from '../lib/report.ts'

const CALLS = 100_000
const ROUNDS = 7
const SIZES = Array.from({ length: 64 }, (_, index) => index + 1)

class IdleEngine implements Predictor {
  readonly inputs = [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }] as const
  readonly outputs = [{ name: 'y', datatype: 'FP32', shape: [-1, 3] }] as const
  readonly maxBatchRows = Number.POSITIVE_INFINITY
  readonly maxConcurrency = 1
  readonly batchable = true

  async predict(inputs: TensorMap): Promise<TensorMap> {
    const rows = rowCount(inputs)
    const y: Tensor = { datatype: 'FP32', shape: [rows, 3], data: new Float32Array(3 * rows) }
    return new Map([['y', y]])
  }

  async close(): Promise<void> {}
}

function batcherOf(placement: Placement, batched: boolean): DynamicBatcher {
  const batcher = new DynamicBatcher(new IdleEngine(), { placement })
  if (batched) batcher.use({ sizes: SIZES, joining: PLAIN_ROWS, runMs: (rows) => 0.01 + 0.0005 * rows })
  return batcher
}

/** Microseconds a call. */
async function cost(batcher: DynamicBatcher, atOnce: number): Promise<number> {
  const parameters = new Map()
  const deadline = performance.now() + 60_000
  const x: Tensor = { datatype: 'FP32', shape: [1, 4], data: new Float32Array(4) }
  const start = performance.now()
  for (let made = 0; made < CALLS; made += atOnce) {
    const answers: Promise<TensorMap>[] = []
    for (let n = 0; n < atOnce; n++) {
      answers.push(batcher.predict(new Map([['x', x]]), { parameters, deadline, timing: newTiming() }))
    }
    await Promise.all(answers)
  }
  return ((performance.now() - start) * 1000) / CALLS
}

console.log(machine())
const table = []
for (const placement of ['inline', 'pool'] as const) {
  for (const batched of [true, false]) {
    for (const atOnce of [1, 8, 32, 64]) {
      const batcher = batcherOf(placement, batched)
      const costs: number[] = []
      for (let round = 0; round < ROUNDS; round++) costs.push(await cost(batcher, atOnce))
      table.push({
        placement,
        batched,
        'calls at once': atOnce,
        'us a call': Number(median(costs).toFixed(2)),
      })
    }
  }
}
console.table(table)
