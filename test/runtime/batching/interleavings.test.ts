import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ServingError, workerDied } from '../../../src/core/errors.ts'
import type { PredictOptions } from '../../../src/core/predictor.ts'
import type { TensorMap } from '../../../src/core/tensor.ts'
import type { BatchPlan } from '../../../src/runtime/batching/batch-plan.ts'
import { DynamicBatcher } from '../../../src/runtime/batching/dynamic-batcher.ts'
import { PLAIN_ROWS } from '../../../src/runtime/batching/plain-rows.ts'
import type { Placement } from '../../../src/runtime/served-model.ts'
import { answered, GUILTY, HeldEngine, type HeldRun, KILLER, rows, turn } from './support/held-engine.ts'

const PLANS: readonly (BatchPlan | undefined)[] = [
  undefined,
  plan(1),
  plan(1, 2, 3, 4, 5, 6, 7, 8),
  plan(1, 2, 4, 8),
  plan(1, 4, 16),
]

function plan(...sizes: number[]): BatchPlan {
  return { sizes, joining: PLAIN_ROWS, runMs: (count) => 0.05 * count }
}

/** Calls of one kind may share a run. */
const KINDS: readonly { readonly width: number; readonly options: PredictOptions }[] = [
  { width: 1, options: {} },
  { width: 2, options: {} },
  { width: 1, options: { outputs: ['y'] } },
  { width: 1, options: { parameters: new Map([['p', [1, ['a', Number.NaN]]]]) } },
  { width: 1, options: { parameters: new Map([['p', [1, ['b', Number.NaN]]]]) } },
]

type Fault = 'none' | 'guilty' | 'killer'

type Step =
  | {
      readonly step: 'call'
      readonly rows: number
      readonly kind: number
      readonly fault: Fault
      readonly deadlineMs?: number | undefined
    }
  | { readonly step: 'finish' | 'die' | 'abort'; readonly which: number }
  | { readonly step: 'capacity'; readonly to: number }
  | { readonly step: 'plan'; readonly to: number }
  | { readonly step: 'turn' }

const which = fc.nat({ max: 50 })
const call = fc.record({
  step: fc.constant('call' as const),
  rows: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(1, 1, 2, 3) }, fc.nat({ max: 40 })),
  kind: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: KINDS.length - 1 })),
  fault: fc.oneof(
    { weight: 8, arbitrary: fc.constant<Fault>('none') },
    fc.constantFrom<Fault>('guilty', 'killer'),
  ),
  deadlineMs: fc.option(fc.constantFrom(0, 1, 3), { freq: 12, nil: undefined }),
})
const steps = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 10, arbitrary: call },
    { weight: 6, arbitrary: fc.record({ step: fc.constant('finish' as const), which }) },
    { weight: 1, arbitrary: fc.record({ step: fc.constant('die' as const), which }) },
    { weight: 1, arbitrary: fc.record({ step: fc.constant('abort' as const), which }) },
    {
      weight: 1,
      arbitrary: fc.record({ step: fc.constant('capacity' as const), to: fc.integer({ min: 1, max: 4 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ step: fc.constant('plan' as const), to: fc.nat({ max: PLANS.length - 1 }) }),
    },
    { weight: 4, arbitrary: fc.constant({ step: 'turn' as const }) },
  ),
  { minLength: 1, maxLength: 60 },
)

/** What the test knows of a call. */
interface Known {
  readonly id: number
  readonly kind: number
  readonly values: readonly number[]
  readonly fault: Fault
  readonly timed: boolean
  readonly controller: AbortController
  readonly answer: Promise<TensorMap | ServingError>
  /** Position in the order of service; later for a large call that had its turn. */
  since: number
  runs: number
  begun: Set<number>
  deaths: number
  over: boolean
}

/** A batcher over an engine that is watched. */
class Trial {
  readonly engine: HeldEngine
  readonly batcher: DynamicBatcher
  readonly calls: Known[] = []
  readonly #byRow = new Map<number, Known>()
  readonly #placement: Placement
  #plan: BatchPlan | undefined
  #replanned = false
  #clock = 0
  #nextRow = 0

