import { conflict, deserializeError, notFound, ServingError, unavailable } from '../core/errors.ts'
import { eventOf, type ModelChange, type NamedModels } from '../core/model-change.ts'
import { type ModelEvent, ModelHistories, type ModelHistory } from '../core/model-history.ts'
import { type GivenTuning, ModelTuning } from './model-tuning.ts'
import type { ChangeAnswer, Order } from './process-messages.ts'

/** A process that makes changes. */
export interface ChangingProcess {
  send(order: Order): void
}

interface OpenQuestion {
  readonly process: ChangingProcess
  settle(answer: ChangeAnswer): void
}

/** The answer of a process that gives none. */
const GONE: ChangeAnswer = {
  error: { code: 'TEMPORARILY_UNAVAILABLE', message: 'The process has ended', details: {} },
}

/** What is served under a name, since when. */
interface Current extends NamedModels {
  readonly revision: number
}

/**
 * Makes each change of what is served in all processes, or in none: the one that was asked finds out what a URI leads to and
 * tries the model, the others load the same, and only then all serve it. Whoever is started later gets what the others
 * have.
 */
export class ModelChanges<Process extends ChangingProcess = ChangingProcess> {
  /** Told of a process that serves, but cannot make what all others have made. */
  onOutdated: (process: Process, error: unknown) => void = () => {}
  /** How what is served is batched. */
  readonly tuning = new ModelTuning<Process>()
  /** What became of the models. */
  readonly histories = new ModelHistories()
  /** Those that are told what becomes of them: all that were started and have not ended. */
  readonly #hearing = new Set<Process>()
  /** Those that serve, with all that was changed. */
  readonly #joined = new Set<Process>()
  /** Those that end, or have ended: they answer nothing. */
  readonly #left = new WeakSet<Process>()
  /** The revision of each name that a process has, or is about to have. */
  readonly #known = new WeakMap<Process, Map<string, number>>()
  /** By name, in the order of the first process. */
  readonly #current = new Map<string, Current>()
  readonly #loading = new Set<string>()
  /** The last change of each name; never rejects. */
  readonly #rounds = new Map<string, Promise<unknown>>()
  readonly #open = new Map<number, OpenQuestion>()
  #revision = 0
  #lastId = 0

  /** What a process that is being started is to serve; nothing before the first has told. */
  give(process: Process): Given {
    this.#known.set(process, this.#revisions())
    this.#hearing.add(process)
    const given = { ...this.tuning.join(process), histories: this.histories.list() }
    return this.#revision === 0 ? given : { ...given, models: this.models() }
  }

