import { describe, expect, test } from 'vitest'
import { workerDied } from '../../../src/core/errors.ts'
import { Tuner, type TunerOptions } from '../../../src/runtime/tuning/tuner.ts'
import { fakeModel } from '../fakes/fake-model.ts'
import { COLUMN_CODEC, TimedEngine } from './support/timed-engine.ts'
import { type TunedModel, tuneEngine } from './support/tuned-model.ts'

const SAMPLES: TunerOptions['samples'] = [
  { mediaType: 'application/json', body: Buffer.from('[1, 2, 3, 4, 5, 6]') },
]
const SETUP = {
  model: fakeModel(),
  scoring: COLUMN_CODEC,
  samples: SAMPLES,
  batching: { mode: 'auto' },
} as const

function tune(engine: TimedEngine, options: Partial<TunerOptions> = {}): Promise<TunedModel> {
  return tuneEngine(engine, { ...SETUP, ...options })
}

describe('the search', () => {
  test('takes the size of the best time per row, as far as a run may take', async () => {
    const engine = new TimedEngine((rows) => 2 + 0.1 * rows)
    const { state, plan } = await tune(engine, { placement: 'pool' })
    expect(state).toMatchObject({ state: 'on', maxBatchRows: 64 })
    expect(plan!.sizes.slice(-4)).toEqual([52, 56, 60, 64])
    expect(plan!.runMs(20)).toBeCloseTo(4)
    expect(plan!.runMs(1)).toBeLessThanOrEqual(plan!.runMs(2))
  })

  test('lets a request wait for one run and be in the next within the target', async () => {
    const engine = new TimedEngine((rows) => 2 + 0.1 * rows)
    const { state } = await tune(engine, {
      placement: 'pool',
      batching: { mode: 'auto', targetP99Ms: 10 },
    })
    expect(state).toMatchObject({ state: 'on', maxBatchRows: 16 })
  })

  test('takes no larger size than is worth it', async () => {
    const engine = new TimedEngine((rows) => Math.max(1, rows / 4))
    expect((await tune(engine, { placement: 'pool' })).state).toMatchObject({ state: 'on', maxBatchRows: 4 })
  })

  test('never keeps the serving thread for longer than 5 ms', async () => {
    const engine = new TimedEngine((rows) => 0.5 + 0.1 * rows)
    const { state, runs } = await tune(engine)
    expect(state).toMatchObject({ state: 'on', maxBatchRows: 32 })
    expect(Math.max(...runs)).toBe(32)
  })

  test('leaves a model unbatched of which rows take as long together as apart', async () => {
    const engine = new TimedEngine((rows) => 40 * rows)
    const { state, runs } = await tune(engine, { placement: 'pool' })
    expect(state).toEqual({
      state: 'off',
      reason: 'batching gains nothing: a row takes 40 ms alone, and 100 % of that in a batch of 2',
      maxBatchRows: 1,
    })
    expect(Math.max(...runs)).toBe(2)
  })

  test('looks twice before it gives up, since something else may have kept the machine', async () => {
    let disturbed = 11
    const engine = new TimedEngine((rows) => (1 + 0.1 * rows) * (rows > 1 && disturbed-- > 0 ? rows : 1))
    const { state } = await tune(engine, { placement: 'pool' })
    expect(disturbed).toBeLessThan(0)
    expect(state.state).toBe('on')
  })

  test('leaves a model unbatched whose target leaves no time for two rows', async () => {
    const engine = new TimedEngine((rows) => 4 + rows / 4)
    const { state } = await tune(engine, {
      placement: 'pool',
      batching: { mode: 'auto', targetP99Ms: 5 },
    })
    expect(state.reason).toContain('a batch may take 2.5 ms, for a target of 5 ms')
  })

  test('tells small times of a row that alone takes longer than the target leaves', async () => {
    const engine = new TimedEngine(() => 0.11)
    const { state } = await tune(engine, {
      placement: 'pool',
      rowMs: 0.11,
      batching: { mode: 'auto', targetP99Ms: 0.1 },
    })
    expect(state.reason).toBe(
      'a batch may take 0.05 ms, for a target of 0.1 ms, and a row alone takes 0.11 ms',
    )
  })

  test('does not try a model of which a handful of runs takes too long', async () => {
    const { state, runs } = await tune(new TimedEngine(() => 900), { placement: 'pool', rowMs: 900 })
    expect(state.reason).toContain('too long to prove')
    expect(runs).toEqual([])
  })

  test('proves fewer sizes of a slow model', async () => {
    const engine = new TimedEngine((rows) => 30 + rows)
    const { plan, runs } = await tune(engine, { placement: 'pool', rowMs: 31 })
    expect(plan!.sizes).toEqual([1, 2, 3, 4, 6, 8, 12, 16])
    expect(runs.reduce((sum, rows) => sum + 30 + rows, 0)).toBeLessThan(2_500)
  })

  test('keeps to powers of two where an engine keeps memory for each number of rows', async () => {
    const model = { ...fakeModel(), engine: { name: 'wasm' as const } }
    const { plan } = await tune(new TimedEngine((rows) => 1 + 0.01 * rows), { placement: 'pool', model })
    expect(plan!.sizes).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256])
  })
})

