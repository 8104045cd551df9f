import { cancelled, notFound, unavailable } from '../core/errors.ts'
import { availableResources } from './cores.ts'
import { LeavingModels } from './leaving-models.ts'
import { expectDistinct } from './load/expect-distinct.ts'
import { ModelLoader } from './load/model-loader.ts'
import { ModelPreparation } from './load/model-preparation.ts'
import type { LoadedModel } from './loaded-model.ts'
import { type ModelPlan, type NamedPlans, namedPlans, pinnedPlan } from './model-plan.ts'
import { ModelShelf, type ShelfSlot, type Shelving } from './model-shelf.ts'
import { ModelThreads } from './model-threads.ts'
import type { PreparedModels, PrepareModels } from './prepared-models.ts'
import { PreviousModels } from './previous-models.ts'
import type { ModelRepositoryOptions } from './repository-options.ts'
import { type RuntimeLog, SILENT_LOG } from './runtime-log.ts'
import type { ServedModel } from './served-model.ts'
import { RepositoryTuning } from './tuning/repository-tuning.ts'
import { warmUp } from './warm-up.ts'

export type { ModelRepositoryOptions } from './repository-options.ts'

const RUN_TIMEOUT_MS = 60_000
const DRAINING = 'The server is shutting down'

/** Loaded, and to be all the versions under a name. */
interface Prepared {
  readonly name: string
  readonly shelved: readonly Shelving<LoadedModel>[]
}

/** What this server has loaded, by the names under which it is served, and their versions. */
export class ModelRepository {
  /** Called where the threads of a served model are lost to runs that never return, and only a new process can help. */
  onExhausted: (model: string) => void = () => {}
  /** Called for each model that is loaded beside those of the start, as soon as it is served. */
  onLoaded: (model: ServedModel) => void = () => {}
  /** How its models are batched, for other processes and threads, and by them. */
  readonly tuning = new RepositoryTuning(() => [...this.#shelf.list(), ...this.#prepared])
  readonly #options: ModelRepositoryOptions
  readonly #log: RuntimeLog
  readonly #shelf = new ModelShelf<LoadedModel>()
  readonly #loader: ModelLoader
  readonly #threads: ModelThreads
  #asked = 0
  readonly #preparations = new Set<ModelPreparation>()
  /** Loaded, and not served yet. */
  readonly #prepared = new Set<LoadedModel>()
  /** Replaced, and kept for a while. */
  readonly #previous: PreviousModels
  readonly #leaving: LeavingModels
  /** All models expected at start have been loaded. */
  #complete: boolean
  #draining = false

  constructor(options: ModelRepositoryOptions) {
    const resources = options.resources ?? availableResources()
    const { runTimeoutMs = RUN_TIMEOUT_MS, log = SILENT_LOG } = options
    this.#options = options
    this.#log = log
    this.#complete = options.expectedModels === 0
    this.#threads = new ModelThreads({ memoryBytes: resources.memoryBytes, runTimeoutMs, log })
    this.#leaving = new LeavingModels(this.#threads, log)
    this.#previous = new PreviousModels({
      keptMs: options.keepPreviousMs ?? 0,
      retire: (model) => void this.#leaving.replaced(model),
    })
    this.#loader = new ModelLoader({
      ...{ options, resources, threads: this.#threads },
      served: () => this.#shelf.list(),
      tunedPlan: (name, version) => this.tuning.planFor(name, version),
      onTuned: (tuned) => this.tuning.onTuned(tuned),
      onExhausted: (name) => {
        if (this.#shelf.get(name) !== undefined) this.onExhausted(name)
      },
    })
  }

  /**
   * Loads the model at `uri`, under its own name unless another is given. Ready when this resolves. Once the models
   * expected at start are there, it is first tried in a process of its own. Where it fails, nothing is left of it.
   * @throws ServingError RESOURCE_ALREADY_EXISTS where this version of the name is there, CANCELLED where it was unloaded
   *   meanwhile, INVALID_PARAMETER_VALUE where it did not pass its trial, and what resolving and loading throw.
   */
  load(uri: string, name?: string): Promise<ServedModel> {
    return this.loadPlan({ uri, ...(name === undefined ? {} : { name }) })
  }

