import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { serializeError } from '../../../src/core/errors.ts'
import type { Predictor } from '../../../src/core/predictor.ts'
import { newTiming } from '../../../src/core/timing.ts'
import { flavorFor } from '../../../src/flavors/flavor-table.ts'
import { scoringHabits } from '../../../src/flavors/scoring-habits.ts'
import { compileScoringCodec } from '../../../src/protocols/mlflow-scoring/compile-scoring-codec.ts'
import {
  SCORING_MEDIA_TYPES,
  type ScoringCodec,
  type ScoringMediaType,
} from '../../../src/protocols/mlflow-scoring/scoring-codec.ts'
import { WorkerPool } from '../../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads } from '../../../src/runtime/pool/worker-threads.ts'
import { prepareModel } from '../../../src/runtime/prepare-model.ts'
import {
  bodyOf,
  modelFolder,
  type Recording,
  readRecordings,
} from '../../protocol/mlflow-scoring/recording.ts'
import { fakeWorkerModel } from '../fakes/fake-model.ts'
import { type FakeConfig, Order } from '../fakes/flavor-table.ts'
import { JSON_BODY } from '../fakes/json-body.ts'

interface Body {
  readonly body: Uint8Array
  readonly mediaType: ScoringMediaType
}

const ROOT = resolve(import.meta.dirname, '../../..')

/** What is no request in any form, beside all that was recorded. */
const BROKEN: readonly Body[] = [
  '',
  '[',
  '{}',
  '{"inputs": 1e999}',
  '\ud800',
  '{"inputs": [[1], [2, 3]]}',
  '\0',
]
  .map((text) => Buffer.from(text))
  .concat([Buffer.from([0xff, 0xfe]), Buffer.from('PAR1PAR1')])
  .flatMap((body) => SCORING_MEDIA_TYPES.map((mediaType) => ({ body, mediaType })))

const BUNDLED = globSync('models/*/*.recordings.jsonl', { cwd: ROOT }).sort()
const MODELS = [
  ...BUNDLED.map((file) => ({
    folder: resolve(ROOT, file.replace('.recordings.jsonl', '')),
    bodies: bodiesOf(readLines(resolve(ROOT, file))),
  })),
  ...recordedModels(4).map((model) => ({
    folder: modelFolder(model),
    bodies: bodiesOf(readRecordings().filter((recording) => recording.model === model)),
  })),
]

/** The `count` models with the most recordings of the real MLflow. */
function recordedModels(count: number): string[] {
  const counts = new Map<string, number>()
  for (const { model } of readRecordings()) counts.set(model, (counts.get(model) ?? 0) + 1)
  const sorted = [...counts].sort(([, a], [, b]) => b - a)
  return sorted.slice(0, count).map(([model]) => model)
}

function readLines(path: string): Recording[] {
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Recording)
}

function bodiesOf(recordings: readonly Recording[]): Body[] {
  return recordings.flatMap((recording) => {
    const essence = recording.content_type?.split(';')[0]?.trim()
    const mediaType = SCORING_MEDIA_TYPES.find((type) => type === essence)
    return mediaType === undefined ? [] : [{ body: bodyOf(recording), mediaType }]
  })
}

async function here({ body, mediaType }: Body, codec: ScoringCodec, predictor: Predictor): Promise<unknown> {
  try {
    const { request, form } = await codec.decode(body, mediaType)
    const { inputs, parameters } = request
    return codec.encode(await predictor.predict(inputs, { parameters }), form)
  } catch (error) {
    return serializeError(error)
  }
}

async function there({ body, mediaType }: Body, pool: WorkerPool): Promise<unknown> {
  try {
    return new TextDecoder().decode(
      (await pool.score(body, { protocol: 'mlflow-scoring', mediaType }, {})).octets,
    )
  } catch (error) {
    return serializeError(error)
  }
}

async function openPool(folder: string, workers = 1): Promise<WorkerPool> {
  const mlmodel = await prepareModel(folder)
  const threads = new WorkerThreads({ maxThreads: workers })
  return WorkerPool.open(threads, { mlmodel, intraOpThreads: 1 }, workers)
}

