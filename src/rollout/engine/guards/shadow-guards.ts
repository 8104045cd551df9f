import type { GuardsPlan } from '../../rollout-plan.ts'
import type { GuardView } from '../../rollout-view.ts'
import { CountedEvents } from '../keys/counted-events.ts'
import { ControlRate } from './control-rate.ts'
import { guardView } from './guards.ts'
import { VariantGuard } from './variant-guard.ts'

/** Whether shadows differ from the control more often than is harmless. It is told, and stops nobody. */
export class ShadowGuards {
  readonly names: readonly string[]
  readonly #events: readonly CountedEvents[]
  readonly #guards: readonly VariantGuard[]

  constructor(plan: GuardsPlan, names: readonly string[], now: number) {
    const { disagreement } = plan
    this.names = names
    this.#events = names.map(() => new CountedEvents(now))
    const alpha = plan.alpha / Math.max(1, names.length)
    const control = new ControlRate()
    this.#guards =
      disagreement === undefined
        ? []
        : names.map(
            () => new VariantGuard({ floor: disagreement.floor, alpha, control, waitsForControl: false }),
          )
  }

  compared(shadow: number, key: number, differs: boolean): void {
    if (this.#events[shadow]?.counts(key, differs) === true) this.#guards[shadow]?.add(differs, key)
  }

  tick(now: number): void {
    for (const events of this.#events) events.renew(now)
  }

  views(): readonly GuardView[] {
    return this.#guards.map((guard, shadow) => guardView(this.names[shadow] ?? '', 'disagreement', guard))
  }
}