describe('by hand', () => {
  test('a size is proved and warmed, not searched', async () => {
    const { state, plan } = await tune(new TimedEngine((rows) => rows), {
      placement: 'pool',
      batching: { mode: 'auto', maxBatchRows: 12 },
    })
    expect(state).toMatchObject({ state: 'on', maxBatchRows: 12 })
    expect(plan!.sizes).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  test('a size is used as far as a run keeps the serving thread no longer than 5 ms', async () => {
    const { state, runs } = await tune(new TimedEngine((rows) => 0.1 * rows), {
      batching: { mode: 'auto', maxBatchRows: 1000 },
    })
    expect(state).toMatchObject({ state: 'on', maxBatchRows: 48 })
    expect(Math.max(...runs)).toBe(48)
  })

  test('a target holds for a size as well', async () => {
    const { state } = await tune(new TimedEngine((rows) => rows), {
      placement: 'pool',
      batching: { mode: 'auto', maxBatchRows: 12, targetP99Ms: 10 },
    })
    expect(state).toMatchObject({ state: 'on', maxBatchRows: 5 })
  })

  test('a size is not had where two rows keep the serving thread for too long', async () => {
    const { state, plans, runs } = await tune(new TimedEngine((rows) => 3 * rows), {
      batching: { mode: 'auto', maxBatchRows: 8 },
    })
    expect(state).toMatchObject({ state: 'off', reason: expect.stringContaining('may take 6 ms') })
    expect(plans.filter((plan) => plan !== undefined)).toEqual([])
    expect(Math.max(...runs)).toBe(1)
  })

  test('a slow model in the serving thread is not run for nothing', async () => {
    const { state, runs } = await tune(new TimedEngine(() => 50), { rowMs: 50 })
    expect([state.state, runs]).toEqual(['off', []])
  })

  test('one row is no batch', async () => {
    const { state, runs } = await tune(new TimedEngine(() => 1), {
      batching: { mode: 'auto', maxBatchRows: 1 },
    })
    expect([state.state, runs]).toEqual(['off', []])
  })

  test('off is off', async () => {
    const { state, plans, runs } = await tune(new TimedEngine(() => 1), { batching: { mode: 'off' } })
    expect([state.reason, plans, runs]).toEqual(['switched off', [], []])
  })

  test('on is on at once, and measured all the same', async () => {
    const engine = new TimedEngine((rows) => 2 + 0.1 * rows)
    const { state, plans } = await tune(engine, { placement: 'pool', batching: { mode: 'on' } })
    expect(plans[0]!.sizes.at(-1)).toBe(32)
    expect(state).toEqual({ state: 'on', reason: 'switched on by hand, without proof', maxBatchRows: 64 })
  })

  test('on stays on where nothing can be measured', async () => {
    const engine = new TimedEngine(() => 1)
    engine.onRun = () => {
      throw new Error('Nothing runs')
    }
    const { state, plans } = await tune(engine, { batching: { mode: 'on', maxBatchRows: 4 } })
    expect(state).toMatchObject({ state: 'on', maxBatchRows: 4 })
    expect(plans.at(-1)!.sizes).toEqual([1, 2, 3, 4])
  })

  test('a model that may run without end is batched only where that is forced', async () => {
    const model = fakeModel({ unboundedRun: true })
    const engine = new TimedEngine((rows) => 1 + 0.01 * rows)
    expect((await tune(engine, { model })).state.reason).toContain('may have no end')
    expect((await tune(engine, { model, batching: { mode: 'on' } })).state.state).toBe('on')
  })

  test('what was asked for and is not had is a warning', async () => {
    const batching = { mode: 'auto', maxBatchRows: 8 } as const
    const { log } = await tune(new TimedEngine(() => 1), {
      samples: [{ ...SAMPLES[0]!, body: Buffer.from('{}') }],
      batching,
      model: fakeModel({ unboundedRun: true }),
    })
    expect(log).toMatchObject([{ level: 'warn', facts: { model: 'm' } }])
  })
})

describe('in the course of it', () => {
  test('a plan is in use before all sizes are proved', async () => {
    const { plans, log } = await tune(new TimedEngine((rows) => 1 + 0.001 * rows))
    expect(plans[0]!.sizes).toEqual([1, 2, 4, 8])
    expect(plans[1]!.sizes).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    for (const [index, plan] of plans.entries()) {
      if (index < 2) continue
      expect(plan!.sizes.slice(0, plans[index - 1]?.sizes.length)).toEqual(
        plans[index - 1]?.sizes ?? plan!.sizes,
      )
    }
    expect(log).toMatchObject([{ level: 'info', facts: { model: 'm', maxBatchRows: 256 } }])
  })

  test('a plan is taken back when a larger size fails', async () => {
    const engine = new TimedEngine((rows) => 1 + 0.001 * rows)
    let runs = 0
    engine.onRun = (rows) => {
      if (rows === 12 && runs++ > 0) throw new Error('This size is broken')
    }
    const { state, plans } = await tune(engine)
    expect(state).toMatchObject({ state: 'off', maxBatchRows: 1 })
    expect(plans.length).toBeGreaterThan(1)
    expect(plans.at(-1)).toBeUndefined()
  })

  test('a worker that dies is no reason to give up', async () => {
    const engine = new TimedEngine((rows) => 1 + 0.001 * rows)
    let deaths = 1
    engine.onRun = (rows) => {
      if (rows === 4 && deaths-- > 0) throw workerDied('The worker died')
    }
    expect((await tune(engine, { batching: { mode: 'auto', maxBatchRows: 8 } })).state.state).toBe('on')
  })

  test('a model that is never idle gets its proof all the same', async () => {
    const engine = new TimedEngine((rows) => 0.1 + 0.001 * rows)
    const batching = { mode: 'auto', maxBatchRows: 4 } as const
    expect((await tune(engine, { batching, underWay: () => 1 })).state.state).toBe('on')
  })

  test('a long run waits for a pause between requests', async () => {
    const engine = new TimedEngine((rows) => 50 + rows)
    let underWay = 1
    let disturbed = 0
    engine.onRun = () => {
      disturbed += underWay
    }
    setTimeout(() => {
      underWay = 0
    }, 150)
    await tune(engine, { placement: 'pool', rowMs: 50, underWay: () => underWay })
    expect(disturbed).toBe(0)
  })

  test('no run begins once it is stopped', async () => {
    const engine = new TimedEngine(() => 1)
    let runs = 0
    const plans: unknown[] = []
    const log = { info: () => {}, warn: () => {} }
    const tuner: Tuner = new Tuner({
      ...{ ...SETUP, name: 'm', placement: 'pool', engine, rowMs: 1, underWay: () => 0, log },
      batcher: { use: (plan) => void plans.push(plan) },
      everywhere: async () => {},
    })
    engine.onRun = () => {
      runs += 1
      if (runs === 10) tuner.stop()
    }
    expect(tuner.state).toEqual({ state: 'testing', reason: 'not proved yet', maxBatchRows: 1 })
    await tuner.run()
    expect(runs).toBe(10)
    expect(tuner.state).toEqual({ state: 'off', reason: 'the model is being unloaded', maxBatchRows: 1 })
    expect(plans).toEqual([])
  })
  test('a proof that turns out to be none is taken back for good, and said', async () => {
    const engine = new TimedEngine((rows) => 1 + 0.001 * rows)
    const plans: unknown[] = []
    const warnings: object[] = []
    const tuner: Tuner = new Tuner({
      ...{ ...SETUP, name: 'm', placement: 'pool', engine, rowMs: 1, underWay: () => 0 },
      log: { info: () => {}, warn: (facts) => void warnings.push(facts) },
      batcher: {
        use: (plan) => {
          plans.push(plan)
          if (plans.length === 1) setImmediate(() => tuner.disprove('a row is missing'))
        },
      },
      everywhere: async () => {},
    })
    await tuner.run()
    expect(plans.at(-1)).toBeUndefined()
    expect(tuner.state).toMatchObject({ state: 'off', reason: expect.stringContaining('a row is missing') })
    expect(warnings).toHaveLength(1)
    tuner.disprove('once more')
    expect(warnings).toHaveLength(1)
  })

  test('nor is it used again where the last run of the tuning had just ended', async () => {
    const tuning = (onRun: (runs: number) => void, use: (plan: unknown) => void = () => {}): Tuner => {
      const engine = new TimedEngine((rows) => 0.1 + 0.001 * rows)
      let runs = 0
      engine.onRun = () => {
        runs += 1
        onRun(runs)
      }
      return new Tuner({
        ...{ ...SETUP, name: 'm', placement: 'inline', engine, rowMs: 1, underWay: () => 0 },
        ...{ log: { info: () => {}, warn: () => {} }, everywhere: async () => {}, batcher: { use } },
      })
    }
    let allRuns = 0
    await tuning((runs) => {
      allRuns = runs
    }).run()
    const disprovedAfter = async (steps: number): Promise<void> => {
      const plans: unknown[] = []
      let isTakenBack = false
      const disprove = (left: number): void => {
        if (left > 0) {
          queueMicrotask(() => disprove(left - 1))
          return
        }
        tuner.disprove('a row is missing')
        isTakenBack = tuner.state.state === 'off'
      }
      const tuner = tuning(
        (runs) => {
          if (runs === allRuns) disprove(steps)
        },
        (plan) => void plans.push(plan),
      )
      await tuner.run()
      expect(tuner.state.state).toBe(isTakenBack ? 'off' : 'on')
      expect(plans.at(-1) === undefined).toBe(isTakenBack)
    }
    await Promise.all(Array.from({ length: 16 }, (_, steps) => disprovedAfter(steps)))
  })
})
