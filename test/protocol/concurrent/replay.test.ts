import { afterEach, expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/seeded-random.ts'
import type { BatchingOptions } from '../../../src/runtime/batching/batching-state.ts'
import type { Placement } from '../../../src/runtime/served-model.ts'
import { bundledModels, type RecordedModel, requestsOf, smallModels } from './support/recorded-models.ts'
import { Replay } from './support/replay.ts'
import { Serving } from './support/serving.ts'
import { shuffledRequests } from './support/shuffled.ts'

/** MLflow's answers are asked for by many clients at once, of models that are batched: nobody is to notice. */
const CLIENTS = 32

let serving: Serving | undefined

afterEach(async () => {
  await serving?.end()
  serving = undefined
})

interface Case {
  readonly of: string
  readonly models: readonly RecordedModel[]
  readonly placement: Placement
  readonly batching: BatchingOptions
  readonly times: number
  /** At least so many models are batched; on a machine with much to do some seem too slow for it. */
  readonly batched: number
}

const IN_POOL = ['iris-2', 'digits-1', 'half-1', 'multi-1', 'params-1', 'series-1', 'text-1']

const CASES: readonly Case[] = [
  {
    ...{ of: 'the bundled models', models: bundledModels(), placement: 'inline' },
    ...{ batching: { mode: 'auto', maxBatchRows: 32 }, times: 1, batched: 6 },
  },
  {
    ...{ of: 'bundled models', models: bundledModels().filter(({ name }) => IN_POOL.includes(name)) },
    ...{ placement: 'pool', batching: { mode: 'auto', maxBatchRows: 32 }, times: 1, batched: 4 },
  },
  {
    ...{ of: 'small models that nobody proved', models: smallModels(), placement: 'inline' },
    ...{ batching: { mode: 'on', maxBatchRows: 16 }, times: 1, batched: 40 },
  },
]

test.each(CASES)(
  '$of are answered as by MLflow to many at once ($placement)',
  async (given) => {
    const { models, placement, batching, times, batched } = given
    serving = await Serving.start({ models, placement, batching, workers: 2, clients: CLIENTS })
    await serving.tuned()
    const served = serving.repository.list()
    expect(served.filter(({ batching: { state } }) => state === 'on').length).toBeGreaterThanOrEqual(batched)
    const replay = new Replay(serving.client)
    await replay.askAlone(models.flatMap(requestsOf))
    const random = seededRandom(32)
    await replay.askTogether(shuffledRequests(models, { modelsAtOnce: 2, times, random }))
    await replay.askTogether(shuffledRequests(models, { modelsAtOnce: models.length, times, random }))
    expect(replay.deviations).toEqual([])
    // Of some models nothing was recorded but mistakes.
    const shared = served.filter((model) => model.stats().batches > 0)
    expect(shared.length).toBeGreaterThanOrEqual(batched * 0.75)
  },
  120_000,
)
