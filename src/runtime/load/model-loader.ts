import { alreadyExists } from '../../core/errors.ts'
import type { ResolvedModel } from '../../core/resolved-model.ts'
import type { PrepareOptions } from '../../flavors/flavor.ts'
import { DEFAULT_LIMITS } from '../admission/admission.ts'
import type { BatchingOptions } from '../batching/batching-state.ts'
import { planThreads, type Resources } from '../cores.ts'
import { type LoadedModel, versionOf } from '../loaded-model.ts'
import type { MeasuredPlace, ModelPlan } from '../model-plan.ts'
import type { ModelThreads } from '../model-threads.ts'
import type { WorkerThreads } from '../pool/worker-threads.ts'
import type { ModelRepositoryOptions } from '../repository-options.ts'
import { type RuntimeLog, SILENT_LOG } from '../runtime-log.ts'
import { trialLimits } from '../trial/trial-options.ts'
import type { TunedModel, TunedPlan } from '../tuning/tuned-plan.ts'
import { type LoadModelOptions, loadModel } from './load-model.ts'
import { LoadingTurns } from './loading-turns.ts'
import { ModelLoading } from './model-loading.ts'
import { SpareThreads } from './spare-threads.ts'
import { Turns } from './turns.ts'

export interface ModelLoaderInit {
  readonly options: ModelRepositoryOptions
  readonly resources: Resources
  readonly threads: ModelThreads
  /** What is served now. */
  readonly served: () => readonly LoadedModel[]
  /** What was found out elsewhere and given ahead of the model. */
  readonly tunedPlan: (name: string, version: string) => TunedPlan | undefined
  /** Told of what was found out here. */
  readonly onTuned: (tuned: TunedModel) => void
  /** Told where the threads of a model are lost, under its name. */
  readonly onExhausted: (name: string) => void
}

/** How a model is to be loaded. */
export interface Loading {
  readonly plan: ModelPlan
  /** It comes in place of what is served under its name, whatever version that is. */
  readonly instead: boolean
  /** In a process of its own first. */
  readonly tried: boolean
  /** Nobody waits for it. */
  readonly quiet?: boolean
}

const DEFAULT_BATCHING: BatchingOptions = { mode: 'auto' }
const RUN_TIMEOUT_MS = 60_000

/** From plans to models that are ready to serve, each of which can be given up until it is there. */
export class ModelLoader {
  readonly #init: ModelLoaderInit
  readonly #options: ModelRepositoryOptions
  readonly #log: RuntimeLog
  readonly #loadings = new Set<ModelLoading>()
  /** One trial at a time: each may take half of the memory. */
  readonly #trials = new Turns()
  readonly #turns: LoadingTurns
  readonly #spares: SpareThreads

  constructor(init: ModelLoaderInit) {
    this.#init = init
    this.#options = init.options
    this.#log = init.options.log ?? SILENT_LOG
    this.#turns = new LoadingTurns(init.resources.cores)
    this.#spares = new SpareThreads({ wanted: () => this.#awaitThreads(), log: this.#log })
  }

