import { conflict, invalidParameter, messageOf, notFound, ServingError } from '../core/errors.ts'
import { eventOf, type ModelChange, type PreparedChange } from '../core/model-change.ts'
import { ModelHistories, type ModelHistory } from '../core/model-history.ts'
import { isPathSegment } from '../core/path-segment.ts'
import type { IndexedModel } from './indexed-model.ts'
import { type ModelPlan, pinnedPlan, unpinnedPlan } from './model-plan.ts'
import type { ModelRepository } from './model-repository.ts'
import type { PreparedModels } from './prepared-models.ts'

/** How a model is to be loaded; as it was before, where neither is given. */
export interface LoadOrder {
  /** Where its files are. */
  readonly uri?: string
  /** All its versions, as another process of this server has prepared them. */
  readonly plans?: readonly ModelPlan[]
  /** Nobody waits for it: all that can be warm is, before it is served. */
  readonly warm?: boolean
}

/** Longest name of a model in MLflow's registry. */
const MAX_NAME_LENGTH = 256

/** Loads and unloads the models of one process while others are served, one change of a name at a time. */
export class RepositoryControl {
  /** Of all names. Who shares its changes with other processes notes them there; what is made here alone is noted here. */
  readonly histories = new ModelHistories()
  readonly #repository: ModelRepository
  readonly #loading = new Set<string>()
  /** Why the last load of a name failed. */
  readonly #failures = new Map<string, string>()

  constructor(repository: ModelRepository) {
    this.#repository = repository
  }

