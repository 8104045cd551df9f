import { performance } from 'node:perf_hooks'
import { BodyRows } from './body-rows.ts'
import { KeyShares } from './key-shares.ts'
import { type Refusal, type RefusalReason, refusalError, retryAfterSeconds } from './refusal.ts'
import { SizeLanes } from './size-lanes.ts'

export interface AdmissionLimits {
  /** Requests of one model that may be under way, waiting ones included. */
  readonly maxRequests: number
  /** Rows of all of them; a request that finds none under way is taken however large it is. */
  readonly maxRows: number
}

export const DEFAULT_LIMITS: AdmissionLimits = { maxRequests: 1024, maxRows: 1_000_000 }

/** Who asks, and until when the answer is wanted. */
export interface Asking {
  /** `performance.now()` past which nobody wants the answer. */
  readonly deadline?: number
  /** Which of several API keys was shown, counted from 0; absent where there is one, or none. */
  readonly apiKey?: number | undefined
}

/** A forecast errs, so only so much of the time to the deadline is filled with waiting. */
const MARGIN = 1.25

/**
 * The door of one served model: what is under way is counted, and what could not be answered in time is
 * refused before any work is done for it.
 */
export class Admission {
  /** How many were refused, by reason. */
  readonly refused: Record<RefusalReason, number> = {
    ...{ queue: 0, wait: 0, lag: 0, share: 0, bytes: 0, draining: 0 },
  }
  readonly #limits: AdmissionLimits
  readonly #now: () => number
  readonly #lanes = new SizeLanes()
  readonly #shares = new KeyShares()
  readonly #bodyRows = new BodyRows()
  #requests = 0
  #rows = 0
  #held = 0
  #onReleased: (() => void) | undefined
  #stopped: string | undefined
  #onIdle: (() => void) | undefined

  /** @param now a clock in milliseconds, the one by which deadlines are given. */
  constructor(limits: AdmissionLimits = DEFAULT_LIMITS, now: () => number = () => performance.now()) {
    this.#limits = limits
    this.#now = now
  }

  /** Requests under way. */
  get requests(): number {
    return this.#requests
  }

  /** Whether requests are on their way that have this model as theirs. */
  get isHeld(): boolean {
    return this.#held > 0
  }

  /** Nothing is let in any more. */
  get stopped(): boolean {
    return this.#stopped !== undefined
  }

  /** Rows of the requests under way. */
  get rows(): number {
    return this.#rows
  }

  /** Milliseconds until what is under way will have been answered, by what the last answers took; 0 if unknown. */
  get predictedWaitMs(): number {
    return this.#lanes.waitMs(this.#now())
  }

  /** Rows that a body of so many bytes is likely to hold. */
  likelyRows(bytes: number): number {
    return this.#bodyRows.of(bytes)
  }

  /** Tells what a body of so many bytes really held. */
  learnRows(bytes: number, rows: number): void {
    this.#bodyRows.learn(bytes, rows)
  }

  /**
   * Looks whether a request would be let in, before anybody reads it. What is refused here is counted and need not be
   * asked again.
   * @param rows that it is likely to have.
   */
  foresee(asking: Asking, rows = 1): Refusal | undefined {
    return this.#counted(this.#refusal(rows, asking, this.#now()))
  }

  /** The refusal of a request that waited too long before it was read. */
  refuseLag(): Refusal {
    return this.#counted(refused('lag', 0))
  }

  /** The refusal of a request whose body there is no memory for. */
  refuseBytes(): Refusal {
    return this.#counted(refused('bytes', this.predictedWaitMs / 2))
  }

  /**
   * Lets a request in; every one that was must `leave` or `drop`.
   * @param now where the time was just looked at.
   * @throws ServingError REQUEST_LIMIT_EXCEEDED, TEMPORARILY_UNAVAILABLE
   */
  enter(rows: number, asking: Asking = {}, now = this.#now()): void {
    const refusal = this.#counted(this.#refusal(rows, asking, now))
    if (refusal !== undefined) throw refusalError(refusal)
    this.#lanes.of(rows).enter(rows, now)
    this.#requests += 1
    this.#rows += rows
    if (asking.apiKey !== undefined) this.#shares.enter(asking.apiKey, rows)
  }

