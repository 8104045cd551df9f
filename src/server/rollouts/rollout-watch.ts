import { performance } from 'node:perf_hooks'
import type { ComparedOutputs } from '../../rollout/comparison/compared-outputs.ts'
import type { OutcomeIds } from '../../rollout/outcome-ids.ts'
import { OBSERVED } from '../../rollout/rollout-messages.ts'
import type { InferencePlane } from '../server-options.ts'
import { hasFaultBeside, judge, tellsFault } from './answer-judgement.ts'
import type { LiveRollout } from './live-rollout.ts'
import { Mirror, restricted } from './mirror.ts'
import type { Observations } from './observations.ts'
import type { AnsweredRequest, RolledObserver, RolledRequest } from './rolled-request.ts'
import { RolloutCounts } from './rollout-counts.ts'
import { SideRuns } from './side-runs.ts'

/** Failed requests that the control is asked about at the same time; more are taken for mistakes of their clients. */
const MOST_CHECKS = 64
const CHECK_DEADLINE_MS = 10_000

const NONCES = 2 ** 32

export interface RolloutWatchInit {
  readonly rollout: LiveRollout
  readonly dataPlane: InferencePlane
  readonly observations: Observations
  readonly outcomeIds: OutcomeIds
  isDraining(): boolean
}

/** Sees how the requests of one rollout end, finds out whose fault a failure is, and tells the rollout thread. */
export class RolloutWatch implements RolledObserver {
  readonly rollout: LiveRollout
  readonly counts: RolloutCounts
  readonly #init: RolloutWatchInit
  readonly #checks: SideRuns
  readonly #mirror: Mirror
  #nonce = Math.floor(Math.random() * NONCES)

  constructor(init: RolloutWatchInit) {
    const { rollout, dataPlane } = init
    const { variants, shadows, guards } = rollout.plan
    this.rollout = rollout
    this.#init = init
    const guarded = guards.disagreement === undefined ? [] : variants.slice(1).map(({ name }) => name)
    this.counts = new RolloutCounts(variants.length, [...guarded, ...shadows])
    const limits = { most: MOST_CHECKS, deadlineMs: CHECK_DEADLINE_MS, mostLagMs: CHECK_DEADLINE_MS }
    this.#checks = new SideRuns({ dataPlane, isBusy: () => rollout.holdsThread, ...limits })
    this.#mirror = new Mirror({ rollout, dataPlane, tell: (comparison) => this.#compared(comparison) })
  }

  outcomeId({ seed, variant, step, key }: RolledRequest): string {
    this.#nonce = (this.#nonce + 1) % NONCES
    const facts = { rolloutId: seed, variant, step, key, issuedAt: Date.now(), nonce: this.#nonce }
    return this.#init.outcomeIds.issue(facts)
  }

  settled(request: RolledRequest, answered: AnsweredRequest): void {
    const { status, failure, startedAt, receivedAt } = answered
    // How slowly a client sends its body is not the variant's matter.
    const milliseconds = performance.now() - (receivedAt || startedAt)
    const hasRun = request.source !== undefined
    const judgement = judge({ status, failure, hasRun, isDraining: this.#init.isDraining() })
    if (judgement === undefined) return
    if (judgement === 'unsure') this.#check(request, OBSERVED.error, milliseconds)
    else if (judgement === 'error') this.#tell(request, OBSERVED.error, milliseconds)
    else if (judgement === 'client-fault') this.#tell(request, OBSERVED.clientFault, milliseconds)
    else this.#good(request, answered.id, milliseconds)
  }

  #good(request: RolledRequest, id: string, milliseconds: number): void {
    if (this.#isFaulty(request)) this.#check(request, OBSERVED.fault, milliseconds)
    else this.#tell(request, 0, milliseconds)
    this.#mirror.answered(request, id)
  }

  #isFaulty({ outputs, reply, variant, model, rollout }: RolledRequest): boolean {
    if (outputs === undefined) return reply !== undefined && tellsFault(reply)
    return hasFaultBeside(outputs, variant === 0 ? model : (rollout.variant(0) ?? model))
  }

  /**
   * Asks the control the same: only what it does better is the variant's fault. Where it cannot be asked nothing is known, and
   * nothing counted against anyone, so that a flood of senseless requests stops no variant. Errors of the control itself are
   * taken for its clients'; its faults count, as the rate that is harmless.
   */
  #check(request: RolledRequest, flag: number, milliseconds: number): void {
    const { source, variant, isForced } = request
    const control = this.rollout.variant(0)
    if (variant === 0 || isForced || source === undefined || control === undefined) {
      const isError = flag === OBSERVED.error && variant === 0
      this.#tell(request, isError ? OBSERVED.clientFault : flag, milliseconds)
      return
    }
    this.#checks.offer({
      ...{ model: control, source },
      ended: (result) => {
        const outputs = result.kind === 'answered' ? result.outputs : undefined
        const isBetter =
          outputs !== undefined && !hasFaultBeside(restricted(outputs, request.request?.outputs), control)
        this.#tell(request, isBetter ? flag : OBSERVED.clientFault, milliseconds)
      },
    })
  }

  #tell({ variant, step, key, isForced }: RolledRequest, flag: number, milliseconds: number): void {
    const flags = flag | (isForced ? OBSERVED.forced : 0)
    this.counts.answered(variant, flags, milliseconds)
    const isUrgent = (flag & (OBSERVED.error | OBSERVED.fault)) !== 0
    this.#init.observations.answered(
      this.rollout.plan.name,
      [variant, step, key, milliseconds, flags],
      isUrgent,
    )
  }

  #compared(comparison: ComparedOutputs): void {
    this.counts.compared(comparison.model, comparison.outcome)
    this.#init.observations.compared(this.rollout.plan.name, comparison)
  }
}
