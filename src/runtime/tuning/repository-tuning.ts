import { PlansAhead } from './plans-ahead.ts'
import type { TunedModel, TunedPlan } from './tuned-plan.ts'
import type { Tuner } from './tuner.ts'

/** A model that is served, or about to be. */
export interface TunableModel extends Pick<Tuner, 'tunedPlan' | 'adopt' | 'tuneHere'> {
  readonly name: string
  readonly version: string
}

/** What a repository hears and tells of how its models are batched, where other processes or threads serve the same. */
export class RepositoryTuning {
  /** Called with what was found out of a model, more and more of it, for `adopt` elsewhere. */
  onTuned: (tuned: TunedModel) => void = () => {}
  readonly #models: () => readonly TunableModel[]
  /** Plans of models that may not be there yet. */
  readonly #ahead = new PlansAhead()
  #isHere = false

  /** @param models gives those that are there. */
  constructor(models: () => readonly TunableModel[]) {
    this.#models = models
  }

  /** What is known of the models that are there, for `adopt` elsewhere. */
  known(): readonly TunedModel[] {
    return this.#models().flatMap(({ name, version, tunedPlan: plan }) =>
      plan ? [{ name, version, plan }] : [],
    )
  }

  /** What was found out elsewhere of a model that is being loaded. */
  planFor(name: string, version: string): TunedPlan | undefined {
    return this.#ahead.get(name, version)
  }

  /** Takes over what was found out elsewhere of a model, which may still be loading. */
  adopt(tuned: TunedModel): void {
    const { name, version, plan } = tuned
    this.#ahead.put(tuned)
    for (const model of this.#models()) {
      if (model.name === name && model.version === version) model.adopt(plan)
    }
  }

  /** The name comes to mean other models, or is found out anew. */
  forget(name: string): void {
    this.#ahead.forget(name)
  }

  /** Whoever found out is gone: from now on it is done here. */
  tuneHere(): void {
    this.#isHere = true
    for (const model of this.#models()) model.tuneHere()
  }

  /** A model is there, and hears what came while it was loaded. */
  joined(model: TunableModel): void {
    const plan = this.#ahead.get(model.name, model.version)
    if (plan !== undefined) model.adopt(plan)
    if (this.#isHere) model.tuneHere()
  }
}
