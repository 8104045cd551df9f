import { utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ResolvedModel } from '../../../src/core/resolved-model.ts'
import type { Tensor, TensorMap } from '../../../src/core/tensor.ts'
import type { ScoringCodec } from '../../../src/protocols/mlflow-scoring/scoring-codec.ts'
import type { BatchPlan } from '../../../src/runtime/batching/batch-plan.ts'
import type { LoadedModel } from '../../../src/runtime/loaded-model.ts'
import { ModelRepository, type ModelRepositoryOptions } from '../../../src/runtime/model-repository.ts'
import type { TunedModel, TunedPlan } from '../../../src/runtime/tuning/tuned-plan.ts'
import { Tuner, type TunerOptions } from '../../../src/runtime/tuning/tuner.ts'
import { writeSequenceModel } from '../../fixtures/onnx/sequence-models.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { fakeModel } from '../fakes/fake-model.ts'
import { COLUMN_CODEC, TimedEngine } from './support/timed-engine.ts'
import { tuneEngine, tuneModel } from './support/tuned-model.ts'

const IRIS = join(import.meta.dirname, '../../../models/iris/1')
const SAMPLES: TunerOptions['samples'] = [
  { mediaType: 'application/json', body: Buffer.from('[1, 2, 3, 4, 5, 6]') },
]
const folder = temporaryFolder()

/** As it comes from another process. */
function overJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value))
}

beforeAll(() => writeFile(join(folder, 'model.onnx'), 'the model'))

function setup() {
  const model = { ...fakeModel(), directory: folder, flavorConfig: { data: 'model.onnx' } }
  return { model, scoring: COLUMN_CODEC, samples: SAMPLES, batching: { mode: 'auto' } } as const
}

/** What a tuner that finds out itself tells others. */
async function found(engine: TimedEngine, options: Partial<TunerOptions> = {}) {
  const told: TunedPlan[] = []
  const onTuned = (plan: TunedPlan) => void told.push(overJson(plan))
  const tuned = await tuneEngine(engine, { ...setup(), onTuned, ...options })
  await until(() => told.at(-1)?.settled === true)
  return { ...tuned, told }
}

async function until(isThere: () => boolean): Promise<void> {
  for (const end = performance.now() + 60_000; !isThere(); await sleep(5)) {
    if (performance.now() > end) throw new Error('It took too long')
  }
}