  /** The same of a model of which more is said than where it is. @throws ServingError as `load`. */
  async loadPlan(plan: ModelPlan): Promise<ServedModel> {
    if (this.#draining) throw unavailable(DRAINING)
    const order = this.#asked++
    const tried = this.#complete || this.#options.trial?.atStart === true
    return await this.#loader.load({ plan, instead: false, tried }, (model) => {
      this.#shelf.add({ model, plan }, order)
      this.tuning.joined(model)
      this.#complete ||= this.#shelf.list().length >= (this.#options.expectedModels ?? 1)
    })
  }

  /**
   * Loads models, one after the other, that are to be all the versions under a name. Those that are served go on being
   * served. Where one fails, nothing is left of any.
   * @throws ServingError as `load`, but for RESOURCE_ALREADY_EXISTS.
   */
  async prepare(
    name: string,
    plans: readonly ModelPlan[],
    { tried = true, warm = false }: PrepareModels = {},
  ): Promise<PreparedModels> {
    const preparation = new ModelPreparation(name)
    this.#preparations.add(preparation)
    try {
      for (const plan of plans) {
        this.#expectWanted(preparation)
        await this.#loader.load({ plan: { ...plan, name }, instead: true, tried, quiet: warm }, (model) => {
          this.#prepared.add(model)
          this.tuning.joined(model)
          preparation.shelved.push({ model, plan })
        })
        expectDistinct(name, preparation.models)
      }
      if (warm) await warmUp(preparation, this.#shelf.models(name))
      this.#expectWanted(preparation)
    } catch (error) {
      await this.#discard(preparation.models)
      throw error
    } finally {
      this.#preparations.delete(preparation)
      preparation.end()
    }
    return {
      plans: preparation.shelved.map(({ model, plan }) => pinnedPlan(plan, model)),
      commit: () => this.#commit(preparation),
      discard: () => this.#discard(preparation.models),
    }
  }

  /** How what was served under a name before is loaded; undefined where nothing was. */
  previousPlans(name: string): readonly ModelPlan[] | undefined {
    return this.#previous.plans(name)
  }

  /** Gets ready to serve again what was served before; undefined where that is not loaded any more. */
  prepareRestored(name: string): PreparedModels | undefined {
    if (this.#draining) throw unavailable(DRAINING)
    const shelved = this.#previous.take(name)
    if (shelved === undefined) return undefined
    for (const { model } of shelved) this.#prepared.add(model)
    return {
      plans: shelved.map(({ model, plan }) => pinnedPlan(plan, model)),
      commit: () => this.#commit({ name, shelved }),
      discard: async () => {
        for (const { model } of shelved) this.#prepared.delete(model)
        this.#previous.giveBack(name, shelved)
      },
    }
  }

  /** The model served under this name; without a version the one that requests without one mean. */
  get(name: string, version?: string): ServedModel | undefined {
    return this.#shelf.get(name, version)
  }

  /** Versions served under a name, in the order in which they were asked for. */
  versions(name: string): readonly string[] {
    return this.#shelf.models(name).map(({ version }) => version)
  }

  /** Of the name that was asked for first; undefined where that is not loaded. */
  default(): ServedModel | undefined {
    return this.#shelf.default()
  }

  list(): readonly ServedModel[] {
    return this.#shelf.list()
  }

  /** Everything that this server has, or had, so that another process can have the same. */
  plans(): readonly NamedPlans[] {
    return this.#shelf.names().map((name) => {
      return namedPlans(name, this.#shelf.slots(name), this.#previous.plans(name))
    })
  }

  /** The versions that a name has, or had when it was unloaded. */
  slots(name: string): readonly ShelfSlot<ServedModel>[] {
    return this.#shelf.slots(name)
  }

  /** All names that this server has, or had. */
  names(): readonly string[] {
    return this.#shelf.names()
  }

  /** Models that nobody finds any more, and that answer what they have. */
  leaving(): readonly ServedModel[] {
    return this.#leaving.list()
  }

  /** Lets a name be known of which nothing is served, so that it can be loaded by its name alone. */
  remember(plans: NamedPlans): void {
    this.#shelf.remember(plans, this.#asked++)
  }

  /**
   * Every model that was asked for at start is loaded and proved, none of them is without workers, and the
   * server is not on its way out. A model that is loaded later does not change it.
   */
  ready(): boolean {
    if (this.#draining || !this.#complete) return false
    for (const model of this.#shelf.list()) {
      if (model.placement === 'pool' && model.stats().workers === 0) return false
    }
    return true
  }

  /** A thread is inside a native run that never returns: the process can only be ended by SIGKILL. */
  hasStuckWorkers(): boolean {
    return this.#threads.hasStuck()
  }

  /**
   * Takes all versions of a model out, lets what is under way finish, and frees their memory. The name is free at once.
   * What is being loaded under it is given up.
   * @throws ServingError RESOURCE_DOES_NOT_EXIST
   */
  async unload(name: string): Promise<void> {
    const removed = this.#shelf.remove(name)
    this.#previous.drop(name)
    this.tuning.forget(name)
    const [wasLoading] = await Promise.all([
      this.giveUp(name),
      ...removed.map((model) => this.#leaving.unloaded(model)),
    ])
    if (wasLoading || removed.length > 0) return
    throw notFound(`No model is served as '${name}'`, { model: name })
  }

  /** Gives up what is being loaded under a name. @returns false where nothing is. Settles once nothing is left of it. */
  async giveUp(name: string): Promise<boolean> {
    const reason = cancelled(`The model '${name}' was unloaded before it was loaded`)
    const given = [...this.#preparations].filter((preparation) => preparation.name === name)
    for (const preparation of given) preparation.giveUp(reason)
    const [wasLoading] = await Promise.all([
      this.#loader.giveUp(name, reason),
      ...given.map(({ over }) => over),
    ])
    return wasLoading || given.length > 0
  }

  /** Gives up all that is being loaded, and takes no more; what is served goes on being served. */
  stopLoading(): void {
    this.#draining = true
    this.#loader.giveUpAll(unavailable(DRAINING))
  }

  /** Refuses new requests to all models; true once none is under way, false after `graceMs`. */
  async drain(graceMs: number): Promise<boolean> {
    this.stopLoading()
    const drained = await Promise.all(this.#all().map((model) => model.drain(DRAINING, graceMs)))
    return drained.every(Boolean)
  }

  /** Drains for up to `graceMs`, answers what is left with an error, and frees all models. */
  async close(graceMs = 0): Promise<void> {
    this.stopLoading()
    await Promise.all([this.#loader.over(), ...this.#all().map((model) => model.retire(DRAINING, graceMs))])
    this.#shelf.clear()
    this.#previous.clear()
  }

  /** @throws ServingError TEMPORARILY_UNAVAILABLE where the server is on its way out, CANCELLED where they were given up. */
  #expectWanted(preparation: ModelPreparation): void {
    if (this.#draining) throw unavailable(DRAINING)
    preparation.throwIfGivenUp()
  }

  #commit({ name, shelved }: Prepared): void {
    const replaced = this.#shelf.slots(name).flatMap(({ model, plan }) => (model ? [{ model, plan }] : []))
    this.#shelf.replace(name, shelved, this.#asked++)
    for (const { model } of shelved) {
      this.#prepared.delete(model)
      const { version: modelVersion, placement, source } = model
      const facts = { model: name, modelVersion, uri: source.canonicalUri, placement }
      this.#log.info(facts, 'Model loaded')
      this.onLoaded(model)
    }
    this.#previous.put(name, replaced)
  }

  async #discard(models: readonly LoadedModel[]): Promise<void> {
    for (const model of models) this.#prepared.delete(model)
    await Promise.all(models.map((model) => this.#leaving.discarded(model)))
  }

  /** What is served, what is about to be, what may be again, and what is on its way out. */
  #all(): LoadedModel[] {
    return [...this.#shelf.list(), ...this.#prepared, ...this.#previous.list(), ...this.#leaving.list()]
  }
}
