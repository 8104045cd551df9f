import { seededRandom } from '../../../src/core/seeded-random.ts'
import type { ComparedOutputs } from '../../../src/rollout/comparison/compared-outputs.ts'
import { GatheredComparisons } from '../../../src/rollout/comparison/gathered-comparisons.ts'
import { RolloutEngine } from '../../../src/rollout/engine/rollout-engine.ts'
import { OBSERVED } from '../../../src/rollout/rollout-messages.ts'
import type { RolloutPlan } from '../../../src/rollout/rollout-plan.ts'
import type { RolloutState } from '../../../src/rollout/rollout-state.ts'
import { slotOf, variantOfSlot } from '../../../src/rollout/split/assignment.ts'
import { modelsOf } from './rollout-plans.ts'

/** How a variant answers. */
export interface Behaviour {
  /** Part of its requests that fail, or have faults. */
  readonly errors?: number
  readonly faults?: number
  /** Its answers take so many times what they would. */
  readonly slowness?: number
}

interface DrivenInit {
  readonly plan: RolloutPlan
  readonly seed?: number
  /** Of the latencies, which are lognormal. */
  readonly spread?: number
  readonly writer?: string
  readonly state?: RolloutState
  readonly models?: ReturnType<typeof modelsOf>
}

/** An engine with a clock and users of its own. */
export class DrivenRollout {
  readonly engine: RolloutEngine
  readonly told: RolloutState[] = []
  readonly random: () => number
  /** Requests of each variant so far. */
  readonly requests: number[]
  readonly #spread: number
  now = 1_800_000_000_000

  constructor({ plan, seed = 1, spread = 0.3, writer = 'one', state, models = modelsOf(plan) }: DrivenInit) {
    this.#spread = spread
    this.random = seededRandom(seed)
    this.requests = plan.variants.map(() => 0)
    this.engine = new RolloutEngine({
      ...{ plan, models, state, writer },
      now: () => this.now,
      onState: (changed) => this.told.push(changed),
    })
  }

  /** A request of a new user, and a hundredth of a second. */
  request(behaviours: readonly Behaviour[] = [], key = this.newKey()): number {
    this.now += 10
    const { split, step } = this.engine.state
    const variant = variantOfSlot(split, slotOf(key))
    const { errors = 0, faults = 0, slowness = 1 } = behaviours[variant] ?? {}
    const flags =
      (this.random() < errors ? OBSERVED.error : 0) + (this.random() < faults ? OBSERVED.fault : 0)
    this.requests[variant] = (this.requests[variant] ?? 0) + 1
    this.engine.observe([[variant, step, key, this.latency() * slowness, flags]])
    return variant
  }

  /** Until the rollout is over, or so many requests were answered. */
  untilOver(behaviours: readonly Behaviour[], most = 20_000): void {
    for (let i = 0; i < most && this.engine.state.phase === 'running'; i++) this.request(behaviours)
  }

  /** All 52 bits are at random. */
  newKey(): number {
    return Math.floor(this.random() * 2 ** 26) * 2 ** 26 + Math.floor(this.random() * 2 ** 26)
  }

  /** A key that a variant has just now. */
  keyOf(variant: number): number {
    for (let i = 0; i < 100_000; i++) {
      const key = this.newKey()
      if (this.#assigned(key).variant === variant) return key
    }
    throw new Error(`variant ${variant} has no keys`)
  }

  outcome(key: number, value: number, { step, variant } = this.#assigned(key)): void {
    const { id } = this.engine.state
    this.engine.outcome({ rolloutId: id, variant, step, key, issuedAt: this.now, nonce: 0 }, value)
  }

  compare(model: string, outcome: ComparedOutputs['outcome'], more: Partial<ComparedOutputs> = {}): void {
    const { step } = this.engine.state
    const gathered = new GatheredComparisons()
    gathered.add({ model, step, key: this.newKey(), outcome, milliseconds: 5, ...more })
    this.engine.compare(gathered.take())
  }

  /** Seconds without requests. */
  wait(seconds: number): void {
    for (let second = 0; second < seconds; second++) {
      this.now += 1000
      this.engine.tick()
    }
  }

  #assigned(key: number): { readonly step: number; readonly variant: number } {
    const { split, step } = this.engine.state
    return { step, variant: variantOfSlot(split, slotOf(key)) }
  }

  /** About 10 ms, lognormal; the p99 is at 20 ms, unless the spread is another. */
  latency(): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random())
    return 10 * Math.exp(this.#spread * normal)
  }
}