test.each(MODELS)('bodies are answered by the workers of $folder as by this thread', async (model) => {
  const mlmodel = await prepareModel(model.folder)
  const predictor = await (await flavorFor(mlmodel)).load(mlmodel, { intraOpThreads: 1 })
  const { inputs, outputs } = predictor
  const codec = compileScoringCodec({
    ...{ signature: mlmodel.signature, inputs, outputs },
    ...scoringHabits(mlmodel),
  })
  const pool = await openPool(model.folder)
  for (const body of [...model.bodies, ...BROKEN]) {
    expect(await there(body, pool)).toEqual(await here(body, codec, predictor))
  }
  await Promise.all([pool.close(), predictor.close()])
})

describe('a body in a worker', () => {
  let pool: WorkerPool
  const json = (...values: number[]) =>
    Buffer.from(`{"inputs": [${values.map((value) => value.toFixed(1))}]}`)
  const score = (body: Buffer, options = {}) => pool.score(body, JSON_BODY, options)

  async function open(config: FakeConfig = {}, workers = 1): Promise<void> {
    const threads = new WorkerThreads({ maxThreads: workers })
    pool = await WorkerPool.open(threads, fakeWorkerModel(config), workers)
  }

  afterEach(() => pool.close())

  test('is answered with all times and the rows that it held', async () => {
    await open({ runMs: 20 })
    const timing = newTiming()
    const { octets } = await score(json(1, 2, 3), { timing })
    expect(JSON.parse(Buffer.from(octets).toString())).toEqual({ predictions: { y: [2, 4, 6] } })
    expect(timing).toMatchObject({ rows: 3, batchRows: 3 })
    expect(timing.compute).toBeGreaterThan(15)
    expect(timing.parse).toBeGreaterThan(0)
    expect(timing.serialise).toBeGreaterThan(0)
  })

  test('is left as it is, whether it owns its memory or is a view of more', async () => {
    await open()
    const bytes = json(...Array.from({ length: 5000 }, (_, x) => x))
    const padded = Buffer.concat([Buffer.from('xx'), bytes, Buffer.from('yy')])
    for (const body of [bytes, padded.subarray(2, -2)]) {
      const before = Buffer.from(body)
      await score(body)
      expect(body.equals(before)).toBe(true)
    }
  })

  test('is run once more when its worker dies under it, then given up', async () => {
    await open({}, 2)
    await expect(score(json(Order.exit))).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      details: { workerDied: true },
    })
    while (pool.stats.workerRestarts < 2) await sleep(5)
    expect(Buffer.from((await score(json(1))).octets).toString()).toBe('{"predictions": {"y": [2.0]}}')
  })

  test('is not run when it is taken back, or late, before it began', async () => {
    await open({ runMs: 1000 })
    const running = score(json(1))
    const controller = new AbortController()
    const dropped = score(json(Order.exit), { signal: controller.signal })
    const late = score(json(Order.exit), { deadline: performance.now() + 30 })
    await sleep(10)
    controller.abort()
    await expect(dropped).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    await running
    await score(json(2))
    expect(pool.stats).toMatchObject({ workerRestarts: 0, queued: 0, running: 0, cancelled: 1, expired: 1 })
  })

  test('is refused where reading it might fill the heap of its worker', async () => {
    pool = await WorkerPool.open(new WorkerThreads({ maxThreads: 1, maxHeapMb: 128 }), fakeWorkerModel(), 1)
    await expect(score(Buffer.alloc(20_000_000, '[],'))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('more memory'),
    })
    expect(pool.stats.workerRestarts).toBe(0)
  })

  test('of many megabytes, with an answer as large, leaves the event loop free', async () => {
    await open()
    const body = Buffer.from(`{"inputs": [${'1.5, '.repeat(1_000_000)}1.5]}`)
    let [turns, done] = [0, false]
    const count = (): void => {
      turns += 1
      if (!done) setImmediate(count)
    }
    count()
    const { octets } = await score(body)
    done = true
    expect(octets.length).toBeGreaterThan(5_000_000)
    expect(turns).toBeGreaterThan(10)
  })
})
