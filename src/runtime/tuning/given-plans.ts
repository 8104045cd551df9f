import { TuningStopped } from './not-batched.ts'
import type { TunedPlan } from './tuned-plan.ts'

/** What another process or thread tells of the tuning of a model: only the newest of it counts. */
export class GivenPlans {
  #newest: TunedPlan | undefined
  #changed: (() => void) | undefined
  #stopped = false
  #ended = false

  put(plan: TunedPlan): void {
    this.#newest = plan
    this.#changed?.()
  }

  /** Nobody is there who would tell more: nobody waits any longer. */
  end(): void {
    this.#ended = true
    this.#changed?.()
  }

  /** From now on whoever waits gets TuningStopped. */
  stop(): void {
    this.#stopped = true
    this.#changed?.()
  }

  /** The newest that nobody took, for which `ms` are waited; undefined where none has come by then. @throws TuningStopped */
  async next(ms: number): Promise<TunedPlan | undefined> {
    if (this.#newest === undefined && !this.#stopped && !this.#ended && ms > 0) await this.#change(ms)
    if (this.#stopped) throw new TuningStopped()
    const plan = this.#newest
    this.#newest = undefined
    return plan
  }

  async #change(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms).unref()
    this.#changed = resolve
    await promise
    this.#changed = undefined
    clearTimeout(timer)
  }
}
