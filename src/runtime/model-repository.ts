import { alreadyExists, cancelled, notFound, unavailable } from '../core/errors.ts'
import type { ResolvedModel } from '../core/resolved-model.ts'
import type { PrepareOptions } from '../flavors/flavor.ts'
import { type AdmissionLimits, DEFAULT_LIMITS } from './admission/admission.ts'
import type { BatchingOptions } from './batching/batching-state.ts'
import { availableResources, planThreads, type Resources } from './cores.ts'
import { type LoadModelOptions, loadModel } from './load/load-model.ts'
import { ModelLoading } from './load/model-loading.ts'
import type { LoadedModel } from './loaded-model.ts'
import { ModelThreads } from './model-threads.ts'
import type { PlacementChoice } from './placement.ts'
import type { WorkerThreads } from './pool/worker-threads.ts'
import { type RuntimeLog, SILENT_LOG } from './runtime-log.ts'
import type { ServedModel } from './served-model.ts'
import { type TrialOptions, trialLimits } from './trial/trial-options.ts'

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
  /** How models are tried before they are loaded. */
  readonly trial?: TrialOptions
  readonly log?: RuntimeLog
}

const DEFAULT_BATCHING: BatchingOptions = { mode: 'auto' }
const RUN_TIMEOUT_MS = 60_000
const UNLOAD_GRACE_MS = 30_000
const DRAINING = 'The server is shutting down'

/** What this server has loaded, by the names under which it is served. */
export class ModelRepository {
  /** Called where the threads of a served model are lost to runs that never return, and only a new process can help. */
  onExhausted: (model: string) => void = () => {}
  readonly #options: ModelRepositoryOptions
  readonly #resources: Resources
  readonly #log: RuntimeLog
  /** In the order in which they were asked for, whichever was faster to load. */
  readonly #models = new Map<string, LoadedModel>()
  readonly #askedFor = new WeakMap<LoadedModel, number>()
  #asked = 0
  readonly #threads: ModelThreads
  readonly #loadings = new Set<ModelLoading>()
  /** Models being unloaded: nobody finds them any more, and they have requests to finish. */
  readonly #leaving = new Set<LoadedModel>()
  /** All models expected at start have been loaded. */
  #complete = false
  #draining = false

  constructor(options: ModelRepositoryOptions) {
    this.#options = options
    this.#resources = options.resources ?? availableResources()
    this.#log = options.log ?? SILENT_LOG
    const { runTimeoutMs = RUN_TIMEOUT_MS } = options
    const { memoryBytes } = this.#resources
    this.#threads = new ModelThreads({ memoryBytes, runTimeoutMs, log: this.#log })
  }

