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
    this.#expectFree(name, 'loaded anew')
    await this.#control.load(name, request)
  }

  async rollback(name: string): Promise<void> {
    this.#expectFree(name, 'exchanged')
    await this.#control.rollback(name)
  }

  history(name: string): ModelHistory | undefined {
    return this.#control.history(name)
  }

  async unload(name: string): Promise<void> {
    this.#expectFree(name, 'unloaded')
    await this.#control.unload(name)
  }

  /** A variant that is not there may be loaded. @throws ServingError RESOURCE_CONFLICT */
  #expectFree(name: string, what: string): void {
    if (this.#rollouts.some(({ plan }) => plan.name === name)) {
      throw conflict(`'${name}' is a rollout, which is not ${what}: its variants are, under their own names.`)
    }
    const needing = this.#rollouts.find((rollout) => rollout.needs(name))
    if (needing === undefined) return
    const { plan, isRunning } = needing
    const way = isRunning
      ? `end the rollout first (POST /rollouts/${plan.name}/abort or /promote).`
      : 'it is the control, or has all keys. Start the server without the rollout, which is over.'
    throw conflict(`The model '${name}' is not ${what} while the rollout '${plan.name}' needs it: ${way}`, {
      rollout: plan.name,
    })
  }
}
