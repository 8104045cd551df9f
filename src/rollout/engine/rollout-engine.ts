import { conflict } from '../../core/errors.ts'
import type { OutcomeFacts } from '../outcome-ids.ts'
import { ROLLOUT_LIMITS } from '../rollout-limits.ts'
import { type ComparedCopies, OBSERVED, type ObservedRequest } from '../rollout-messages.ts'
import type { RolloutState } from '../rollout-state.ts'
import type { RolloutView } from '../rollout-view.ts'
import { type CanaryProgress, isLastStep, isStepDone } from './canary.ts'
import type { Trip } from './guards/guards.ts'
import { tripCause } from './guards/trip-cause.ts'
import {
  expectRunning,
  SET_BY_OPERATOR,
  stoppedBefore,
  variantIndex,
  wantedPermille,
} from './operator-commands.ts'
import { allTo, canaryPermille, plannedPermille, withoutVariant } from './planned-split.ts'
import { ReplicaState, type ReplicaStateInit } from './replica-state.ts'
import { RolloutFigures } from './rollout-figures.ts'
import { isBegunAgain, isByPlan, isSameStep, newShares, sharesOf } from './state-changes.ts'
import { rolloutView } from './view/rollout-view.ts'

/**
 * All that one rollout decides: its split, its canary, its guards, its comparison. Pure but for the clock, and held by one
 * thread; engines of several replicas each judge their own requests and follow each other's states.
 *
 * What a guard has stopped comes back by a restart only, which begins everything anew: guards, figures and outcomes.
 */
export class RolloutEngine {
  readonly #init: ReplicaStateInit
  readonly #held: ReplicaState
  #figures: RolloutFigures

  constructor(init: ReplicaStateInit) {
    this.#init = init
    this.#held = new ReplicaState(init, (state, before) => this.#onTaken(state, before))
    this.#figures = new RolloutFigures(init.plan, this.state, init.now())
  }

  get state(): RolloutState {
    return this.#held.current
  }

  /** From when on an answer is slow; undefined without that guard, and until the control has given enough answers. */
  get slowMs(): number | undefined {
    return this.#figures.slowMs
  }

  observe(requests: readonly ObservedRequest[]): void {
    const now = this.#init.now()
    for (const request of requests) this.#observeOne(request, now)
    this.#advanceCanary(now)
  }

  compare(comparisons: readonly ComparedCopies[]): void {
    for (const compared of comparisons) {
      this.#figures.compared(compared)
      for (const copy of compared.copies) {
        this.#obey(this.#figures.comparedOne(compared.model, copy, this.#isRunning))
      }
    }
  }

  /**
   * An outcome, each once, in any order. Those of another rollout of this name, whose variants are others, and of answers from
   * before it began again are left out.
   */
  outcome(facts: OutcomeFacts, value: number): void {
    const { id, variants, startedAt } = this.state
    const isOwn = facts.rolloutId === id && facts.variant < variants.length && facts.issuedAt >= startedAt
    if (isOwn && Math.abs(value) <= ROLLOUT_LIMITS.outcome) this.#figures.outcome(facts, value)
  }

