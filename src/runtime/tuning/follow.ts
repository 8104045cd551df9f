import type { TensorMap } from '../../core/tensor.ts'
import type { BatchPlan } from '../batching/batch-plan.ts'
import { candidateRows } from './candidate-rows.ts'
import type { IdleRuns } from './idle-runs.ts'
import { NotBatched } from './not-batched.ts'
import { joiningOf, planOf } from './planned.ts'
import type { Tuned } from './planning.ts'
import type { SharedTuning } from './shared-tuning.ts'
import type { PlanFacts, TunedPlan } from './tuned-plan.ts'
import type { TunerOptions } from './tuning-options.ts'

export interface FollowOptions extends TunerOptions {
  readonly runs: IdleRuns
  readonly shared: SharedTuning
  onPlan(tuned: Tuned | undefined): void
}

/** A plan is used when all sizes up to so many rows are warm, and with every doubling of them. */
const FIRST_PLAN_ROWS = 8

/**
 * Does as others have found out: each size is run once, so that it is warm, and used; nothing is proved or measured anew.
 * @returns false where they tell no more, or of another model: there is all to find out.
 * @throws NotBatched where they found that nothing is to be batched; ServingError, TuningStopped.
 */
export async function follow(options: FollowOptions): Promise<boolean> {
  const { shared } = options
  const following = new Following(options)
  for (let mayBeStale = shared.patienceMs > 0; ; mayBeStale = false) {
    const plan = await shared.given.next(shared.patienceMs)
    if (plan === undefined) return false
    if (!(await shared.holds(plan))) {
      // Of what was served under the same name before.
      if (mayBeStale) continue
      return false
    }
    shared.take(plan)
    await following.take(plan)
    if (plan.settled) return true
  }
}

class Following {
  readonly #options: FollowOptions
  readonly #warm = new Set<number>()
  #row: TensorMap | undefined

  constructor(options: FollowOptions) {
    this.#options = options
  }

  async take({ facts, reason, settled }: TunedPlan): Promise<void> {
    if (facts !== undefined) await this.#use(facts, reason)
    else if (settled) throw new NotBatched(reason)
    else this.#options.onPlan(undefined)
  }

  async #use(facts: PlanFacts, reason: string): Promise<void> {
    const joining = joiningOf(facts)
    const plan = planOf(facts, joining)
    let planned = FIRST_PLAN_ROWS
    for (const [index, size] of facts.sizes.entries()) {
      await this.#warmUp(size, plan)
      if (size < planned || index === facts.sizes.length - 1) continue
      planned = size * 2
      const sizes = facts.sizes.slice(0, index + 1)
      this.#options.onPlan({ plan: planOf({ ...facts, sizes }, joining), reason })
    }
    this.#options.onPlan({ plan, facts, reason })
  }

  async #warmUp(size: number, { joining, runMs }: BatchPlan): Promise<void> {
    if (this.#warm.has(size)) return
    const { runs, placement } = this.#options
    this.#row ??= (await candidateRows(this.#options))[0]!
    const inputs = joining.join(new Array<TensorMap>(size).fill(this.#row))
    if (placement === 'pool') await runs.everywhere(inputs, runMs(size))
    else await runs.run(inputs, runMs(size))
    this.#warm.add(size)
  }
}
