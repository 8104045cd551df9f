import type { ServedModel } from '../../runtime/served-model.ts'
import type { ServedModels } from '../server-options.ts'
import type { LiveRollout } from './live-rollout.ts'

type Rollouts = ReadonlyMap<string, { readonly rollout: LiveRollout }>

/**
 * What is served, for those who describe it: a rollout is there under its name like a model, as its control is, in the versions
 * of its variants.
 */
export class ModelsWithRollouts implements ServedModels {
  readonly #models: ServedModels
  readonly #byName: Rollouts
  readonly #byControl: Rollouts

  constructor(models: ServedModels, byName: Rollouts, byControl: Rollouts) {
    this.#models = models
    this.#byName = byName
    this.#byControl = byControl
  }

  get(name: string, version?: string): ServedModel | undefined {
    const rollout = this.#byName.get(name)?.rollout
    if (rollout === undefined) return this.#models.get(name, version)
    return version === undefined ? rollout.described() : rollout.withVersion(version)
  }

  versions(name: string): readonly string[] {
    return this.#byName.get(name)?.rollout.versions() ?? this.#models.versions(name)
  }

  default(): ServedModel | undefined {
    const model = this.#models.default()
    return (model && this.#byControl.get(model.name)?.rollout.described()) ?? model
  }

  list(): readonly ServedModel[] {
    const rolled = [...this.#byName.values()].flatMap(({ rollout }) =>
      rollout.versions().flatMap((version) => rollout.withVersion(version) ?? []),
    )
    return [...rolled, ...this.#models.list()]
  }

  ready(): boolean {
    return this.#models.ready()
  }
}