describe('what one tuner found', () => {
  test('is told as it is used, and taken over by another, which runs each size once and measures nothing', async () => {
    const leader = await found(new TimedEngine((rows) => 2 + 0.1 * rows), { placement: 'pool' })
    expect(leader.told.length).toBe(leader.plans.length + 1)
    expect(leader.told.map(({ settled }) => settled).lastIndexOf(false)).toBe(leader.told.length - 2)

    // Nothing that is measured here would give the same.
    const follower = await tuneEngine(new TimedEngine((rows) => 7 * rows), {
      ...setup(),
      placement: 'pool',
      tuned: leader.told.at(-1)!,
    })
    expect(follower.state).toEqual(leader.state)
    expect(follower.plan!.sizes).toEqual(leader.plan!.sizes)
    expect(follower.runs).toEqual(leader.plan!.sizes)
    for (const rows of [1, 7, 64, 100]) {
      expect(follower.plan!.runMs(rows)).toBeCloseTo(leader.plan!.runMs(rows))
    }
  })

  test('is used size by size, as each of them is warm', async () => {
    const leader = await found(new TimedEngine((rows) => 2 + 0.1 * rows), { placement: 'pool' })
    const engine = new TimedEngine(() => 1)
    let largest = 0
    engine.onRun = (rows) => {
      largest = Math.max(largest, rows)
    }
    const used: [planned: number, warm: number][] = []
    const use = (plan: BatchPlan | undefined) => void used.push([plan!.sizes.at(-1)!, largest])
    await tuneEngine(engine, {
      ...setup(),
      placement: 'pool',
      tuned: leader.told.at(-1)!,
      batcher: { use },
    })
    expect(used.length).toBeGreaterThan(2)
    for (const [planned, warm] of used) expect(planned).toBe(warm)
  })

  test('may be that nothing is to be batched', async () => {
    const leader = await found(new TimedEngine((rows) => 40 * rows), { placement: 'pool' })
    const tuned = leader.told.at(-1)!
    expect(tuned.facts).toBeUndefined()
    const follower = await tuneEngine(new TimedEngine((rows) => 2 + 0.1 * rows), {
      ...setup(),
      placement: 'pool',
      tuned,
    })
    expect(follower.state).toEqual(leader.state)
    expect(follower.runs).toEqual([])
  })

  test.each([
    ['another model file', async () => void (await utimes(join(folder, 'model.onnx'), 1, 1))],
    ['another place', { placement: 'inline' }],
    ['other settings', { batching: { mode: 'auto', targetP99Ms: 50 } }],
  ] as const)('is of no use for %s', async (_, change) => {
    const leader = await found(new TimedEngine((rows) => 40 * rows), { placement: 'pool' })
    const same = { ...setup(), placement: 'pool', tuned: leader.told.at(-1)! } as const
    const other = typeof change === 'function' ? same : { ...same, ...change }
    if (typeof change === 'function') await change()
    const follower = await tuneEngine(new TimedEngine((rows) => 0.5 + 0.01 * rows), other)
    expect(follower.state.state).toBe('on')
  })

  test('has the sequences of different lengths in it', async () => {
    const ids = Int32Array.from([3, 17, 5, 29, 8, 11, 2, 19])
    const example: TensorMap = new Map<string, Tensor>([
      ['input_ids', { datatype: 'INT32', shape: [1, 8], data: ids }],
      ['attention_mask', { datatype: 'INT32', shape: [1, 8], data: new Int32Array(8).fill(1) }],
    ])
    const scoring: ScoringCodec = {
      decode: () => ({ request: { inputs: example, parameters: new Map() }, form: 'tensors' }),
      encode: () => '',
    }
    const path = await writeSequenceModel(folder, 'heeded')
    const told: TunedPlan[] = []
    const leader = await tuneModel(path, {
      samples: [null],
      overrides: { scoring, onTuned: (plan) => void told.push(overJson(plan)) },
    })
    await until(() => told.at(-1)?.settled === true)
    expect(told.at(-1)!.facts?.sequences?.mask).toBe('attention_mask')
    const follower = await tuneModel(path, { samples: [null], overrides: { scoring, tuned: told.at(-1)! } })
    expect(follower.state).toEqual(leader.state)
    const short: TensorMap = new Map(
      [...example].map(([name, tensor]) => [
        name,
        { ...tensor, shape: [1, 5], data: (tensor.data as Int32Array).slice(0, 5) } as Tensor,
      ]),
    )
    expect(follower.plan!.joining.fits(example, short)).toBe(true)
    expect(follower.plan!.joining.join([example, short])).toEqual(leader.plan!.joining.join([example, short]))
    await Promise.all([leader.engine.close(), follower.engine.close()])
  })
})