  /**
   * The model has answered, be it with an error.
   * @param runMs how long the run took that the request was part of; 0 where that is not known, or it was cut.
   * @param now where the time was just looked at.
   * @returns the time.
   */
  leave(rows: number, runMs = 0, apiKey?: number, now = this.#now()): number {
    this.#lanes.of(rows).answered(rows, runMs, now)
    this.#forget(rows, apiKey)
    return now
  }

  /** The request was given up before it was answered, which says nothing of how fast the model is. */
  drop(rows: number, apiKey?: number): void {
    this.#lanes.of(rows).givenUp(rows, this.#now())
    this.#forget(rows, apiKey)
  }

  /** Somebody has chosen this model for a request, and will ask to be let in once the request is read. */
  hold(): void {
    this.#held += 1
  }

  /** Once for each `hold`, when the request is over. */
  release(): void {
    this.#held -= 1
    if (this.#held === 0) this.#onReleased?.()
  }

  /** Settles once nobody holds it, which those do who found the model before it was taken from where it is found. */
  async unheld(): Promise<void> {
    if (this.#held === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onReleased = resolve
    await promise
  }

  /** Refuses whatever comes from now on, with `reason`. */
  stop(reason: string): void {
    this.#stopped = reason
  }

  /** Settles once nothing is under way. To be called after `stop`. */
  async idle(): Promise<void> {
    if (this.#requests === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const previous = this.#onIdle
    this.#onIdle = () => {
      previous?.()
      resolve()
    }
    await promise
  }

  #forget(rows: number, apiKey: number | undefined): void {
    this.#requests -= 1
    this.#rows -= rows
    if (apiKey !== undefined) this.#shares.leave(apiKey, rows)
    if (this.#requests === 0) this.#onIdle?.()
  }

  #counted<Given extends Refusal | undefined>(refusal: Given): Given {
    if (refusal !== undefined) this.refused[refusal.reason] += 1
    return refusal
  }

  #refusal(rows: number, asking: Asking, now: number): Refusal | undefined {
    if (this.#stopped !== undefined)
      return { reason: 'draining', message: this.#stopped, retryAfterSeconds: 1 }
    const { maxRequests, maxRows } = this.#limits
    const leftMs = (asking.deadline ?? Number.POSITIVE_INFINITY) - now
    const lane = this.#lanes.of(rows)
    const waitMs = lane.waitMs(now) * MARGIN
    if (asking.apiKey !== undefined) {
      const use = {
        requests: this.#requests / maxRequests,
        rows: this.#rows / maxRows,
        wait: leftMs > 0 ? waitMs / leftMs : 0,
      }
      const queue = { requests: this.#requests, rows: this.#rows }
      if (this.#shares.isOver(asking.apiKey, now, use, queue)) return refused('share', waitMs / 2)
    }
    if (this.#requests === 0) return undefined
    if (this.#requests >= maxRequests || this.#rows + rows > maxRows) return refused('queue', waitMs / 2)
    const lateMs = waitMs + lane.runMs(rows) - leftMs
    if (waitMs > 0 && lateMs > 0) return refused('wait', lateMs)
    return undefined
  }
}

type ForeseenReason = Exclude<RefusalReason, 'draining'>

const MESSAGES: Readonly<Record<ForeseenReason, string>> = {
  queue: 'The queue of the model is full',
  wait: 'The queue of the model is too long to answer in time',
  lag: 'More requests arrive than can be read in time',
  share: 'This API key has more than its share of the queue under way',
  bytes: 'Too many request bodies are held at the moment',
}

function refused(reason: ForeseenReason, retryAfterMs: number): Refusal {
  return { reason, message: MESSAGES[reason], retryAfterSeconds: retryAfterSeconds(retryAfterMs) }
}