  /** Called about once a second. */
  tick(): void {
    const now = this.#init.now()
    for (const trip of this.#figures.tick(now, this.#isRunning)) this.#obey(trip)
    this.#advanceCanary(now)
    this.#figures.note(this.state, now)
  }

  /** The state of another replica, which holds or does not. */
  adopt(state: RolloutState): void {
    if (this.#held.adopt(state)) this.#stopAgain()
  }

  /**
   * Gives variants other parts of the keys, in tenths of a percent; what is left goes to those that are not named. Ends the
   * schedule of a canary.
   * @throws ServingError RESOURCE_CONFLICT, INVALID_PARAMETER_VALUE
   */
  set(wanted: Readonly<Record<string, number>>): void {
    const { plan } = this.#init
    expectRunning(plan.name, this.state, 'its split cannot be set')
    const permille = wantedPermille(plan, this.state, wanted)
    const stopped = permille.findIndex((part, variant) => part > 0 && this.#figures.hasTripped(variant))
    if (stopped !== -1) throw stoppedBefore(plan, stopped)
    this.#held.write({ ...newShares(this.state, permille), canaryStep: undefined, cause: SET_BY_OPERATOR })
  }

  /**
   * All keys to one variant, for good.
   * @throws ServingError RESOURCE_CONFLICT, INVALID_PARAMETER_VALUE
   */
  promote(variant: string): void {
    const { plan } = this.#init
    const index = variantIndex(plan, variant)
    expectRunning(plan.name, this.state, `'${variant}' cannot be promoted`)
    if (this.#figures.hasTripped(index)) throw stoppedBefore(plan, index)
    this.#promote(index, 'an operator promoted it')
  }

  /**
   * All keys to the control, of a promoted rollout too.
   * @throws ServingError RESOURCE_CONFLICT where it has them already.
   */
  abort(cause: string): void {
    const { phase } = this.state
    if (phase !== 'promoted') expectRunning(this.#init.plan.name, this.state, 'there is nothing to abort')
    this.#end('aborted', cause === '' ? 'an operator aborted it' : cause)
  }

  /**
   * From its beginning, as planned: after its end, or where an operator's split, a guard or the plan of an earlier start has made
   * it another one.
   * @throws ServingError RESOURCE_CONFLICT where it is at its beginning.
   */
  restart(): void {
    const { plan, now } = this.#init
    const { canaryStep, startedAt } = this.state
    if (isByPlan(plan, this.state) && (canaryStep ?? 0) === 0) {
      throw conflict(`Rollout '${plan.name}' is at its beginning: there is nothing to restart`, {
        rollout: plan.name,
      })
    }
    const canary = plan.canary === undefined ? undefined : 0
    const later = Math.max(now(), startedAt + 1)
    const begun = {
      phase: 'running',
      canaryStep: canary,
      cause: '',
      startedAt: later,
      runId: undefined,
    } as const
    this.#held.write({ ...newShares(this.state, plannedPermille(plan)), ...begun })
  }

  /** There is a run of MLflow now that has the history of this rollout. */
  noteRun(runId: string): void {
    const { at } = this.state
    if (this.state.runId !== runId) this.#held.write({ runId, at })
  }

  view(): RolloutView {
    const { plan, models, now } = this.#init
    const canary = this.#canaryProgress(now())
    return rolloutView({ plan, models, state: this.state, figures: this.#figures, canary, now: now() })
  }

  get #isRunning(): boolean {
    return this.state.phase === 'running'
  }

  #observeOne([variant, step, key, milliseconds, flags]: ObservedRequest, now: number): void {
    const has = (flag: number): boolean => (flags & flag) !== 0
    const isOfClient = has(OBSERVED.clientFault) || has(OBSERVED.forced)
    const answer = {
      variant,
      step,
      key,
      milliseconds,
      isError: has(OBSERVED.error),
      isFault: has(OBSERVED.fault),
    }
    this.#obey(this.#figures.answered({ ...answer, isOfClient }, now, this.#isRunning))
  }

  /** A guard has spoken: the variant's keys go to the control, and with the last challenger the rollout is over. */
  #obey(trip: Trip | undefined): void {
    if (trip === undefined || !this.#isRunning) return
    const name = this.state.variants[trip.variant] ?? ''
    this.#rollBack(trip.variant, tripCause(name, trip, this.slowMs))
  }

  #rollBack(variant: number, cause: string): void {
    const permille = withoutVariant(sharesOf(this.state), variant)
    const isOver = permille.every((part, i) => i === 0 || part === 0)
    const isCanary = this.#init.plan.canary?.variant === this.state.variants[variant]
    const canaryStep = isCanary ? undefined : this.state.canaryStep
    if (isOver) this.#end('rolled-back', cause)
    else this.#held.write({ ...newShares(this.state, permille), canaryStep, cause })
  }

  /** Another replica's state may give keys to a variant that was stopped here before that replica knew. */
  #stopAgain(): void {
    if (!this.#isRunning) return
    sharesOf(this.state).forEach((part, variant) => {
      const trip = part > 0 ? this.#figures.tripOf(variant) : undefined
      this.#obey(trip)
    })
  }

  #end(phase: 'aborted' | 'rolled-back', cause: string): void {
    const permille = allTo(0, this.state.variants.length)
    this.#held.write({ ...newShares(this.state, permille), phase, canaryStep: undefined, cause })
  }

  #promote(variant: number, cause: string): void {
    const permille = allTo(variant, this.state.variants.length)
    this.#held.write({ ...newShares(this.state, permille), phase: 'promoted', canaryStep: undefined, cause })
  }

  #canaryProgress(now: number): CanaryProgress | undefined {
    const { canary } = this.#init.plan
    const { canaryStep: step } = this.state
    if (canary === undefined || step === undefined || !this.#isRunning) return undefined
    return {
      step: Math.min(step, canary.steps.length - 1),
      ...this.#figures.stepProgress(canary.variant, now),
    }
  }

  #advanceCanary(now: number): void {
    const { plan } = this.#init
    const progress = this.#canaryProgress(now)
    if (plan.canary === undefined || progress === undefined || !isStepDone(plan.canary, progress)) return
    if (!isLastStep(plan.canary, progress.step)) {
      const canaryStep = progress.step + 1
      const permille = canaryPermille(plan, sharesOf(this.state), canaryStep)
      this.#held.write({ ...newShares(this.state, permille), canaryStep })
    } else if (plan.canary.atEnd === 'promote') {
      this.#promote(variantIndex(plan, plan.canary.variant), 'it went through all steps of the canary')
    }
  }

  #onTaken(state: RolloutState, before: RolloutState): void {
    const now = this.#init.now()
    if (isBegunAgain(state, before)) this.#figures = new RolloutFigures(this.#init.plan, state, now)
    else if (!isSameStep(state, before)) this.#figures.beginStep(state, now)
  }
}