  constructor(placement: Placement, first: BatchPlan | undefined) {
    this.#placement = placement
    this.engine = new HeldEngine({ maxConcurrency: 2, onRun: (run) => this.#check(run) })
    this.batcher = new DynamicBatcher(this.engine, { placement })
    this.#plan = first
    this.batcher.use(first)
  }

  async take(step: Step): Promise<void> {
    if (step.step === 'call') this.#call(step)
    else if (step.step === 'finish') this.#held(step.which)?.finish()
    else if (step.step === 'die') this.#kill(step.which)
    else if (step.step === 'abort') this.calls[step.which % (this.calls.length || 1)]?.controller.abort()
    else if (step.step === 'capacity') this.engine.maxConcurrency = step.to
    else if (step.step === 'plan') this.#use(PLANS[step.to])
    else await turn()
    // Answers are seen before anything else happens.
    for (let n = 0; n < 10; n += 1) await Promise.resolve()
  }

  #use(next: BatchPlan | undefined): void {
    this.#plan = next
    this.#replanned = true
    this.batcher.use(next)
  }

  #call({ rows: count, kind, fault, deadlineMs }: Extract<Step, { step: 'call' }>): void {
    const values = Array.from({ length: count }, () => this.#nextRow++)
    const fraction = fault === 'guilty' ? GUILTY : fault === 'killer' ? KILLER : 0
    if (count > 0) values[count >> 1]! += fraction
    const controller = new AbortController()
    const { width, options } = KINDS[kind]!
    const known: Known = {
      ...{ id: this.calls.length, kind, values, fault: count > 0 ? fault : 'none', controller },
      timed: deadlineMs !== undefined,
      ...{ since: ++this.#clock, runs: 0, begun: new Set<number>(), deaths: 0, over: false },
      answer: this.batcher
        .predict(rows(width, ...values), {
          ...options,
          signal: controller.signal,
          ...(deadlineMs === undefined ? {} : { deadline: performance.now() + deadlineMs }),
        })
        .catch((error: ServingError) => error)
        .finally(() => {
          known.over = true
        }),
    }
    this.calls.push(known)
    for (const value of values) this.#byRow.set(value, known)
  }

  #held(index: number): HeldRun | undefined {
    return this.engine.held[index % (this.engine.held.length || 1)]
  }

  #kill(index: number): void {
    const run = this.#held(index)
    if (run === undefined) return
    for (const known of this.#callsOf(run)) known.deaths += 1
    run.fail(workerDied('Died of itself'))
  }

  #callsOf(run: HeldRun): Set<Known> {
    return new Set(run.values.map((value) => this.#byRow.get(value)!))
  }

  #check(run: HeldRun): void {
    const calls = this.#callsOf(run)
    expect(this.engine.held.length).toBeLessThanOrEqual(this.engine.maxConcurrency)
    expect(new Set([...calls].map(({ kind }) => kind)).size).toBeLessThanOrEqual(1)
    for (const { over } of calls) expect(over).toBe(false)
    const again = run.values.some((value) => this.#byRow.get(value)!.begun.has(value))
    if (!again) {
      this.#checkSize(run, calls)
      if (run.rows > 0) this.#checkOldest(calls)
    }
    this.#note(run, calls, again)
  }

  #checkSize(run: HeldRun, calls: ReadonlySet<Known>): void {
    if (calls.size > 1) expect(this.#plan?.sizes).toContain(run.rows)
    const [only] = calls
    if (only === undefined || this.#replanned || this.#plan === undefined) return
    expect(this.#plan.sizes).toContain(run.rows)
  }

  /** The one that waits longest is in every run: none is overtaken for ever. */
  #checkOldest(calls: ReadonlySet<Known>): void {
    const waiting = this.calls.filter(
      ({ values, begun, over, controller }) =>
        values.length > begun.size && !over && !controller.signal.aborted,
    )
    const oldest = waiting.reduce((a, b) => (a.since < b.since ? a : b))
    // That it has its error comes to be known here a little late.
    const failing = oldest.timed || oldest.fault !== 'none' || oldest.deaths > 1
    if (!failing && !this.#replanned) expect([...calls].map(({ id }) => id)).toContain(oldest.id)
  }

  #note(run: HeldRun, calls: ReadonlySet<Known>, again: boolean): void {
    for (const value of run.values) this.#byRow.get(value)!.begun.add(value)
    for (const known of calls) {
      known.runs += 1
      if (known.fault === 'killer') known.deaths += 1
      const largest = this.#plan?.sizes.at(-1) ?? Number.POSITIVE_INFINITY
      if (!again && known.values.length > largest) known.since = ++this.#clock
    }
    // A killer takes the others of its run with it.
    if ([...run.values].some((value) => value % 1 === KILLER)) {
      for (const known of calls) if (known.fault !== 'killer') known.deaths += 1
    }
    const [first] = calls
    const single = calls.size < 2 && run.rows === (first?.values.length ?? 0)
    if (this.#placement === 'inline' && !single) expect(this.#batchesThisTurn()).toBe(1)
  }

  #thisTurn: object | undefined
  #batches = 0

  /** Batches since the event loop last turned. */
  #batchesThisTurn(): number {
    if (this.#thisTurn === undefined) {
      this.#thisTurn = {}
      this.#batches = 0
      setImmediate(() => {
        this.#thisTurn = undefined
      })
    }
    return ++this.#batches
  }

  async end(): Promise<void> {
    // A deadline may empty the engine just before its next run.
    while (this.calls.some(({ over }) => !over)) await this.engine.finishAll()
    await this.engine.finishAll()
    for (const known of this.calls) checkAnswer(known, await known.answer)
    await this.batcher.close()
    expect(this.engine.held).toEqual([])
    expect(this.engine.closed).toBe(true)
  }
}

function checkAnswer(
  { values, fault, timed, deaths, controller, kind }: Known,
  answer: TensorMap | ServingError,
) {
  if (!(answer instanceof ServingError)) {
    expect(fault).toBe('none')
    expect(answered(answer)).toEqual(values)
    expect([...answer.keys()]).toEqual(KINDS[kind]!.options.outputs ?? ['y', 'n'])
    return
  }
  const expected: string[] = []
  if (timed) expected.push('DEADLINE_EXCEEDED')
  if (controller.signal.aborted) expected.push('CANCELLED')
  if (fault === 'guilty') expected.push('BAD_REQUEST')
  // Runs without rows cannot be told apart here.
  if (deaths > 1 || values.length === 0) expected.push('TEMPORARILY_UNAVAILABLE')
  expect(expected, answer.stack ?? answer.message).toContain(answer.code)
  if (answer.code === 'BAD_REQUEST') expect(answer.message).toContain(`${values[values.length >> 1]}`)
}

for (const placement of ['pool', 'inline'] as const) {
  test(`every call gets its own rows or its own error, whatever happens (${placement})`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...PLANS), steps, async (first, list) => {
        const trial = new Trial(placement, first)
        for (const step of list) await trial.take(step)
        await trial.end()
      }),
      { numRuns: 400 },
    )
  })
}
