import { expect, test } from 'vitest'
import type { PredictOptions } from '../../../src/core/predictor.ts'
import type { TensorMap } from '../../../src/core/tensor.ts'
import { medianRunMs } from '../../../src/runtime/load/run-timing.ts'
import { column } from '../fakes/fake-model.ts'
import { DoublingPredictor } from '../fakes/flavor-table.ts'

/** Tells that its runs took as long as is said of each. */
class TellingPredictor extends DoublingPredictor {
  readonly #msOf: (run: number) => number

  constructor(msOf: (run: number) => number) {
    super()
    this.#msOf = msOf
  }

  override async predict(inputs: TensorMap, options: PredictOptions = {}): Promise<TensorMap> {
    const outputs = await super.predict(inputs, options)
    if (options.timing !== undefined) options.timing.compute = this.#msOf(this.runs.length - 1)
    return outputs
  }
}

async function timed(msOf: (run: number) => number): Promise<{ ms: number; runs: number }> {
  const predictor = new TellingPredictor(msOf)
  const timing = { deadline: performance.now() + 60_000, thresholdMs: 0.5 }
  const ms = await medianRunMs(predictor, column(1), timing)
  return { ms, runs: predictor.runs.length }
}

test('the median of twenty runs is taken, the first three left out', async () => {
  expect(await timed((run) => (run < 3 ? 20 : 0.01 * run))).toEqual({ ms: 0.11, runs: 20 })
})

test('a thread that was kept from its CPU does not decide', async () => {
  const { ms, runs } = await timed((run) => (run < 20 && run % 4 > 0 ? 3 : 0.02))
  expect(ms).toBe(0.02)
  expect(runs).toBe(40)
})

test('a model of which no run is short is not timed again', async () => {
  expect(await timed(() => 1)).toEqual({ ms: 1, runs: 20 })
  expect(await timed(() => 60)).toEqual({ ms: 60, runs: 2 })
})
