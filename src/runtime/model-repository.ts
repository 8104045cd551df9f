import { alreadyExists, notFound, unavailable } from '../core/errors.ts'
import type { ResolvedModel } from '../core/resolved-model.ts'
import type { PrepareOptions } from '../flavors/flavor.ts'
import { type AdmissionLimits, DEFAULT_LIMITS } from './admission/admission.ts'
import type { BatchingOptions } from './batching/batching-state.ts'
import { availableResources, planThreads, type Resources } from './cores.ts'
import { type LoadModelOptions, loadModel } from './load/load-model.ts'
import type { LoadedModel } from './loaded-model.ts'
import type { PlacementChoice } from './placement.ts'
import type { WorkerThreads } from './pool/worker-threads.ts'
import { type RuntimeLog, SILENT_LOG } from './runtime-log.ts'
import type { ServedModel } from './served-model.ts'

export interface ModelRepositoryOptions {
  /** Finds the files of a model URI. */
  resolve(uri: string): Promise<ResolvedModel>
  /** `auto` unless set. */
  readonly placement?: PlacementChoice
  /** Threads of each pooled model. Unless set, all pools together have one a core, each at least one. */
  readonly workers?: number
  /** How many models will be loaded, among which the cores are divided; 1 unless set. */
  readonly expectedModels?: number
  /** Of the machine or the container unless set. */
  readonly resources?: Resources
  readonly limits?: AdmissionLimits
  /** `auto` unless set. */
  readonly batching?: BatchingOptions
  /** How long a run of a golden request or an input example may take at load; 60 s unless set. */
  readonly runTimeoutMs?: number
  /** Module URL of another flavor table than Headrace's own. */
  readonly flavorTable?: string
  /** How flavors prepare models. */
  readonly prepare?: PrepareOptions
  readonly log?: RuntimeLog
}

const RUN_TIMEOUT_MS = 60_000
const UNLOAD_GRACE_MS = 30_000
const DRAINING = 'The server is shutting down'

/** What this server has loaded, by the names under which it is served. */
export class ModelRepository {
  readonly #options: ModelRepositoryOptions
  readonly #resources: Resources
  readonly #log: RuntimeLog
  /** In the order in which they were asked for, whichever was faster to load. */
  readonly #models = new Map<string, LoadedModel>()
  readonly #askedFor = new WeakMap<LoadedModel, number>()
  #asked = 0
  /** Of the models that are loaded, and of earlier ones as far as a thread of theirs did not end. */
  readonly #threads = new Set<WorkerThreads>()
  /** Names being loaded. */
  readonly #loading = new Set<string>()
  /** All models expected at start have been loaded. */
  #complete = false
  #draining = false

  constructor(options: ModelRepositoryOptions) {
    this.#options = options
    this.#resources = options.resources ?? availableResources()
    this.#log = options.log ?? SILENT_LOG
  }

