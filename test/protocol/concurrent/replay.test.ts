import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import type { BatchingOptions } from '../../../src/runtime/batching/batching-state.ts'
import { DataPlane } from '../../../src/runtime/data-plane.ts'
import { ModelRepository } from '../../../src/runtime/model-repository.ts'
import type { Placement } from '../../../src/runtime/served-model.ts'
import { buildApp } from '../../../src/server/app.ts'
import { listen } from '../../../src/server/listen.ts'
import { seeded } from '../../runtime/admission/simulation.ts'
import { Client } from './support/client.ts'
import { bundledModels, type RecordedModel, smallModels } from './support/recorded-models.ts'
import { Replay } from './support/replay.ts'
import { shuffledRequests } from './support/shuffled.ts'

/** MLflow's answers are asked for by many clients at once, of models that are batched: nobody is to notice. */
const CLIENTS = 32
const PATIENCE_MS = 30_000

let end: (() => Promise<void>) | undefined

afterEach(async () => {
  await end?.()
  end = undefined
})

interface Serving {
  readonly repository: ModelRepository
  readonly client: Client
}

async function serve(
  models: readonly RecordedModel[],
  placement: Placement,
  batching: BatchingOptions,
): Promise<Serving> {
  const repository = new ModelRepository({
    ...{ placement, batching, workers: 2, expectedModels: models.length },
    resolve: async (path) => ({
      ...{ uri: path, canonicalUri: path, name: path, version: undefined, alias: undefined, path },
      origin: { kind: 'local', location: path, registry: undefined },
    }),
  })
  for (const { folder, name } of models) await repository.load(folder, name)
  const logger = pino({ level: 'silent' })
  const app = await buildApp({ models: repository, dataPlane: new DataPlane(), logger })
  const server = await listen(app, { host: '127.0.0.1', port: 0 })
  const client = new Client(server.url, CLIENTS)
  end = async () => {
    await client.close()
    await server.stop({ graceMs: 0 })
    await repository.close()
  }
  return { repository, client }
}

/** Until every model is batched, or known not to be. */
async function tuned({ repository }: Serving): Promise<void> {
  const until = performance.now() + PATIENCE_MS
  while (repository.list().some(({ batching }) => batching.state === 'testing')) {
    expect(performance.now()).toBeLessThan(until)
    await sleep(10)
  }
}

interface Case {
  readonly of: string
  readonly models: readonly RecordedModel[]
  readonly placement: Placement
  readonly batching: BatchingOptions
  readonly times: number
  /** At least so many models are batched. */
  readonly batched: number
}

const IN_POOL = ['iris-2', 'digits-1', 'half-1', 'multi-1', 'params-1', 'series-1', 'text-1']

const CASES: readonly Case[] = [
  {
    ...{ of: 'the bundled models', models: bundledModels(), placement: 'inline' },
    ...{ batching: { mode: 'auto', maxBatchRows: 32 }, times: 2, batched: 10 },
  },
  {
    ...{ of: 'bundled models', models: bundledModels().filter(({ name }) => IN_POOL.includes(name)) },
    ...{ placement: 'pool', batching: { mode: 'auto', maxBatchRows: 32 }, times: 2, batched: 6 },
  },
  {
    ...{ of: 'small models that nobody proved', models: smallModels(), placement: 'inline' },
    ...{ batching: { mode: 'on', maxBatchRows: 16 }, times: 2, batched: 40 },
  },
]

test.each(CASES)(
  '$of are answered as by MLflow to many at once ($placement)',
  async (given) => {
    const { models, placement, batching, times, batched } = given
    const serving = await serve(models, placement, batching)
    await tuned(serving)
    const served = serving.repository.list()
    expect(served.filter(({ batching: { state } }) => state === 'on').length).toBeGreaterThanOrEqual(batched)
    const replay = new Replay(serving.client)
    await replay.askAlone(models)
    const random = seeded(32)
    await replay.askTogether(shuffledRequests(models, { modelsAtOnce: 2, times, random }))
    await replay.askTogether(shuffledRequests(models, { modelsAtOnce: models.length, times: 1, random }))
    expect(replay.deviations).toEqual([])
    // Of some models nothing was recorded but mistakes.
    const shared = served.filter((model) => model.stats().batches > 0)
    expect(shared.length).toBeGreaterThanOrEqual(batched * 0.75)
  },
  60_000,
)
