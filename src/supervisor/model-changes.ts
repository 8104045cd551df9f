import { conflict, deserializeError, ServingError, unavailable } from '../core/errors.ts'
import type { ModelChange, NamedModels } from '../core/model-change.ts'
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
  give(process: Process): GivenTuning & { readonly models?: readonly NamedModels[] } {
    this.#known.set(process, this.#revisions())
    const given = this.tuning.join(process)
    return this.#revision === 0 ? given : { ...given, models: [...this.#current.values()].map(named) }
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
    }
    await this.#catchUp(process)
    this.#joined.add(process)
  }

  /** The process ends: nobody waits for it any more. */
  leave(process: Process): void {
    this.#joined.delete(process)
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
    if (change.kind === 'load') {
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
    if (change.kind === 'load') this.#loading.delete(name)
    if (this.#rounds.get(name) === outcome) this.#rounds.delete(name)
    return gaveUp && isNotThere(error) ? undefined : error
  }

  async #round(asker: Process, change: ModelChange): Promise<void> {
    if (!this.#joined.has(asker)) throw unavailable('The process is on its way out')
    const { name } = change
    const loaded = change.kind === 'load'
    if (loaded) this.tuning.begin(name)
    const prepared = await this.#prepareEverywhere(asker, change).catch((error: unknown) => {
      if (loaded) this.tuning.failed(name)
      throw error
    })
    if (loaded) this.tuning.made(name)
    else this.tuning.forget(name)
    const plans = (loaded ? prepared[0]?.plans : this.#current.get(name)?.plans) ?? []
    this.#revision += 1
    const revision = this.#revision
    this.#current.set(name, { name, plans, loaded, revision })
    for (const { process } of prepared) this.#known.get(process)?.set(name, revision)
    const errors = await Promise.all(prepared.map((each) => this.#commit(each)))
    // Those that joined meanwhile know nothing of it.
    await Promise.all([...this.#joined].map((process) => this.#keepUp(process)))
    const failed = errors.find((error) => error !== undefined)
    if (failed !== undefined) throw failed
  }

  /** First in the one that was asked, by whose plans the others do the same. */
  async #prepareEverywhere(asker: Process, change: ModelChange): Promise<readonly Prepared<Process>[]> {
    const lead = await this.#prepare(asker, change)
    const same =
      change.kind === 'load' ? { kind: 'load' as const, name: change.name, plans: lead.plans } : change
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

function named({ name, plans, loaded }: Current): NamedModels {
  return { name, plans, loaded }
}

function isNotThere(error: unknown): boolean {
  return error instanceof ServingError && error.code === 'RESOURCE_DOES_NOT_EXIST'
}