  /**
   * Loads the model at `uri`, under its own name unless another is given. Ready when this resolves. Once the models
   * expected at start are there, it is first tried in a process of its own. Where it fails, nothing is left of it.
   * @throws ServingError RESOURCE_ALREADY_EXISTS where the name is taken, CANCELLED where it was unloaded meanwhile,
   *   INVALID_PARAMETER_VALUE where it did not pass its trial, and what resolving and loading throw.
   */
  async load(uri: string, name?: string): Promise<ServedModel> {
    if (this.#draining) throw unavailable(DRAINING)
    if (name !== undefined) this.#expectFree(name)
    const loading = new ModelLoading({ order: this.#asked++, threadCount: this.#threadCount() })
    loading.name = name
    this.#loadings.add(loading)
    try {
      const model = await this.#load(uri, loading)
      loading.succeed()
      return model
    } catch (error) {
      await loading.fail()
      // What ended with its threads failed in ways that say nothing.
      throw loading.signal.aborted ? loading.signal.reason : error
    } finally {
      this.#loadings.delete(loading)
      this.#threads.forgetGone()
    }
  }

  get(name: string, version?: string): ServedModel | undefined {
    const model = this.#models.get(name)
    return version === undefined || model?.version === version ? model : undefined
  }

  versions(name: string): readonly string[] {
    const model = this.#models.get(name)
    return model === undefined ? [] : [model.version]
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
    return this.#threads.hasStuck()
  }

  /**
   * Takes a model out, lets what is under way finish, and frees its memory. Its name is free at once. One that is being
   * loaded is given up.
   * @throws ServingError RESOURCE_DOES_NOT_EXIST
   */
  async unload(name: string): Promise<void> {
    const model = this.#models.get(name)
    if (model === undefined) return await this.#giveUp(name)
    this.#models.delete(name)
    this.#leaving.add(model)
    try {
      await model.retire(`The model '${name}' is being unloaded`, UNLOAD_GRACE_MS)
    } finally {
      this.#leaving.delete(model)
      this.#threads.forgetGone()
    }
    this.#log.info({ model: name }, 'Model unloaded')
  }

  /** Refuses new requests to all models; true once none is under way, false after `graceMs`. */
  async drain(graceMs: number): Promise<boolean> {
    this.#stopLoading()
    const drained = await Promise.all(this.#all().map((model) => model.drain(DRAINING, graceMs)))
    return drained.every(Boolean)
  }

  /** Drains for up to `graceMs`, answers what is left with an error, and frees all models. */
  async close(graceMs = 0): Promise<void> {
    this.#stopLoading()
    const loadings = [...this.#loadings].map(({ over }) => over)
    await Promise.all([...loadings, ...this.#all().map((model) => model.retire(DRAINING, graceMs))])
    this.#models.clear()
  }

  async #load(uri: string, loading: ModelLoading): Promise<LoadedModel> {
    const isTried = this.#complete || this.#options.trial?.atStart === true
    // They start while the model is looked for; while it is tried, nobody needs them.
    if (!isTried) void this.#threadsFor(loading)
    const source = await loading.orGivenUp(this.#options.resolve(uri))
    const name = loading.name ?? source.name
    if (loading.name === undefined) this.#expectFree(name)
    loading.name = name
    const prepare = isTried ? await this.#try(name, source, loading) : this.#options.prepare
    const threads = await this.#threadsFor(loading)
    loading.signal.throwIfAborted()
    const model = await loadModel({
      ...this.#loadOptions(loading.threadCount),
      name,
      source,
      threads,
      startOverflow: () => this.#startThreads(loading, 1),
      ...(prepare && { prepare }),
    })
    if (loading.signal.aborted) {
      await model.retire('Given up', 0)
      throw loading.signal.reason
    }
    this.#add(model, loading.order)
    this.#complete ||= this.#models.size >= (this.#options.expectedModels ?? 1)
    return model
  }

  #expectFree(name: string): void {
    if (this.#models.has(name) || this.#loadingOf(name) !== undefined) {
      throw alreadyExists(`A model is already served as '${name}'`, { model: name })
    }
  }

  #loadingOf(name: string): ModelLoading | undefined {
    for (const loading of this.#loadings) if (loading.name === name) return loading
    return undefined
  }

  async #giveUp(name: string): Promise<void> {
    const loading = this.#loadingOf(name)
    if (loading === undefined) throw notFound(`No model is served as '${name}'`, { model: name })
    loading.giveUp(cancelled(`The model '${name}' was unloaded before it was loaded`))
    await loading.over
  }

  #stopLoading(): void {
    this.#draining = true
    for (const loading of this.#loadings) loading.giveUp(unavailable(DRAINING))
  }

  /** None where inline is forced. */
  async #threadsFor(loading: ModelLoading): Promise<WorkerThreads | undefined> {
    if (this.#options.placement === 'inline') return undefined
    return loading.threads(() => this.#startThreads(loading, loading.threadCount))
  }

  #startThreads(loading: ModelLoading, count: number): Promise<WorkerThreads> {
    return this.#threads.start(count, () => this.#onExhausted(loading.name))
  }

  #onExhausted(name: string | undefined): void {
    if (name !== undefined && this.#models.has(name)) this.onExhausted(name)
  }

  /** @returns how the model is to be prepared now that the trial has done it once. */
  async #try(
    name: string,
    source: ResolvedModel,
    { signal }: ModelLoading,
  ): Promise<PrepareOptions | undefined> {
    const { prepare, flavorTable, trial = {} } = this.#options
    const { passTrial } = await import('./trial/pass-trial.ts')
    return await passTrial({
      source,
      name,
      signal,
      batching: this.#options.batching ?? DEFAULT_BATCHING,
      runTimeoutMs: this.#options.runTimeoutMs ?? RUN_TIMEOUT_MS,
      limits: trialLimits(trial, this.#resources.memoryBytes),
      log: this.#log,
      ...(flavorTable === undefined ? {} : { flavorTable }),
      ...(prepare === undefined ? {} : { prepare }),
    })
  }

  #add(model: LoadedModel, order: number): void {
    this.#askedFor.set(model, order)
    const models = [...this.#models.values(), model].sort(
      (a, b) => this.#askedFor.get(a)! - this.#askedFor.get(b)!,
    )
    this.#models.clear()
    for (const each of models) this.#models.set(each.name, each)
  }

  #loadOptions(threadCount: number): Omit<LoadModelOptions, 'name' | 'source' | 'threads'> {
    const { placement = 'auto', limits = DEFAULT_LIMITS, runTimeoutMs = RUN_TIMEOUT_MS } = this.#options
    const { flavorTable, batching = DEFAULT_BATCHING } = this.#options
    const { memoryBytes } = this.#resources
    return {
      placement,
      limits,
      batching,
      runTimeoutMs,
      beside: this.#models.size > 0,
      planFor: (weightBytes) => planThreads({ threads: threadCount, weightBytes, memoryBytes }),
      log: this.#log,
      ...(flavorTable === undefined ? {} : { flavorTable }),
    }
  }

  #threadCount(): number {
    return this.#options.workers ?? this.#coreShare()
  }

  /** An equal share of the cores for each model expected at start, of what is left for a later one. */
  #coreShare(): number {
    const { cores } = this.#resources
    let used = 0
    for (const model of this.#models.values()) used += model.stats().workers
    for (const { threadCount } of this.#loadings) used += threadCount
    const share = Math.floor(cores / (this.#options.expectedModels ?? 1))
    return Math.max(1, Math.min(share, cores - used))
  }

  /** What is served, and what is on its way out. */
  #all(): LoadedModel[] {
    return [...this.#models.values(), ...this.#leaving]
  }
}