  index(): readonly IndexedModel[] {
    const names = this.#repository.names()
    const isNew = (name: string): boolean => !names.includes(name)
    const leaving = this.#repository.leaving().map(({ name, version }) => {
      return { name, version, state: 'UNLOADING', reason: 'It answers what it has' } as const
    })
    const entries = [
      ...names.flatMap((name) => this.#entriesOf(name)),
      ...[...this.#loading].filter(isNew).map(loadingEntry),
    ]
    const isListed = ({ name, version }: IndexedModel): boolean =>
      entries.some((entry) => entry.name === name && entry.version === version && entry.state === 'READY')
    return [...entries, ...leaving.filter((entry) => !isListed(entry))]
  }

  /** Undefined for a name of which nothing is known. */
  history(name: string): ModelHistory | undefined {
    return this.histories.of(name)
  }

  /**
   * Loads a model, or loads it anew: it is served as before until the new one is ready. A name that nothing is known of
   * is that of a registered model, of which the newest version is meant.
   * @throws ServingError RESOURCE_DOES_NOT_EXIST, RESOURCE_CONFLICT while the name is being loaded, and what loading
   *   throws; what was served goes on being served.
   */
  load(name: string, { uri }: Pick<LoadOrder, 'uri'>): Promise<void> {
    return this.change({ kind: 'load', name, ...(uri === undefined ? {} : { uri }) })
  }

  /**
   * Serves again what was served before: at once while that is kept loaded, else it is loaded again.
   * @throws ServingError RESOURCE_DOES_NOT_EXIST where nothing was, RESOURCE_CONFLICT after a rollback, and as `load`.
   */
  rollback(name: string): Promise<void> {
    return this.change({ kind: 'restore', name })
  }

  /** Makes a change and notes it, where this is the only process. @throws ServingError as the methods of their names. */
  async change(change: ModelChange): Promise<void> {
    const { name } = change
    if (change.kind === 'restore' && change.watched === undefined) this.histories.expectForward(name)
    const { commit } = await this.prepareChange(change)
    const before = this.#servedPlans(name)
    await commit()
    this.histories.note(name, eventOf(change, { before, after: this.#servedPlans(name) }))
  }

  /** Notes what the server has started with, where this is the only process. */
  noteStart(): void {
    for (const { name, loaded } of this.#repository.plans()) {
      const change = { kind: 'load', name } as const
      if (loaded) this.histories.note(name, eventOf(change, { before: [], after: this.#servedPlans(name) }))
    }
  }

  /** The first part of a load: afterwards nothing can fail. @throws ServingError as `load`. */
  async prepare(name: string, order: LoadOrder): Promise<PreparedModels> {
    if (this.#loading.has(name)) throw beingLoaded(name)
    const plans = this.#plansFor(name, order)
    this.#loading.add(name)
    try {
      const { warm = false } = order
      const prepared = await this.#repository.prepare(name, plans, { tried: order.plans === undefined, warm })
      this.#failures.delete(name)
      return prepared
    } catch (error) {
      const told = this.#isGuess(name, order) ? asUnknown(name, error) : asConflict(error)
      if (this.#isKnown(name) && !isGivenUp(error)) this.#failures.set(name, messageOf(told))
      throw told
    } finally {
      this.#loading.delete(name)
    }
  }

  /** The first part of any change, for a process that makes it together with others. @throws ServingError */
  async prepareChange(change: ModelChange): Promise<PreparedChange> {
    const { name } = change
    if (change.kind === 'load') return changed(await this.prepare(name, orderOf(change)))
    if (change.kind === 'restore') return changed(await this.#prepareRestored(change))
    if (this.#repository.get(name) === undefined) throw notServed(name)
    return { commit: () => this.#unload(name), discard: async () => {} }
  }

  /** Of several processes one may have started after the others had it: it loads what they have kept. */
  async #prepareRestored(change: RestoreChange): Promise<PreparedModels> {
    const { name } = change
    if (this.#loading.has(name)) throw beingLoaded(name)
    const kept = this.#repository.prepareRestored(name)
    if (kept !== undefined) {
      this.#failures.delete(name)
      return kept
    }
    const plans = plansIn(change) ?? this.#repository.previousPlans(name)
    if (plans === undefined) throw notFound(`Nothing was served as '${name}' before`, { model: name })
    return await this.prepare(name, { plans, warm: change.watched !== undefined })
  }

  /** Gives up what is being loaded under a name. */
  async giveUp(name: string): Promise<void> {
    await this.#repository.giveUp(name)
  }

  /** Takes all versions of a model out; one that is being loaded is given up. @throws ServingError RESOURCE_DOES_NOT_EXIST */
  async unload(name: string): Promise<void> {
    const before = this.#servedPlans(name)
    await this.#unload(name)
    if (before.length > 0) this.histories.note(name, eventOf({ kind: 'unload', name }, { before, after: [] }))
  }

  async #unload(name: string): Promise<void> {
    if (this.#repository.get(name) !== undefined) this.#failures.delete(name)
    await this.#repository.unload(name)
  }

  #servedPlans(name: string): readonly ModelPlan[] {
    const slots = this.#repository.slots(name)
    return slots.flatMap(({ model, plan }) => (model ? [pinnedPlan(plan, model)] : []))
  }

  #plansFor(name: string, { uri, plans }: LoadOrder): readonly ModelPlan[] {
    if (plans !== undefined) return plans
    const known = this.#repository.slots(name).map(({ plan }) => unpinnedPlan(plan))
    const [first] = known
    if (first === undefined) {
      checkName(name)
      return [{ uri: uri ?? `models:/${name}/latest` }]
    }
    if (uri === undefined) return known
    const { version: _, ...options } = first
    return [{ ...options, uri }]
  }

  #isKnown(name: string): boolean {
    return this.#repository.slots(name).length > 0
  }

  /** Nobody has said where the model is. */
  #isGuess(name: string, { uri, plans }: LoadOrder): boolean {
    return uri === undefined && plans === undefined && !this.#isKnown(name)
  }

  #entriesOf(name: string): readonly IndexedModel[] {
    const slots = this.#repository.slots(name)
    const isLoading = this.#loading.has(name)
    const failure = this.#failures.get(name)
    if (slots.every(({ model }) => model === undefined)) {
      if (isLoading) return [loadingEntry(name)]
      const reason = failure ?? 'unloaded'
      return slots.map(({ version }) => ({ name, version, state: 'UNAVAILABLE', reason }))
    }
    const reason = isLoading ? 'It is being loaded anew' : this.#reasonOf(name)
    return slots.map(({ version }) => ({ name, version, state: 'READY', reason }))
  }

  /** Why something else than what was wanted last is served. */
  #reasonOf(name: string): string {
    const trouble = this.histories.trouble(name)
    if (trouble !== undefined) return `Version ${trouble.version} is not served: ${trouble.reason}`
    const failure = this.#failures.get(name)
    return failure === undefined ? '' : `It was not loaded anew: ${failure}`
  }
}

function beingLoaded(name: string): Error {
  return conflict(`The model '${name}' is being loaded already`, { model: name })
}

function changed({ commit, ...prepared }: PreparedModels): PreparedChange {
  return { ...prepared, commit: async () => commit() }
}

function loadingEntry(name: string): IndexedModel {
  return { name, version: '', state: 'LOADING', reason: '' }
}

/** What is sent to a registry as a model's name, and stands in paths and labels. */
function checkName(name: string): void {
  if (name.trim() === '' || name.length > MAX_NAME_LENGTH || name.includes(':') || !isPathSegment(name)) {
    throw invalidParameter(`'${name.slice(0, MAX_NAME_LENGTH)}' is not the name of a model`)
  }
}

type LoadChange = Extract<ModelChange, { readonly kind: 'load' }>
type RestoreChange = Extract<ModelChange, { readonly kind: 'restore' }>

function orderOf(change: LoadChange): LoadOrder {
  const { uri, watched } = change
  const plans = plansIn(change)
  return {
    warm: watched !== undefined,
    ...(uri === undefined ? {} : { uri }),
    ...(plans === undefined ? {} : { plans }),
  }
}

/** Plans come from a process of the same server, which had them from the same code. */
function plansIn({ plans }: LoadChange | RestoreChange): readonly ModelPlan[] | undefined {
  return plans as readonly ModelPlan[] | undefined
}

/** It was unloaded meanwhile. */
function isGivenUp(error: unknown): error is ServingError {
  return error instanceof ServingError && error.code === 'CANCELLED'
}

/** Whoever asked for it is still there. */
function asConflict(error: unknown): unknown {
  return isGivenUp(error) ? conflict(error.message, error.details) : error
}

function notServed(name: string): Error {
  return notFound(`No model is served as '${name}'`, { model: name })
}

/** A registry that is not there says so in many ways; to whoever asks it comes to the same. */
function asUnknown(name: string, error: unknown): unknown {
  if (!(error instanceof ServingError) || !NOT_FOUND.has(error.code)) return asConflict(error)
  return notFound(`No model is known as '${name}': ${error.message}`, { model: name })
}

const NOT_FOUND: ReadonlySet<string> = new Set([
  'RESOURCE_DOES_NOT_EXIST',
  'INVALID_STATE',
  'NOT_IMPLEMENTED',
])
