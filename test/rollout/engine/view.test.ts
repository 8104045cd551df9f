import { describe, expect, test } from 'vitest'
import { OBSERVED } from '../../../src/rollout/rollout-messages.ts'
import { DrivenRollout } from './driven-rollout.ts'
import { modelsOf, rolloutPlan } from './rollout-plans.ts'

const HALVES = rolloutPlan({ a: 500, b: 500 })

/** Users with an outcome each. */
function users(run: DrivenRollout, count: number, rates: readonly number[]): void {
  for (let i = 0; i < count; i++) {
    const key = run.newKey()
    const variant = run.request([], key)
    run.outcome(key, run.random() < rates[variant]! ? 1 : 0)
    if (i % 100 === 99) run.wait(1)
  }
}

describe('the view of a rollout', () => {
  test('at its beginning', () => {
    const { engine, now } = new DrivenRollout({ plan: HALVES })
    expect(engine.view()).toMatchObject({
      ...{ name: 'iris', phase: 'running', cause: '', epoch: 1, step: 0, startedAt: now, changedAt: now },
      ...{ canary: undefined, shadows: [], history: [], outcomeKind: 'binary', runId: undefined },
      id: engine.state.id,
      assignment: {
        seed: engine.state.id,
        slots: [
          { end: 500, variant: 'a' },
          { end: 1000, variant: 'b' },
        ],
      },
      sampleRatio: { alarm: false },
      decision: expect.stringMatching(/^Keep looking: outcomes of 0 keys of a and 0 of b/),
    })
    expect(engine.view().variants).toEqual(
      modelsOf(HALVES).map(({ name, uri, version }) => ({
        ...{ name, modelUri: uri, modelVersion: version, isControl: name === 'a', permille: 500 },
        ...{ requests: 0, keys: 0, errors: 0, faults: 0, latencyMs: undefined },
        ...{ outcomes: 0, outcomeMean: undefined },
      })),
    )
  })

  test('counts requests, keys, errors and faults, and reads latencies to about a hundredth', () => {
    const run = new DrivenRollout({ plan: HALVES })
    for (let i = 1; i <= 1000; i++) {
      run.engine.observe([[0, 0, run.newKey(), i, i % 10 === 0 ? OBSERVED.error : 0]])
      run.engine.observe([[1, 0, 4711, 0.1, i === 1 ? OBSERVED.fault : 0]])
    }
    const [a, b] = run.engine.view().variants
    expect(a).toMatchObject({ requests: 1000, errors: 100, faults: 0 })
    expect(a!.keys / 1000).toBeCloseTo(1, 1)
    expect(a!.latencyMs!.p50 / 500).toBeCloseTo(1, 1)
    expect(a!.latencyMs!.p99 / 990).toBeCloseTo(1, 1)
    expect(b).toMatchObject({ requests: 1000, keys: 1, faults: 1 })
    expect(b!.latencyMs!.p99 / 0.1).toBeCloseTo(1, 1)
  })

  test('says of no variant that more keys asked it than there were requests, though keys are estimated', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const run = new DrivenRollout({ plan: HALVES, seed })
      for (let i = 0; i < 3000; i++) run.request()
      for (const { requests, keys } of run.engine.view().variants) expect(keys).toBeLessThanOrEqual(requests)
    }
  })

  test('a better variant is told as such, by its outcomes', () => {
    const run = new DrivenRollout({ plan: HALVES })
    users(run, 5000, [0.4, 0.55])
    run.wait(2)
    const view = run.engine.view()
    expect(view.variants[1]!.outcomeMean).toBeCloseTo(0.55, 1)
    expect(view.comparisons[0]).toMatchObject({ variant: 'b', verdict: 'variant-better' })
    expect(view.decision).toMatch(/^b is better by 1\d\.\d points \(95 % interval/)
    expect(view.sampleRatio.alarm).toBe(false)
  })

  test('outcomes of another rollout, of no variant and of no number that can be counted are left out', () => {
    const run = new DrivenRollout({ plan: HALVES })
    const facts = { rolloutId: run.engine.state.id, variant: 1, step: 0, key: 5, issuedAt: run.now, nonce: 1 }
    run.engine.outcome({ ...facts, rolloutId: '0000000000000000' }, 1)
    run.engine.outcome({ ...facts, variant: 2 }, 1)
    run.engine.outcome(facts, Number.NaN)
    run.engine.outcome(facts, 1e155)
    expect(run.engine.view().variants[1]?.outcomes).toBe(0)
    run.engine.outcome(facts, 1)
    expect(run.engine.view().variants[1]).toMatchObject({ outcomes: 1, outcomeMean: 1 })
  })

  test('keys that go astray are noticed', () => {
    const run = new DrivenRollout({ plan: HALVES })
    for (let i = 0; i < 2000; i++) run.engine.observe([[i % 3 === 0 ? 1 : 0, 0, run.newKey(), 10, 0]])
    run.wait(12)
    expect(run.engine.view().sampleRatio.alarm).toBe(true)
  })

  test('a shadow is told with what differs, and the largest examples', () => {
    const run = new DrivenRollout({ plan: rolloutPlan({ a: 1000 }, { shadows: ['s'] }) })
    expect(run.engine.view().decision).toBe('No request to the shadow s was compared yet.')
    const output = { output: 'y', different: 0, elements: 3, excess: 0 }
    for (let i = 0; i < 90; i++) run.compare('s', 'agrees', { outputs: [output] })
    for (let i = 1; i <= 10; i++) {
      const outputs = [{ ...output, excess: i, different: 1, labels: { different: 1, rows: 1 } }]
      run.compare('s', 'differs', { outputs, example: `example ${i}` })
    }
    run.compare('s', 'fails')
    run.compare('s', 'dropped')
    run.compare('s', 'too-large')
    run.compare('s', 'too-large')
    run.compare('who?', 'differs')
    const view = run.engine.view()
    expect(view.shadows).toEqual([
      {
        ...{ name: 's', compared: 100, differing: 10, failed: 1, dropped: 1, tooLarge: 2 },
        latencyMs: { p50: expect.closeTo(5, 0), p99: expect.closeTo(5, 0) },
        outputs: [
          {
            ...{ output: 'y', largestExcess: 10, differentElements: 10, elements: 300 },
            ...{ differentLabels: 10, labelRows: 10 },
          },
        ],
        examples: ['example 10', 'example 9'],
      },
    ])
    expect(view.decision).toBe(
      'The shadow s differed in 10 of 100 compared answers, with another class in 10 of 10 rows, and failed for 1 more; it ' +
        'answers nobody.',
    )
    expect(view.comparisons).toEqual([])
  })
})

