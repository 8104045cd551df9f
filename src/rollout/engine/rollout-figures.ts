import { COMPARED } from '../comparison/compared-outputs.ts'
import type { OutcomeFacts } from '../outcome-ids.ts'
import type { ComparedCopies, ComparedCopy } from '../rollout-messages.ts'
import type { RolloutPlan } from '../rollout-plan.ts'
import type { RolloutState } from '../rollout-state.ts'
import type { ComparisonView, GuardView, HistoryPoint } from '../rollout-view.ts'
import { DistinctKeys } from '../statistics/distinct-keys.ts'
import { SampleRatio } from '../statistics/sample-ratio.ts'
import type { CanaryProgress } from './canary.ts'
import { Guards, type Trip } from './guards/guards.ts'
import { OutcomeLoss } from './guards/outcome-loss.ts'
import { ShadowGuards } from './guards/shadow-guards.ts'
import { History } from './history.ts'
import { SlowBursts } from './latency/slow-bursts.ts'
import { SlowLimit } from './latency/slow-limit.ts'
import { Outcomes } from './outcomes.ts'
import { ShadowFigures } from './shadow-figures.ts'
import { sharesOf } from './state-changes.ts'
import { VariantFigures } from './variant-figures.ts'

/** One answer to a request. */
export interface Answer {
  /** Index of the variant. */
  readonly variant: number
  readonly step: number
  readonly key: number
  readonly milliseconds: number
  readonly isError: boolean
  readonly isFault: boolean
  /** Forced by a tester, or failed by its client's fault: counted as a request and nowhere else. */
  readonly isOfClient: boolean
}

/** All that was seen of one rollout, in bounded memory; it decides nothing, but says which guard has spoken. */
export class RolloutFigures {
  readonly variants: readonly VariantFigures[]
  readonly shadows: readonly ShadowFigures[]
  readonly sampleRatio = new SampleRatio()
  readonly outcomes: Outcomes
  readonly #names: readonly string[]
  readonly #guards: Guards
  readonly #shadowGuards: ShadowGuards
  readonly #slowLimit: SlowLimit | undefined
  readonly #slowBursts = new SlowBursts()
  readonly #loss: OutcomeLoss | undefined
  readonly #history = new History()
  #step: number
  #stepKeys: readonly DistinctKeys[] = []
  #stepBeganAt = 0
  /** Answers of earlier steps are of the rollout before it began again. */
  readonly #firstStep: number