  /** What is served, or was. */
  models(): readonly NamedModels[] {
    return [...this.#current.values()].map(named)
  }

  /** Whoever serves for the longest, and may be asked to find out what a URI leads to; undefined where nobody does. */
  lead(): Process | undefined {
    const [first] = this.#joined
    return first
  }

  /** Lets all know what became of a model. */
  note(name: string, event: ModelEvent): void {
    this.histories.note(name, event)
    for (const process of this.#hearing) process.send({ type: 'noted', name, event })
  }

  /**
   * A process has loaded what it was given: brings it up to date. @param models what it serves.
   * @throws ServingError where it cannot load what the others serve.
   */
  async join(process: Process, models: readonly NamedModels[]): Promise<void> {
    if (this.#revision === 0) {
      this.#revision = 1
      for (const each of models) this.#current.set(each.name, { ...each, revision: 1 })
      this.#known.set(process, this.#revisions())
      for (const { name, plans, loaded } of models) {
        if (loaded) this.note(name, eventOf({ kind: 'load', name }, { before: [], after: plans }))
      }
    }
    await this.#catchUp(process)
    this.#joined.add(process)
  }

  /** The process ends: nobody waits for it any more. */
  leave(process: Process): void {
    this.#joined.delete(process)
    this.#hearing.delete(process)
    this.#left.add(process)
    this.tuning.leave(process)
    for (const question of this.#open.values()) if (question.process === process) question.settle(GONE)
  }

  answered(process: Process, id: number, answer: ChangeAnswer): void {
    const question = this.#open.get(id)
    if (question?.process === process) question.settle(answer)
  }

  /** Makes a change everywhere. @returns why it was made nowhere, if so. Never rejects. */
  async change(asker: Process, change: ModelChange): Promise<unknown> {
    const { name } = change
    if (change.kind !== 'unload') {
      if (this.#loading.has(name)) return conflict(`The model '${name}' is being loaded already`)
      this.#loading.add(name)
    } else if (this.#loading.has(name)) {
      for (const process of this.#joined) process.send({ type: 'give-up', name })
    }
    const gaveUp = change.kind === 'unload' && this.#loading.has(name)
    const round = (this.#rounds.get(name) ?? Promise.resolve()).then(() => this.#round(asker, change))
    const outcome = round.then(
      () => undefined,
      (error: unknown) => error,
    )
    this.#rounds.set(name, outcome)
    const error = await outcome
    if (change.kind !== 'unload') this.#loading.delete(name)
    if (this.#rounds.get(name) === outcome) this.#rounds.delete(name)
    return gaveUp && isNotThere(error) ? undefined : error
  }

  async #round(asker: Process, asked: ModelChange): Promise<void> {
    if (!this.#joined.has(asker)) throw unavailable('The process is on its way out')
    const { name } = asked
    const change = asked.kind === 'restore' ? this.#restored(asked) : asked
    const loaded = change.kind !== 'unload'
    if (loaded) this.tuning.begin(name)
    const prepared = await this.#prepareEverywhere(asker, change).catch((error: unknown) => {
      if (loaded) this.tuning.failed(name)
      throw error
    })
    if (loaded) this.tuning.made(name)
    else this.tuning.forget(name)
    this.#setCurrent(change, prepared[0]?.plans)
    const { revision } = this.#current.get(name)!
    for (const { process } of prepared) this.#known.get(process)?.set(name, revision)
    const errors = await Promise.all(prepared.map((each) => this.#commit(each)))
    // Those that joined meanwhile know nothing of it.
    await Promise.all([...this.#joined].map((process) => this.#keepUp(process)))
    const failed = errors.find((error) => error !== undefined)
    if (failed !== undefined) throw failed
  }

  /** What it leads to is known here: whoever was started since has never had it. @throws ServingError */
  #restored(change: Extract<ModelChange, { readonly kind: 'restore' }>): ModelChange {
    const { name } = change
    const plans = this.#current.get(name)?.previous
    if (plans === undefined) throw notFound(`Nothing was served as '${name}' before`, { model: name })
    if (change.watched === undefined) this.histories.expectForward(name)
    return { ...change, plans }
  }

  /** @param prepared plans of what is served from now on; absent where nothing is. */
  #setCurrent(change: ModelChange, prepared: readonly unknown[] | undefined): void {
    const { name } = change
    const known = this.#current.get(name)
    const before = known?.loaded === true ? known.plans : []
    this.#revision += 1
    const revision = this.#revision
    if (change.kind === 'unload') {
      this.#current.set(name, { name, plans: known?.plans ?? [], loaded: false, revision })
      this.note(name, eventOf(change, { before, after: [] }))
      return
    }
    const plans = prepared ?? []
    const previous = before.length > 0 ? before : known?.previous
    this.#current.set(name, { name, plans, loaded: true, revision, ...(previous && { previous }) })
    this.note(name, eventOf(change, { before, after: plans }))
  }

  /** First in the one that was asked, by whose plans the others do the same. */
  async #prepareEverywhere(asker: Process, change: ModelChange): Promise<readonly Prepared<Process>[]> {
    const lead = await this.#prepare(asker, change)
    const same = change.kind === 'unload' ? change : withPlans(change, lead.plans)
    const others = [...this.#joined].filter((process) => process !== asker)
    return [lead, ...(await this.#prepareAll(others, same, lead))]
  }

  /** Where one cannot, all forget it. */
  async #prepareAll(
    others: readonly Process[],
    change: ModelChange,
    lead: Prepared<Process>,
  ): Promise<readonly Prepared<Process>[]> {
    const results = await Promise.allSettled(others.map((process) => this.#prepare(process, change)))
    const prepared = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const failed = results.find(
      (result, index) => result.status === 'rejected' && this.#joined.has(others[index]!),
    )
    if (failed?.status !== 'rejected') return prepared
    for (const { process, id } of [lead, ...prepared]) process.send({ type: 'discard', id })
    throw failed.reason
  }

  /** @throws ServingError what the process throws. */
  async #prepare(process: Process, change: ModelChange): Promise<Prepared<Process>> {
    const id = ++this.#lastId
    const { error, plans = [] } = await this.#ask(process, id, { type: 'prepare', id, change })
    if (error !== undefined) throw deserializeError(error)
    return { process, id, plans }
  }

  /** @returns what went wrong in a process that still lives. */
  async #commit({ process, id }: Prepared<Process>): Promise<unknown> {
    const { error } = await this.#ask(process, id, { type: 'commit', id })
    return error === undefined || !this.#joined.has(process) ? undefined : deserializeError(error)
  }

  /** Whoever cannot is not to serve on with something else than the others; the change is made all the same. */
  async #keepUp(process: Process): Promise<void> {
    try {
      await this.#catchUp(process)
    } catch (error) {
      if (this.#joined.has(process)) this.onOutdated(process, error)
    }
  }

  /** Makes in one process what was changed in the others since it was told. */
  async #catchUp(process: Process): Promise<void> {
    const known = this.#known.get(process)
    for (;;) {
      const next = [...this.#current.values()].find(({ name, revision }) => known?.get(name) !== revision)
      if (next === undefined || known === undefined) return
      known.set(next.name, next.revision)
      await this.#make(process, next)
    }
  }

  #revisions(): Map<string, number> {
    return new Map([...this.#current.values()].map(({ name, revision }) => [name, revision]))
  }

  async #make(process: Process, { name, plans, loaded }: Current): Promise<void> {
    try {
      const change: ModelChange = loaded ? { kind: 'load', name, plans } : { kind: 'unload', name }
      const { id } = await this.#prepare(process, change)
      const { error } = await this.#ask(process, id, { type: 'commit', id })
      if (error !== undefined) throw deserializeError(error)
    } catch (error) {
      if (loaded || !isNotThere(error)) throw error
    }
  }

  #ask(process: Process, id: number, order: Order): Promise<ChangeAnswer> {
    if (this.#left.has(process)) return Promise.resolve(GONE)
    return new Promise((resolve) => {
      const settle = (answer: ChangeAnswer): void => {
        this.#open.delete(id)
        resolve(answer)
      }
      this.#open.set(id, { process, settle })
      process.send(order)
    })
  }
}

/** A process that is ready to make a change. */
interface Prepared<Process> {
  readonly process: Process
  readonly id: number
  readonly plans: readonly unknown[]
}

/** What is said to a process that is being started. */
interface Given extends GivenTuning {
  readonly histories: readonly ModelHistory[]
  readonly models?: readonly NamedModels[]
}

function named({ revision: _, ...models }: Current): NamedModels {
  return models
}

/** The same change in another process, which finds out nothing by itself. */
function withPlans(change: Exclude<ModelChange, { kind: 'unload' }>, plans: readonly unknown[]): ModelChange {
  const { kind, name, watched } = change
  return { kind, name, plans, ...(watched === undefined ? {} : { watched }) }
}

function isNotThere(error: unknown): boolean {
  return error instanceof ServingError && error.code === 'RESOURCE_DOES_NOT_EXIST'
}