  /**
   * Loads the model at `uri`, under its own name unless another is given. Ready when this resolves.
   * @throws ServingError RESOURCE_ALREADY_EXISTS where the name is taken, and what resolving and loading throw.
   */
  async load(uri: string, name?: string): Promise<ServedModel> {
    if (this.#draining) throw unavailable(DRAINING)
    const order = this.#asked++
    const starting = this.#startThreads()
    // Awaited below; until then its failure is nobody's.
    starting.catch(() => {})
    try {
      const source = await this.#options.resolve(uri)
      return await this.#loadAs(name ?? source.name, source, { order, starting })
    } catch (error) {
      await (await starting)?.close()
      throw error
    }
  }

  get(name: string): ServedModel | undefined {
    return this.#models.get(name)
  }

  /** The first that was asked for. */
  default(): ServedModel | undefined {
    return this.#models.values().next().value
  }

  list(): readonly ServedModel[] {
    return [...this.#models.values()]
  }

  /**
   * Every model that was asked for at start is loaded and proved, none of them is without workers, and the
   * server is not on its way out. A model that is loaded later does not change it.
   */
  ready(): boolean {
    if (this.#draining || !this.#complete) return false
    for (const model of this.#models.values()) {
      if (model.placement === 'pool' && model.stats().workers === 0) return false
    }
    return true
  }

  /** A thread is inside a native run that never returns: the process can only be ended by SIGKILL. */
  hasStuckWorkers(): boolean {
    for (const { stuck } of this.#threads) if (stuck > 0) return true
    return false
  }

  /**
   * Takes a model out, lets what is under way finish, and frees its memory.
   * @throws ServingError RESOURCE_DOES_NOT_EXIST
   */
  async unload(name: string): Promise<void> {
    const model = this.#models.get(name)
    if (model === undefined) throw notFound(`No model is served as '${name}'`, { model: name })
    this.#models.delete(name)
    await model.retire(`The model '${name}' is being unloaded`, UNLOAD_GRACE_MS)
    this.#log.info({ model: name }, 'Model unloaded')
  }

  /** Refuses new requests to all models; true once none is under way, false after `graceMs`. */
  async drain(graceMs: number): Promise<boolean> {
    this.#draining = true
    const drained = await Promise.all(this.#all().map((model) => model.drain(DRAINING, graceMs)))
    return drained.every(Boolean)
  }

  /** Drains for up to `graceMs`, answers what is left with an error, and frees all models. */
  async close(graceMs = 0): Promise<void> {
    this.#draining = true
    await Promise.all(this.#all().map((model) => model.retire(DRAINING, graceMs)))
    this.#models.clear()
  }

  /** Threads for the model that is about to be looked for: they start meanwhile. */
  async #startThreads(): Promise<WorkerThreads | undefined> {
    if (this.#options.placement === 'inline') return undefined
    const { WorkerThreads } = await import('./pool/worker-threads.ts')
    for (const earlier of this.#threads) if (earlier.gone) this.#threads.delete(earlier)
    const threads = new WorkerThreads({ maxThreads: this.#threadCount(), log: this.#log })
    this.#threads.add(threads)
    return threads
  }

  async #loadAs(
    name: string,
    source: ResolvedModel,
    { order, starting }: { order: number; starting: Promise<WorkerThreads | undefined> },
  ): Promise<LoadedModel> {
    if (this.#models.has(name) || this.#loading.has(name)) {
      throw alreadyExists(`A model is already served as '${name}'`, { model: name })
    }
    this.#loading.add(name)
    try {
      const model = await loadModel(this.#loadOptions(name, source, await starting))
      this.#add(model, order)
      this.#complete ||= this.#models.size >= (this.#options.expectedModels ?? 1)
      return model
    } finally {
      this.#loading.delete(name)
    }
  }

  #add(model: LoadedModel, order: number): void {
    this.#askedFor.set(model, order)
    const models = [...this.#all(), model].sort((a, b) => this.#askedFor.get(a)! - this.#askedFor.get(b)!)
    this.#models.clear()
    for (const each of models) this.#models.set(each.name, each)
  }

  #loadOptions(name: string, source: ResolvedModel, threads: WorkerThreads | undefined): LoadModelOptions {
    const { placement = 'auto', limits = DEFAULT_LIMITS, runTimeoutMs = RUN_TIMEOUT_MS } = this.#options
    const { flavorTable, prepare, batching = { mode: 'auto' } } = this.#options
    const { memoryBytes } = this.#resources
    const count = this.#threadCount()
    return {
      source,
      name,
      placement,
      limits,
      batching,
      runTimeoutMs,
      threads,
      planFor: (weightBytes) => planThreads({ threads: count, weightBytes, memoryBytes }),
      log: this.#log,
      ...(flavorTable === undefined ? {} : { flavorTable }),
      ...(prepare === undefined ? {} : { prepare }),
    }
  }

  #threadCount(): number {
    return this.#options.workers ?? this.#coreShare()
  }

  /** An equal share of the cores for each model expected at start, of what is left for a later one. */
  #coreShare(): number {
    const { cores } = this.#resources
    const used = this.#all().reduce((sum, model) => sum + model.stats().workers, 0)
    const share = Math.floor(cores / (this.#options.expectedModels ?? 1))
    return Math.max(1, Math.min(share, cores - used))
  }

  #all(): LoadedModel[] {
    return [...this.#models.values()]
  }
}
