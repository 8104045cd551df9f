import type { TunedModel, TunedPlan } from './tuned-plan.ts'

/** What was found out elsewhere of models that may not be here yet: the newest of each version. */
export class PlansAhead {
  readonly #models = new Map<string, Map<string, TunedPlan>>()

  put({ name, version, plan }: TunedModel): void {
    const versions = this.#models.get(name)
    if (versions === undefined) this.#models.set(name, new Map([[version, plan]]))
    else versions.set(version, plan)
  }

  get(name: string, version: string): TunedPlan | undefined {
    return this.#models.get(name)?.get(version)
  }

  /** The name may come to mean other models. */
  forget(name: string): void {
    this.#models.delete(name)
  }
}
