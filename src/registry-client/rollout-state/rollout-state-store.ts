import { messageOf, ServingError } from '../../core/errors.ts'
import type { RolloutState } from '../../rollout/rollout-state.ts'
import { holds, readStateText, stateText } from '../../rollout/rollout-state-text.ts'
import type { StateCell } from './state-cell.ts'

export interface RolloutStateStoreInit {
  /** What all replicas share. */
  readonly shared: StateCell
  /** What this machine knew last, for a start while the registry is away; undefined where `shared` is of this machine itself. */
  readonly local: StateCell | undefined
  /** Told of every state of another replica that holds over what is known here. */
  readonly onChange: (state: RolloutState) => void
  readonly log: StateStoreLog
  /** The longest that a read waits for the registry; 5000 unless set. */
  readonly patienceMs?: number
  /** Before a write is tried again, doubling up to 16 times as long; 1000 unless set. */
  readonly retryMs?: number
}

export interface StateStoreLog {
  info(message: string): void
  warn(message: string): void
}

const LONGEST_RETRY = 16

/**
 * The state of one rollout, as the replicas agree on it: of all states that any of them has written the one that holds
 * (`holds`), since each of them puts back what it knows where it finds less. While the registry is away, or does not let
 * this server write, the last known state holds.
 */
export class RolloutStateStore {
  readonly #init: RolloutStateStoreInit
  #known: RolloutState | undefined
  /** In the turn of each other, so that none overtakes. */
  #queue: Promise<unknown> = Promise.resolve()
  #watch: { close(): void } | undefined
  #retry: NodeJS.Timeout | undefined
  #failures = 0
  #damaged: string | undefined
  #isClosed = false

  constructor(init: RolloutStateStoreInit) {
    this.#init = init
  }

  /**
   * What is kept, by the registry or else by this machine; follows it from now on. Never throws.
   * @returns undefined where nothing is kept, or the registry does not answer in time and nothing is known of before
   */
  async read(): Promise<RolloutState | undefined> {
    const { shared, local, patienceMs = 5000 } = this.#init
    const remembered = await this.#ofLocal(local)
    const late = Promise.withResolvers<undefined>()
    const timer = setTimeout(() => late.resolve(undefined), patienceMs)
    const found = await Promise.race([this.#inTurn(() => this.#ofShared(shared)), late.promise])
    clearTimeout(timer)
    this.#known = best(this.#known, best(found, remembered))
    this.#watch ??= this.#isClosed ? undefined : shared.watch(() => this.#inTurn(() => this.#look()))
    return this.#known
  }

  /**
   * Never throws: where it cannot be written it is tried again, with whatever holds by then.
   * @returns the state that holds: the given one, or one of another replica
   */
  async write(state: RolloutState): Promise<RolloutState> {
    this.#known = best(state, this.#known)
    await this.#inTurn(() => this.#tryUpdate())
    return best(state, this.#known)
  }

  /** Returns when the last state is written, if that is possible now. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#retry)
    this.#watch?.close()
    await this.#queue
    await Promise.allSettled([this.#init.shared.close(), this.#init.local?.close()])
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work)
    this.#queue = done.catch(() => undefined)
    return done
  }

  async #ofLocal(local: StateCell | undefined): Promise<RolloutState | undefined> {
    const text = await local?.read().catch(() => undefined)
    return text === undefined ? undefined : readStateText(text).state
  }

  async #ofShared(shared: StateCell): Promise<RolloutState | undefined> {
    try {
      return this.#readText(await shared.read())
    } catch (error) {
      this.#fail(error)
      return undefined
    }
  }

  /** @throws what keeps it from the cell, which its watch tells of */
  async #look(): Promise<void> {
    const found = this.#readText(await this.#init.shared.read())
    if (this.#known === undefined || best(found, this.#known) !== this.#known) await this.#hear(found)
    // Another replica that knew less has written in between.
    else if (found === undefined || !isSame(found, this.#known)) await this.#tryUpdate()
  }

  /** What is known here replaces whatever it holds over. */
  async #tryUpdate(): Promise<void> {
    clearTimeout(this.#retry)
    const { shared } = this.#init
    try {
      const text = await shared.update((found) => this.#chosen(found))
      this.#succeed()
      await this.#hear(this.#readText(text))
    } catch (error) {
      this.#fail(error)
    }
    await this.#remember()
  }

  #chosen(text: string | undefined): string | undefined {
    const found = this.#readText(text)
    if (text !== undefined && isOfLater(text)) return undefined
    if (this.#known === undefined || best(found, this.#known) !== this.#known) return undefined
    return found !== undefined && isSame(found, this.#known) ? undefined : stateText(this.#known)
  }

  /** @param found what all replicas see now */
  async #hear(found: RolloutState | undefined): Promise<void> {
    if (found === undefined || (this.#known !== undefined && best(found, this.#known) === this.#known)) return
    this.#known = found
    await this.#remember()
    if (!this.#isClosed) this.#init.onChange(found)
  }

  /** Without it a start while the registry is away knows less; nothing else. */
  async #remember(): Promise<void> {
    const { local } = this.#init
    const known = this.#known
    if (local === undefined || known === undefined) return
    await local.update(() => stateText(known)).catch(() => undefined)
  }

  /** A text that is none of a state is told of once, and is replaced unless a later Headrace wrote it. */
  #readText(text: string | undefined): RolloutState | undefined {
    if (text === undefined) return undefined
    const read = readStateText(text)
    if (read.state === undefined && text !== this.#damaged) {
      this.#damaged = text
      this.#init.log.warn(`What ${this.#init.shared.title} holds is no state of a rollout: ${read.reason}`)
    }
    return read.state
  }

  #succeed(): void {
    const { shared, log } = this.#init
    if (this.#failures > 0) log.info(`The state of the rollout is kept in ${shared.title} again`)
    this.#failures = 0
  }

  #fail(error: unknown): void {
    const { shared, log, retryMs = 1000 } = this.#init
    if (this.#failures === 0) {
      const why = isRefusal(error) ? 'This server may not change' : 'There is no writing to'
      log.warn(
        `${why} ${shared.title}: the rollout goes on here by the last state, and other replicas do not learn of changes ` +
          `until it can be written (${messageOf(error)})`,
      )
    }
    const delay = retryMs * Math.min(2 ** this.#failures, LONGEST_RETRY)
    this.#failures += 1
    clearTimeout(this.#retry)
    if (this.#isClosed || this.#known === undefined) return
    this.#retry = setTimeout(() => void this.#inTurn(() => this.#tryUpdate()), delay).unref()
  }
}

/** The one of two that holds; of two that are the same, the second. */
function best(a: RolloutState, b: RolloutState | undefined): RolloutState
function best(a: RolloutState | undefined, b: RolloutState): RolloutState
function best(a: RolloutState | undefined, b: RolloutState | undefined): RolloutState | undefined
function best(a: RolloutState | undefined, b: RolloutState | undefined): RolloutState | undefined {
  return a === undefined || b === undefined ? (b ?? a) : holds(b, a)
}

/** In an upgrade of one replica after the other, the old ones go on by what they know. */
function isOfLater(text: string): boolean {
  const read = readStateText(text)
  return read.state === undefined && read.isLater
}

function isSame(a: RolloutState, b: RolloutState): boolean {
  return a.epoch === b.epoch && a.writer === b.writer
}

/** As opposed to a registry that is away. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ServingError)) return false
  return ['PERMISSION_DENIED', 'UNAUTHENTICATED', 'INVALID_STATE', 'RESOURCE_DOES_NOT_EXIST'].includes(
    error.code,
  )
}