describe('a tuner that waits for another', () => {
  async function follower(tuned: Partial<TunerOptions> = {}) {
    const plans: (BatchPlan | undefined)[] = []
    const engine = new TimedEngine(() => 1)
    const tuner = new Tuner({
      ...{ ...setup(), name: 'm', placement: 'pool', engine, rowMs: 1, underWay: () => 0 },
      batcher: { use: (plan) => void plans.push(plan) },
      everywhere: async () => {},
      log: { info: () => {}, warn: () => {} },
      isTunedElsewhere: true,
      ...tuned,
    })
    return { tuner, plans, done: tuner.run() }
  }

  test('takes its plans as they come, and the refusal of one that was no good', async () => {
    const { told } = await found(new TimedEngine((rows) => 2 + 0.1 * rows), { placement: 'pool' })
    const { tuner, plans, done } = await follower()
    tuner.adopt(told[0]!)
    await until(() => tuner.state.maxBatchRows === told[0]!.facts!.sizes.at(-1))
    tuner.adopt({ key: told[0]!.key, reason: 'it was wrong', settled: false })
    await until(() => tuner.state.state === 'testing')
    expect(plans.at(-1)).toBeUndefined()
    tuner.adopt(told.at(-1)!)
    await done
    expect(tuner.state).toMatchObject({ state: 'on', maxBatchRows: told.at(-1)!.facts!.sizes.at(-1) })
    expect(tuner.tunedPlan).toEqual(told.at(-1))
  })

  test('hears later that a proof was none, and tells it where it finds that itself', async () => {
    const { told } = await found(new TimedEngine((rows) => 2 + 0.1 * rows), { placement: 'pool' })
    const own: TunedPlan[] = []
    const first = await follower({ onTuned: (plan) => void own.push(overJson(plan)) })
    first.tuner.adopt(told.at(-1)!)
    await first.done
    first.tuner.disprove('a row is missing')
    await until(() => own.length === 1)
    expect(first.plans.at(-1)).toBeUndefined()

    const second = await follower()
    second.tuner.adopt(told.at(-1)!)
    await second.done
    second.tuner.adopt(own[0]!)
    await until(() => second.tuner.state.state === 'off')
    expect(second.plans.at(-1)).toBeUndefined()
    expect(second.tuner.state.reason).toContain('a row is missing')
  })

  test('finds out itself, for others too, where it is told that nobody else does', async () => {
    const own: TunedPlan[] = []
    const { tuner, done } = await follower({ onTuned: (plan) => void own.push(overJson(plan)) })
    await sleep(50)
    tuner.tuneHere()
    await done
    await until(() => own.at(-1)?.settled === true)
    expect(own.at(-1)).toEqual(tuner.tunedPlan)
  })

  test('ends with its model', async () => {
    const { tuner, done } = await follower()
    await sleep(50)
    tuner.stop()
    await done
    expect(tuner.state.state).toBe('testing')
  })
})

/** The tuner gives up at runs of a length that are short for a busy machine. */
const TIMED = { retry: 3 }

describe('repositories', () => {
  const open: ModelRepository[] = []
  afterEach(async () => {
    await Promise.all(open.splice(0).map((repository) => repository.close()))
  })

  async function resolve(path: string): Promise<ResolvedModel> {
    return {
      ...{ uri: path, canonicalUri: path, name: 'm', version: undefined, alias: undefined, path },
      origin: { kind: 'local', location: path, registry: undefined },
    }
  }

  function repository(options: Partial<ModelRepositoryOptions> = {}): ModelRepository {
    const opened = new ModelRepository({
      ...{ resolve, placement: 'inline', batching: { mode: 'auto', maxBatchRows: 16 } },
      ...options,
    })
    open.push(opened)
    return opened
  }

  test('hand on what one of them found, to who has the model and who is yet to load it', TIMED, async () => {
    const leader = repository()
    const [early, late] = [repository({ isTunedElsewhere: true }), repository({ isTunedElsewhere: true })]
    const told: TunedModel[] = []
    leader.tuning.onTuned = (tuned) => {
      told.push(tuned)
      for (const each of [early, late]) each.tuning.adopt(overJson(tuned))
    }
    const models = [await early.load(IRIS), await leader.load(IRIS)] as LoadedModel[]
    await Promise.all(models.map(({ tuned }) => tuned))
    models.push((await late.load(IRIS)) as LoadedModel)
    const [plan] = leader.plans()[0]!.plans
    const later = repository()
    models.push((await later.loadPlan(overJson(plan!))) as LoadedModel)
    await Promise.all(models.map(({ tuned }) => tuned))
    expect(told.at(-1)).toMatchObject({ name: 'm', version: '1', plan: { settled: true } })
    for (const { batching, tunedPlan } of models) {
      expect(batching).toEqual(models[1]!.batching)
      expect(tunedPlan).toEqual(told.at(-1)!.plan)
    }
    expect(models[0]!.batching).toMatchObject({ state: 'on' })
  })
})
