import type { ModelPlan, NamedPlans } from './model-plan.ts'

/** What the shelf asks of a model. */
export interface ShelvedModel {
  readonly name: string
  readonly version: string
}

/** The place of one version. */
export interface ShelfSlot<Model> {
  readonly plan: ModelPlan
  readonly version: string
  /** Undefined once it is unloaded. */
  readonly model: Model | undefined
}

interface OrderedSlot<Model> extends ShelfSlot<Model> {
  readonly order: number
}

/** All versions under one name. */
interface ShelvedName<Model> {
  /** Among the names: the lowest of all is the default. */
  readonly order: number
  readonly slots: readonly OrderedSlot<Model>[]
  readonly byVersion: ReadonlyMap<string, Model>
  /** What requests without a version mean. */
  readonly preferred: Model | undefined
}

/** What goes onto the shelf. */
export interface Shelving<Model> {
  readonly model: Model
  readonly plan: ModelPlan
}

/**
 * The models of a server by name and version, in the order in which they were asked for. A name keeps its place when its
 * models are gone: what means the default must not mean another one by itself.
 */
export class ModelShelf<Model extends ShelvedModel> {
  readonly #names = new Map<string, ShelvedName<Model>>()
  #list: readonly Model[] = []
  #default: ShelvedName<Model> | undefined

  get(name: string, version?: string): Model | undefined {
    const found = this.#names.get(name)
    return version === undefined ? found?.preferred : found?.byVersion.get(version)
  }

  /** The preferred version of the name that was asked for first. */
  default(): Model | undefined {
    return this.#default?.preferred
  }

  list(): readonly Model[] {
    return this.#list
  }

  /** Served ones. */
  models(name: string): readonly Model[] {
    return (this.#names.get(name)?.slots ?? []).flatMap(({ model }) => model ?? [])
  }

  /** Those of models that are gone included; none of a name that is not known. */
  slots(name: string): readonly ShelfSlot<Model>[] {
    return this.#names.get(name)?.slots ?? []
  }

  /** All that are known, in order. */
  names(): readonly string[] {
    return this.#ordered().map(([name]) => name)
  }

  /** Adds one version to its name, or the name itself. @param order among everything that was ever asked for. */
  add({ model, plan }: Shelving<Model>, order: number): void {
    const known = this.#names.get(model.name)
    const there = (known?.slots ?? []).filter((slot) => slot.model !== undefined)
    const slots = [...there, { plan, version: model.version, model, order }]
    this.#set(model.name, Math.min(known?.order ?? order, order), slots)
  }

  /** Puts these in the place of all versions of a name. @returns the models that were there. */
  replace(name: string, shelved: readonly Shelving<Model>[], order: number): readonly Model[] {
    const replaced = this.models(name)
    const slots = shelved.map(({ model, plan }) => ({ plan, version: model.version, model, order }))
    this.#set(name, this.#names.get(name)?.order ?? order, slots)
    return replaced
  }

  /** Remembers a name of which nothing is served. */
  remember({ name, plans }: NamedPlans, order: number): void {
    const slots = plans.map((plan) => {
      return { plan, version: plan.version ?? plan.served ?? '', model: undefined, order }
    })
    this.#set(name, this.#names.get(name)?.order ?? order, slots)
  }

  /** Takes all versions of a name away. @returns them. */
  remove(name: string): readonly Model[] {
    const known = this.#names.get(name)
    if (known === undefined) return []
    const removed = this.models(name)
    this.#set(
      name,
      known.order,
      known.slots.map((slot) => ({ ...slot, model: undefined })),
    )
    return removed
  }

  /** Takes everything away, the names too. */
  clear(): void {
    this.#names.clear()
    this.#default = undefined
    this.#list = []
  }

  #set(name: string, order: number, unordered: readonly OrderedSlot<Model>[]): void {
    const slots = [...unordered].sort((a, b) => a.order - b.order)
    const models = slots.flatMap(({ model }) => model ?? [])
    const byVersion = new Map(models.map((model) => [model.version, model]))
    this.#names.set(name, { order, slots, byVersion, preferred: models[0] })
    const ordered = this.#ordered()
    this.#default = ordered[0]?.[1]
    this.#list = ordered.flatMap(([, each]) => each.slots.flatMap(({ model }) => model ?? []))
  }

  #ordered(): readonly [string, ShelvedName<Model>][] {
    return [...this.#names].sort(([, a], [, b]) => a.order - b.order)
  }
}
