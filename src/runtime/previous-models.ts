import type { LoadedModel } from './loaded-model.ts'
import { type ModelPlan, pinnedPlan } from './model-plan.ts'
import type { Shelving } from './model-shelf.ts'

export interface PreviousModelsInit {
  /** How long they are kept loaded after they were replaced, in milliseconds. */
  readonly keptMs: number
  /** Ends one whose time is over. */
  retire(model: LoadedModel): void
}

interface Previous {
  readonly plans: readonly ModelPlan[]
  /** None once their time is over. */
  shelved: readonly Shelving<LoadedModel>[]
  readonly until: number
  timer: NodeJS.Timeout | undefined
}

/**
 * What was served under each name before what is served now: kept loaded for a while, with its threads, so that it can be
 * served again at once; after that only how to load it is known.
 */
export class PreviousModels {
  readonly #init: PreviousModelsInit
  readonly #byName = new Map<string, Previous>()

  constructor(init: PreviousModelsInit) {
    this.#init = init
  }

  /** All that are kept loaded. */
  list(): LoadedModel[] {
    return [...this.#byName.values()].flatMap(({ shelved }) => shelved.map(({ model }) => model))
  }

  /** How what was served before is loaded; undefined where nothing was. */
  plans(name: string): readonly ModelPlan[] | undefined {
    return this.#byName.get(name)?.plans
  }

  /** These were served under a name and are not any more. What was before them is ended. */
  put(name: string, shelved: readonly Shelving<LoadedModel>[]): void {
    this.drop(name)
    if (shelved.length === 0) return
    const plans = shelved.map(({ plan, model }) => pinnedPlan(plan, model))
    const until = performance.now() + this.#init.keptMs
    this.#keep(name, { plans, shelved, until, timer: undefined })
  }

  /** Hands out what is kept of a name, which nobody ends any more; undefined where its time is over. */
  take(name: string): readonly Shelving<LoadedModel>[] | undefined {
    const previous = this.#byName.get(name)
    if (previous === undefined || previous.shelved.length === 0) return undefined
    clearTimeout(previous.timer)
    const { shelved } = previous
    previous.shelved = []
    return shelved
  }

  /** What was taken is not wanted after all: it is kept for the rest of its time. */
  giveBack(name: string, shelved: readonly Shelving<LoadedModel>[]): void {
    const previous = this.#byName.get(name)
    if (previous === undefined || previous.shelved.length > 0) this.#retire(shelved)
    else this.#keep(name, { ...previous, shelved })
  }

  /** Nothing comes back under this name any more. */
  drop(name: string): void {
    const previous = this.#byName.get(name)
    if (previous === undefined) return
    this.#byName.delete(name)
    clearTimeout(previous.timer)
    this.#retire(previous.shelved)
  }

  /** Forgets all without ending any: whoever calls does that. */
  clear(): void {
    for (const { timer } of this.#byName.values()) clearTimeout(timer)
    this.#byName.clear()
  }

  #keep(name: string, previous: Previous): void {
    this.#byName.set(name, previous)
    const leftMs = Math.max(0, previous.until - performance.now())
    previous.timer = setTimeout(() => this.#end(previous), leftMs).unref()
    if (leftMs === 0) this.#end(previous)
  }

  #end(previous: Previous): void {
    clearTimeout(previous.timer)
    this.#retire(previous.shelved)
    previous.shelved = []
  }

  #retire(shelved: readonly Shelving<LoadedModel>[]): void {
    for (const { model } of shelved) this.#init.retire(model)
  }
}
