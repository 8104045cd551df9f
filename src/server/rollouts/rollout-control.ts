import { conflict } from '../../core/errors.ts'
import type { ModelHistory } from '../../core/model-history.ts'
import type { IndexedModel, LoadRequest, ModelControl } from '../model-control.ts'
import type { LiveRollout } from './live-rollout.ts'

/** Loading and unloading beside rollouts: a model that one of them needs stays as it is. */
export class RolloutControl implements ModelControl {
  readonly #control: ModelControl
  readonly #rollouts: readonly LiveRollout[]

  constructor(control: ModelControl, rollouts: readonly LiveRollout[]) {
    this.#control = control
    this.#rollouts = rollouts
  }

  index(): readonly IndexedModel[] {
    return this.#control.index()
  }

  async load(name: string, request: LoadRequest): Promise<void> {
    const own = this.#rollouts.find(({ plan }) => plan.name === name)
    if (own !== undefined) {
      throw conflict(`'${name}' is a rollout, which is not loaded: load its variants under their own names.`)
    }
    this.#expectFree(name, 'loaded anew')
    await this.#control.load(name, request)
  }

  async unload(name: string): Promise<void> {
    const own = this.#rollouts.find(({ plan }) => plan.name === name)
    if (own !== undefined)
      throw conflict(`'${name}' is a rollout, which is not unloaded: its variants have names of their own.`)
    this.#expectFree(name, 'unloaded')
    await this.#control.unload(name)
  }

  async rollback(name: string): Promise<void> {
    this.#expectFree(name, 'rolled back')
    await this.#control.rollback(name)
  }

  history(name: string): ModelHistory | undefined {
    return this.#control.history(name)
  }

  /** A variant that is not there may be loaded. */
  #expectFree(name: string, what: string): void {
    const needing = this.#rollouts.find((rollout) => rollout.needs(name))
    if (needing === undefined) return
    throw conflict(
      `The model '${name}' is not ${what} while the rollout '${needing.plan.name}' needs it: end the rollout first ` +
        `(POST /rollouts/${needing.plan.name}/abort or /promote).`,
      { rollout: needing.plan.name },
    )
  }
}