  constructor(plan: RolloutPlan, state: RolloutState, now: number) {
    const { guards, mirror, shadows } = plan
    this.#names = plan.variants.map(({ name }) => name)
    this.variants = this.#names.map(() => new VariantFigures())
    this.shadows = shadows.map((name) => new ShadowFigures(name, mirror.keptExamples))
    this.outcomes = new Outcomes(plan.outcome, this.#names)
    this.#guards = new Guards(guards, this.#names.length, now)
    this.#shadowGuards = new ShadowGuards(guards, shadows, now)
    this.#slowLimit = guards.slow && new SlowLimit(guards.slow.ratio)
    this.#loss = guards.outcomeLoss && new OutcomeLoss(this.#names.length, guards.outcomeLoss.afterSeconds)
    this.#step = state.step
    this.#firstStep = state.step
    this.#beginKeys(state, state.at)
  }

  get slowMs(): number | undefined {
    return this.#slowLimit?.milliseconds
  }

  get history(): readonly HistoryPoint[] {
    return this.#history.points
  }

  /** @param isJudged whether guards count it. */
  answered(answer: Answer, now: number, isJudged: boolean): Trip | undefined {
    const { variant, step, key, milliseconds, isError, isFault, isOfClient } = answer
    const figures = this.variants[variant]
    if (figures === undefined || step < this.#firstStep) return undefined
    figures.requests += 1
    if (isOfClient) return undefined
    figures.answered(key, milliseconds)
    if (isError) figures.errors += 1
    if (isFault) figures.faults += 1
    if (step === this.#step) this.#stepKeys[variant]?.add(key)
    this.sampleRatio.add(step, variant, key, now - milliseconds)
    if (!isError) this.#loss?.answered(variant, key, now)
    const { slowMs } = this
    if (variant === 0) this.#slowLimit?.add(milliseconds, now)
    if (!isJudged) return undefined
    const isSlow = slowMs === undefined ? undefined : milliseconds > slowMs
    const counts = isSlow === undefined || this.#slowBursts.counts(variant, milliseconds, isSlow, now)
    return this.#guards.answered({ variant, key, isError, isFault, isSlow: counts ? isSlow : undefined })
  }

  /** What copies of a shadow have in common; `comparedOne` is told of each of them. */
  compared({ model, outputs, examples }: ComparedCopies): void {
    const shadow = this.shadows[this.#shadowGuards.names.indexOf(model)]
    for (const output of outputs) shadow?.addOutput(output)
    for (const example of examples) shadow?.addExample(example)
  }

  /** A copy for a shadow, or of a variant's request, which the control has answered as well. */
  comparedOne(
    model: string,
    [step, key, place, milliseconds]: ComparedCopy,
    isJudged: boolean,
  ): Trip | undefined {
    const outcome = COMPARED[place] ?? 'dropped'
    const shadow = this.#shadowGuards.names.indexOf(model)
    this.shadows[shadow]?.add(outcome, milliseconds)
    if (outcome === 'dropped' || outcome === 'too-large') return undefined
    const differs = outcome !== 'agrees'
    if (shadow !== -1) this.#shadowGuards.compared(shadow, key, differs)
    const variant = this.#names.indexOf(model)
    if (variant < 1 || !isJudged || step < this.#firstStep) return undefined
    return this.#guards.compared(variant, key, differs)
  }

  outcome(facts: OutcomeFacts, value: number): void {
    this.outcomes.add(facts, value)
    this.#loss?.outcome(facts.variant, facts.key)
  }

  /** @returns the guards that have spoken since keys have lost their outcomes. */
  tick(now: number, isJudged: boolean): readonly Trip[] {
    this.#guards.tick(now)
    this.#shadowGuards.tick(now)
    this.sampleRatio.settle(now)
    // After the clock was set back the step's time begins anew: too long a wait does no harm, and this one ends.
    this.#stepBeganAt = Math.min(this.#stepBeganAt, now)
    const due = this.#loss?.due(now) ?? []
    if (!isJudged) return []
    return due.flatMap(({ variant, key, isLost }) => this.#guards.outcomeDue(variant, key, isLost) ?? [])
  }

  hasTripped(variant: number): boolean {
    return this.tripOf(variant) !== undefined
  }

  tripOf(variant: number): Trip | undefined {
    return this.#guards.tripOf(variant)
  }

  guardViews(): readonly GuardView[] {
    return [...this.#guards.views(this.#names), ...this.#shadowGuards.views()]
  }

  comparisons(now: number): readonly ComparisonView[] {
    return this.#names.length < 2 ? [] : this.outcomes.comparisons(now)
  }

  /** How far a variant has come in this step. */
  stepProgress(name: string, now: number): Omit<CanaryProgress, 'step'> {
    const variant = this.#names.indexOf(name)
    return {
      keys: Math.round(this.#stepKeys[variant]?.count ?? 0),
      seconds: Math.max(0, (now - this.#stepBeganAt) / 1000),
      restless: this.#guards.restless(variant),
    }
  }

  beginStep(state: RolloutState, now: number): void {
    this.#step = state.step
    this.#guards.beginStep(now)
    this.#beginKeys(state, now)
    this.#addPoint(state, now)
  }

  /** For the history, when it is time. */
  note(state: RolloutState, now: number): void {
    if (this.#history.isDue(now)) this.#addPoint(state, now)
  }

  #beginKeys(state: RolloutState, at: number): void {
    this.#stepKeys = this.variants.map(() => new DistinctKeys())
    this.#stepBeganAt = at
    this.sampleRatio.begin(state.step, sharesOf(state))
  }

  #addPoint(state: RolloutState, now: number): void {
    const shares = sharesOf(state)
    this.#history.add({
      at: now,
      step: state.step,
      variants: this.variants.map((figures, variant) => ({
        permille: shares[variant] ?? 0,
        requests: figures.requests,
        errors: figures.errors,
        p99Ms: figures.takeRecentP99(),
        outcomes: this.outcomes.count(variant),
        mean: this.outcomes.mean(variant),
      })),
      intervals: this.comparisons(now).map(({ interval }) => interval),
    })
  }
}