describe('what is slow', () => {
  test("is known from the control's first answers, and is known anew every ten seconds", () => {
    const run = new DrivenRollout({ plan: HALVES })
    const answers = (count: number, ms: number) => {
      for (let i = 0; i < count; i++) run.engine.observe([[0, 0, run.newKey(), ms, 0]])
    }
    answers(24, 5)
    expect(run.engine.slowMs).toBeUndefined()
    answers(1, 5)
    expect(run.engine.slowMs! / 7.5).toBeCloseTo(1, 1)
    answers(75, 10)
    expect(run.engine.slowMs! / 15).toBeCloseTo(1, 1)
    answers(500, 40)
    expect(run.engine.slowMs! / 15).toBeCloseTo(1, 1)
    run.now += 10_000
    answers(1, 40)
    expect(run.engine.slowMs! / 60).toBeCloseTo(1, 1)
  })

  test('is unknown without that guard', () => {
    const guards = { ...HALVES.guards, slow: undefined }
    const run = new DrivenRollout({ plan: rolloutPlan({ a: 500, b: 500 }, { guards }) })
    for (let i = 0; i < 1000; i++) run.request()
    expect(run.engine.slowMs).toBeUndefined()
  })
})

describe('the history', () => {
  test('has about 200 points however long it is, in order, and one at each step', () => {
    const run = new DrivenRollout({ plan: HALVES })
    for (let hour = 0; hour < 10; hour++) {
      run.request()
      run.wait(1200)
    }
    run.engine.set({ b: 100 })
    const { history } = run.engine.view()
    expect(history.length).toBeGreaterThan(95)
    expect(history.length).toBeLessThanOrEqual(200)
    const times = history.map(({ at }) => at)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(history.at(-1)).toMatchObject({ at: run.now, step: 1, intervals: [undefined] })
    expect(history.at(-1)?.variants.map(({ permille }) => permille)).toEqual([900, 100])
    expect(history.at(-1)?.variants.reduce((sum, { requests }) => sum + requests, 0)).toBe(10)
  })

  test('tells the p99 of what came since the point before', () => {
    const run = new DrivenRollout({ plan: HALVES })
    run.wait(1)
    run.engine.observe([[0, 0, 1, 100, 0]])
    run.wait(5)
    run.engine.observe([[0, 0, 1, 2, 0]])
    run.wait(10)
    const p99s = run.engine.view().history.map(({ variants }) => variants[0]?.p99Ms)
    expect(p99s).toEqual([undefined, expect.closeTo(100, -1), expect.closeTo(2, 0), undefined])
  })
})
