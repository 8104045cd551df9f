import type { LoadedModel } from './loaded-model.ts'
import type { ModelThreads } from './model-threads.ts'
import type { RuntimeLog } from './runtime-log.ts'

const UNLOAD_GRACE_MS = 30_000
/** A request may still be sending its body, for as long as the server lets it, and is answered after that. */
const REPLACED_GRACE_MS = 180_000

/** Models on their way out: nobody finds them any more, and they have requests to finish. */
export class LeavingModels {
  readonly #threads: ModelThreads
  readonly #log: RuntimeLog
  readonly #models = new Set<LoadedModel>()

  constructor(threads: ModelThreads, log: RuntimeLog) {
    this.#threads = threads
    this.#log = log
  }

  list(): readonly LoadedModel[] {
    return [...this.#models]
  }

  /** Another is served in its place. */
  replaced(model: LoadedModel): Promise<void> {
    return this.#retire(model, REPLACED_GRACE_MS)
  }

  /** Nothing is served in its place. */
  async unloaded(model: LoadedModel): Promise<void> {
    await this.#retire(model, UNLOAD_GRACE_MS)
    this.#log.info({ model: model.name, modelVersion: model.version }, 'Model unloaded')
  }

  /** It was never served. */
  discarded(model: LoadedModel): Promise<void> {
    return this.#retire(model, 0)
  }

  /** Never rejects: what is left of a model that cannot be ended in order is counted among the stuck. */
  async #retire(model: LoadedModel, graceMs: number): Promise<void> {
    this.#models.add(model)
    try {
      await model.retire(`The model '${model.name}' is being unloaded`, graceMs)
    } catch (error) {
      this.#log.warn({ model: model.name, err: error }, 'A model could not be ended in order')
    } finally {
      this.#models.delete(model)
      this.#threads.forgetGone()
    }
  }
}