  /**
   * Loads a model, of which nobody knows but the caller. Where it fails, nothing is left of it.
   * @param take is given the model in the same moment in which it cannot be given up any more.
   * @throws ServingError RESOURCE_ALREADY_EXISTS where its version is served or being loaded, CANCELLED where it was given
   *   up, INVALID_PARAMETER_VALUE where it did not pass its trial, and what resolving and loading throw.
   */
  async load(asked: Loading, take: (model: LoadedModel) => void): Promise<LoadedModel> {
    const loading = new ModelLoading({ threadCount: this.#threadCount(asked) })
    loading.name = asked.plan.name
    this.#loadings.add(loading)
    try {
      const model = await this.#load(asked, loading, take)
      loading.succeed()
      return model
    } catch (error) {
      await loading.fail()
      // What ended with its threads failed in ways that say nothing.
      throw loading.signal.aborted ? loading.signal.reason : error
    } finally {
      this.#loadings.delete(loading)
      void this.#spares.trim()
      this.#init.threads.forgetGone()
    }
  }

  /** Gives up whatever is being loaded under a name. @returns false where nothing is. Settles once it is over. */
  async giveUp(name: string, reason: Error): Promise<boolean> {
    const given = [...this.#loadings].filter((loading) => loading.name === name)
    for (const loading of given) loading.giveUp(reason)
    await Promise.all(given.map(({ over }) => over))
    return given.length > 0
  }

  /** Gives up everything. */
  giveUpAll(reason: Error): void {
    for (const loading of this.#loadings) loading.giveUp(reason)
  }

  /** Settles once nothing is being loaded. */
  async over(): Promise<void> {
    await Promise.all([...this.#loadings].map(({ over }) => over))
  }

  async #load(
    asked: Loading,
    loading: ModelLoading,
    take: (model: LoadedModel) => void,
  ): Promise<LoadedModel> {
    const { plan, tried, quiet = false } = asked
    // They start while the model is looked for; while it is tried, or others are opened, nobody needs them.
    if (!tried && this.#loadings.size <= this.#turns.atOnce) void this.#threadsFor(plan, loading)
    const source = await loading.orGivenUp(this.#resolve(plan))
    const name = plan.name ?? source.name
    loading.name = name
    const version = plan.version ?? versionOf(source)
    if (!asked.instead) this.#expectFree(name, version, loading)
    loading.version = version
    const options = this.#optionsFor(plan, loading)
    const prepare = tried ? await this.#try(name, source, options, loading) : this.#options.prepare
    const model = await this.#open(
      {
        ...options,
        ...{ name, version, source, quiet },
        sharedTuning: this.#sharedTuning(name, version, plan),
        ...(prepare && { prepare }),
      },
      plan,
      loading,
    )
    if (loading.signal.aborted) {
      await model.retire('Given up', 0)
      throw loading.signal.reason
    }
    take(model)
    return model
  }

  /** Waits for its turn. */
  async #open(
    options: Omit<LoadModelOptions, 'threads'>,
    plan: ModelPlan,
    loading: ModelLoading,
  ): Promise<LoadedModel> {
    return await this.#turns.open(loading, async () => {
      const threads = await this.#threadsFor(plan, loading)
      loading.signal.throwIfAborted()
      return await loadModel({
        ...options,
        threads,
        startOverflow: () => this.#startThreads(loading, 1),
        leaveThreads: (left) => this.#leaveThreads(left, loading),
        timeAlone: (time) => this.#turns.time(loading, time),
      })
    })
  }

  async #resolve({ uri, pin }: ModelPlan): Promise<ResolvedModel> {
    const found = await this.#options.resolve(pin?.uri ?? uri, pin !== undefined)
    return pin === undefined ? found : { ...found, uri, canonicalUri: pin.canonicalUri, alias: pin.alias }
  }

  #expectFree(name: string, version: string, own: ModelLoading): void {
    const others = [...this.#loadings].filter((loading) => loading !== own)
    const isTaken = [...this.#init.served(), ...others].some(
      (other) => other.name === name && other.version === version,
    )
    if (!isTaken) return
    throw alreadyExists(
      `Version ${version} of a model is already served as '${name}': give this one a name (-m NAME=URI), or a version ` +
        'in a models file',
      { model: name, version },
    )
  }

  #optionsFor(plan: ModelPlan, loading: ModelLoading): Omit<LoadModelOptions, 'name' | 'source' | 'threads'> {
    const { limits, batching } = plan
    const { flavorTable, runTimeoutMs = RUN_TIMEOUT_MS } = this.#options
    const { memoryBytes } = this.#init.resources
    const measured = this.#measuredOf(plan)
    const asked = plan.placement ?? this.#options.placement ?? 'auto'
    return {
      placement: measured?.placement === 'pool' ? 'pool' : asked,
      ...(measured && { measured }),
      limits: { ...(this.#options.limits ?? DEFAULT_LIMITS), ...limits },
      batching: { ...(this.#options.batching ?? DEFAULT_BATCHING), ...batching },
      runTimeoutMs,
      beside: this.#init.served().length > 0,
      planFor: (weightBytes) => planThreads({ threads: loading.threadCount, weightBytes, memoryBytes }),
      log: this.#log,
      ...(flavorTable === undefined ? {} : { flavorTable }),
    }
  }

  #sharedTuning(
    name: string,
    version: string,
    plan: ModelPlan,
  ): NonNullable<LoadModelOptions['sharedTuning']> {
    const tuned = this.#init.tunedPlan(name, version) ?? plan.tuned
    return {
      onTuned: (found) => this.#init.onTuned({ name, version, plan: found }),
      isTunedElsewhere: this.#options.isTunedElsewhere === true,
      ...(tuned && { tuned }),
    }
  }

  #measuredOf({ measured }: ModelPlan): MeasuredPlace | undefined {
    return this.#options.trustsMeasured === true ? measured : undefined
  }

  /** None where it will be inline for certain. */
  async #threadsFor(plan: ModelPlan, loading: ModelLoading): Promise<WorkerThreads | undefined> {
    const placement = this.#measuredOf(plan)?.placement ?? plan.placement ?? this.#options.placement
    if (placement === 'inline') return undefined
    return loading.threads(async () => {
      const spare = await this.#spares.take(loading.threadCount)
      if (spare === undefined) return await this.#startThreads(loading, loading.threadCount)
      spare.onExhausted = this.#exhaustedBy(loading)
      return spare
    })
  }

  #leaveThreads(threads: WorkerThreads, loading: ModelLoading): Promise<void> {
    loading.leaveThreads()
    return this.#spares.leave(threads)
  }

  /** Models that may still ask for threads. */
  #awaitThreads(): number {
    let count = 0
    for (const { awaitsThreads } of this.#loadings) if (awaitsThreads) count += 1
    return count
  }

  #startThreads(loading: ModelLoading, count: number): Promise<WorkerThreads> {
    return this.#init.threads.start(count, this.#exhaustedBy(loading))
  }

