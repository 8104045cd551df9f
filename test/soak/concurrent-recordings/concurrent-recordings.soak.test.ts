import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/seeded-random.ts'
import {
  bundledModels,
  type RecordedModel,
  requestsOf,
  smallModels,
} from '../../protocol/concurrent/support/recorded-models.ts'
import { Replay } from '../../protocol/concurrent/support/replay.ts'
import { shuffledRequests } from '../../protocol/concurrent/support/shuffled.ts'
import { distinctRequests } from './distinct-requests.ts'
import { ServedModels } from './served-models.ts'

/** Of each group of models in each place. */
const SECONDS = Number(process.env['HEADRACE_SOAK_MINUTES'] ?? 10) * 6
const CLIENTS = 64
const DISTINCT = 1000

interface Case {
  readonly of: string
  readonly models: readonly RecordedModel[]
  readonly flags: readonly string[]
}

const INLINE = ['--placement', 'inline']
const POOL = ['--placement', 'pool', '-w', '2']
/** Few of the small models have an example, without which nothing is proved. */
const BY_HAND = ['--batching', 'on', '--max-batch-rows', '16']

function groups(models: readonly RecordedModel[], size: number): (readonly RecordedModel[])[] {
  return Array.from({ length: Math.ceil(models.length / size) }, (_, index) =>
    models.slice(index * size, (index + 1) * size),
  )
}

const CASES: readonly Case[] = [
  { of: 'bundled models, inline', models: bundledModels(), flags: INLINE },
  ...groups(bundledModels(), 6).map((models, index) => ({
    ...{ of: `bundled models ${index}, pool`, models, flags: POOL },
  })),
  { of: 'small models, inline', models: smallModels(), flags: [...INLINE, ...BY_HAND] },
  ...groups(smallModels(), 14).map((models, index) => ({
    ...{ of: `small models ${index}, pool`, models, flags: [...POOL, ...BY_HAND] },
  })),
]

test.each(CASES)('answered at once as alone and as by MLflow: $of', async ({ models, flags }) => {
  const servers = [new ServedModels(models, [...flags, '--batching', 'off']), new ServedModels(models, flags)]
  const [single, batched] = servers as [ServedModels, ServedModels]
  try {
    const alone = await single.listening(1)
    const together = await batched.listening(CLIENTS)
    const replay = new Replay(together, alone)
    const random = seededRandom(64)
    await replay.askAlone(models.flatMap(requestsOf))
    const distinct = flags.includes('on')
      ? []
      : models.map((model) => distinctRequests(model, DISTINCT, random))
    await replay.learnAlone(distinct.flat())
    const on = await batched.tuned()
    for (const requests of distinct) await replay.askTogether(requests)
    const end = performance.now() + SECONDS * 1000
    let asked = distinct.flat().length
    while (performance.now() < end && replay.deviations.length === 0) {
      for (const modelsAtOnce of [1, 3, models.length]) {
        const requests = shuffledRequests(models, { modelsAtOnce, times: 3, random })
        asked += requests.length
        await replay.askTogether(requests)
      }
    }
    console.log(
      `${models.length} models, ${on} batched: ${asked} requests, ${await batched.batches()} batches`,
    )
    expect(replay.deviations).toEqual([])
  } finally {
    await Promise.all(servers.map((server) => server.end()))
  }
})
