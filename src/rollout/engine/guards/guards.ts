import type { GuardsPlan, RateGuard } from '../../rollout-plan.ts'
import type { GuardView } from '../../rollout-view.ts'
import { CountedEvents } from '../keys/counted-events.ts'
import { ControlRate } from './control-rate.ts'
import { VariantGuard } from './variant-guard.ts'

export type GuardName = GuardView['guard']

/** A guard that has just stopped a variant. */
export interface Trip {
  readonly variant: number
  readonly name: GuardName
  readonly guard: VariantGuard
}

/** One answer. `isSlow` is undefined as long as nobody knows what is slow. */
export interface AnswerEvent {
  readonly variant: number
  readonly key: number
  readonly isError: boolean
  readonly isFault: boolean
  readonly isSlow: boolean | undefined
}

/**
 * How the guards of a variant share its part of alpha (Bonferroni's correction with weights): the parts of those that are
 * configured add up to it. Errors have most of it, since they may be few and have to be found among the first requests.
 */
const WEIGHTS: Readonly<Record<GuardName, number>> = {
  errors: 6,
  faults: 2,
  slow: 1,
  disagreement: 1,
  'outcome-loss': 1,
}

/** A guard with less evidence is quiet: a healthy variant reaches this in one of ten rollouts. */
const QUIET = 10

/** All guards over all challengers: variants but the first, which is the control that they are measured by. */
export class Guards {
  readonly #plan: ReadonlyMap<GuardName, RateGuard>
  readonly #alpha: number
  readonly #control: ReadonlyMap<GuardName, ControlRate>
  readonly #requests: readonly CountedEvents[]
  readonly #comparisons: readonly CountedEvents[]
  readonly #outcomes: readonly CountedEvents[]
  readonly #variants: readonly ReadonlyMap<GuardName, VariantGuard>[]

  constructor(plan: GuardsPlan, variants: number, now: number) {
    this.#plan = configured(plan)
    this.#alpha = plan.alpha / Math.max(1, variants - 1)
    this.#control = new Map([...this.#plan.keys()].map((name) => [name, new ControlRate()]))
    const perVariant = () => Array.from({ length: variants }, () => new CountedEvents(now))
    this.#requests = perVariant()
    this.#comparisons = perVariant()
    this.#outcomes = perVariant()
    this.#variants = this.#begun()
  }

  /** The guard that it trips, if any. */
  answered({ variant, key, isError, isFault, isSlow }: AnswerEvent): Trip | undefined {
    const isBad = isError || isFault || isSlow === true
    if (!this.#requests[variant]?.counts(key, isBad)) return undefined
    return (
      this.#add(variant, 'errors', isError, key) ??
      this.#add(variant, 'faults', isFault, key) ??
      (isSlow === undefined ? undefined : this.#add(variant, 'slow', isSlow, key))
    )
  }

  compared(variant: number, key: number, differs: boolean): Trip | undefined {
    if (!this.#comparisons[variant]?.counts(key, differs)) return undefined
    return this.#add(variant, 'disagreement', differs, key)
  }

  /** A key had its outcome in time, or has lost it. */
  outcomeDue(variant: number, key: number, isLost: boolean): Trip | undefined {
    if (!this.#outcomes[variant]?.counts(key, isLost)) return undefined
    return this.#add(variant, 'outcome-loss', isLost, key)
  }

  /** The guard that has stopped a variant. */
  tripOf(variant: number): Trip | undefined {
    const tripped = this.#guardsOf(variant).find(([, guard]) => guard.tripped)
    return tripped && { variant, name: tripped[0], guard: tripped[1] }
  }

  /** The guard that has most against a variant, where that is not nothing. */
  restless(variant: number): { readonly name: GuardName; readonly eValue: number } | undefined {
    const [loudest] = this.#guardsOf(variant)
      .map(([name, { eValue }]) => ({ name, eValue }))
      .sort((a, b) => b.eValue - a.eValue)
    return loudest === undefined || loudest.eValue < QUIET ? undefined : loudest
  }

  /** For a step of the rollout that begins: keys may be counted again. */
  beginStep(now: number): void {
    for (const events of this.#events()) events.clear(now)
  }

  tick(now: number): void {
    for (const events of this.#events()) events.renew(now)
  }

  /** @param names of the variants. */
  views(names: readonly string[]): readonly GuardView[] {
    return names.flatMap((name, variant) =>
      this.#guardsOf(variant).map(([guard, figures]) => guardView(name, guard, figures)),
    )
  }

  #add(variant: number, name: GuardName, isBad: boolean, key: number): Trip | undefined {
    if (variant === 0) this.#control.get(name)?.add(isBad)
    const guard = this.#variants[variant]?.get(name)
    return guard?.add(isBad, key) === true ? { variant, name, guard } : undefined
  }

  #guardsOf(variant: number): readonly (readonly [GuardName, VariantGuard])[] {
    return [...(this.#variants[variant] ?? [])]
  }

  #events(): readonly CountedEvents[] {
    return [...this.#requests, ...this.#comparisons, ...this.#outcomes]
  }

  #begun(): readonly ReadonlyMap<GuardName, VariantGuard>[] {
    return this.#requests.map((_, variant) => (variant === 0 ? new Map() : this.#guardsOfChallenger()))
  }

  #guardsOfChallenger(): ReadonlyMap<GuardName, VariantGuard> {
    const names = [...this.#plan.keys()]
    const weights = names.reduce((sum, name) => sum + WEIGHTS[name], 0)
    const guards = new Map<GuardName, VariantGuard>()
    for (const [name, { floor }] of this.#plan) {
      const alpha = (this.#alpha * WEIGHTS[name]) / weights
      const control = this.#control.get(name) ?? new ControlRate()
      guards.set(name, new VariantGuard({ floor, alpha, control, waitsForControl: name === 'outcome-loss' }))
    }
    return guards
  }
}

export function guardView(variant: string, guard: GuardName, figures: VariantGuard): GuardView {
  const { events: requests, badEvents: events, allowedRate, eValue, stopsAt, tripped } = figures
  return { variant, guard, events, requests, allowedRate, eValue, stopsAt, tripped }
}

function configured(plan: GuardsPlan): ReadonlyMap<GuardName, RateGuard> {
  const guards: readonly (readonly [GuardName, RateGuard | undefined])[] = [
    ['errors', plan.errors],
    ['slow', plan.slow],
    ['faults', plan.faults],
    ['disagreement', plan.disagreement],
    ['outcome-loss', plan.outcomeLoss],
  ]
  return new Map(guards.flatMap(([name, guard]) => (guard === undefined ? [] : [[name, guard] as const])))
}