  #exhaustedBy(loading: ModelLoading): () => void {
    return () => {
      if (loading.name !== undefined) this.#init.onExhausted(loading.name)
    }
  }

  /** Waits for its turn. @returns how the model is to be prepared now that the trial has done it once. */
  async #try(
    name: string,
    source: ResolvedModel,
    { batching, runTimeoutMs }: Pick<LoadModelOptions, 'batching' | 'runTimeoutMs'>,
    loading: ModelLoading,
  ): Promise<PrepareOptions | undefined> {
    const { prepare, flavorTable, trial = {} } = this.#options
    const { passTrial = (await import('../trial/pass-trial.ts')).passTrial } = this.#options
    const turn = this.#trials.ask()
    try {
      await loading.orGivenUp(turn.begun)
      return await passTrial({
        source,
        name,
        signal: loading.signal,
        batching,
        runTimeoutMs,
        limits: trialLimits(trial, this.#init.resources.memoryBytes),
        log: this.#log,
        ...(flavorTable === undefined ? {} : { flavorTable }),
        ...(prepare === undefined ? {} : { prepare }),
      })
    } finally {
      turn.end()
    }
  }

  #threadCount({ plan, instead }: Loading): number {
    return plan.workers ?? this.#options.workers ?? this.#coreShare(instead ? plan.name : undefined)
  }

  /**
   * An equal share of the cores for each model expected at start, of what is left for a later one.
   * @param replaced the name whose models will be gone.
   */
  #coreShare(replaced: string | undefined): number {
    const { cores } = this.#init.resources
    let used = 0
    for (const model of this.#init.served()) if (model.name !== replaced) used += model.stats().workers
    for (const { threadCount } of this.#loadings) used += threadCount
    const share = Math.floor(cores / Math.max(1, this.#options.expectedModels ?? 1))
    return Math.max(1, Math.min(share, cores - used))
  }
}
