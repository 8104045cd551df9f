import { conflict, invalidParameter, messageOf, notFound, ServingError } from '../core/errors.ts'
import type { ModelChange, PreparedChange } from '../core/model-change.ts'
import { isPathSegment } from '../core/path-segment.ts'
import type { IndexedModel } from './indexed-model.ts'
import { type ModelPlan, unpinnedPlan } from './model-plan.ts'
import type { ModelRepository, PreparedModels } from './model-repository.ts'

/** How a model is to be loaded; as it was before, where neither is given. */
export interface LoadOrder {
  /** Where its files are. */
  readonly uri?: string
  /** All its versions, as another process of this server has prepared them. */
  readonly plans?: readonly ModelPlan[]
}

/** Longest name of a model in MLflow's registry. */
const MAX_NAME_LENGTH = 256

/** Loads and unloads the models of one process while others are served, one change of a name at a time. */
export class RepositoryControl {
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

  /**
   * Loads a model, or loads it anew: it is served as before until the new one is ready. A name that nothing is known of
   * is that of a registered model, of which the newest version is meant.
   * @throws ServingError RESOURCE_DOES_NOT_EXIST, RESOURCE_CONFLICT while the name is being loaded, and what loading
   *   throws; what was served goes on being served.
   */
  async load(name: string, order: LoadOrder): Promise<void> {
    const prepared = await this.prepare(name, order)
    prepared.commit()
  }

  /** The first part of a load: afterwards nothing can fail. @throws ServingError as `load`. */
  async prepare(name: string, order: LoadOrder): Promise<PreparedModels> {
    if (this.#loading.has(name))
      throw conflict(`The model '${name}' is being loaded already`, { model: name })
    const plans = this.#plansFor(name, order)
    this.#loading.add(name)
    try {
      const prepared = await this.#repository.prepare(name, plans, order.plans === undefined)
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
    if (change.kind === 'load') {
      const { commit, ...prepared } = await this.prepare(name, orderOf(change))
      return { ...prepared, commit: async () => commit() }
    }
    if (this.#repository.get(name) === undefined) throw notServed(name)
    return { commit: () => this.unload(name), discard: async () => {} }
  }

  /** Gives up what is being loaded under a name. */
  async giveUp(name: string): Promise<void> {
    await this.#repository.giveUp(name)
  }

  /** Takes all versions of a model out; one that is being loaded is given up. @throws ServingError RESOURCE_DOES_NOT_EXIST */
  async unload(name: string): Promise<void> {
    if (this.#repository.get(name) !== undefined) this.#failures.delete(name)
    await this.#repository.unload(name)
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
    const reason = isLoading ? 'It is being loaded anew' : failure ? `It was not loaded anew: ${failure}` : ''
    return slots.map(({ version }) => ({ name, version, state: 'READY', reason }))
  }
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

/** Plans come from a process of the same server, which had them from the same code. */
function orderOf({ uri, plans }: Extract<ModelChange, { kind: 'load' }>): LoadOrder {
  return {
    ...(uri === undefined ? {} : { uri }),
    ...(plans === undefined ? {} : { plans: plans as readonly ModelPlan[] }),
  }
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
