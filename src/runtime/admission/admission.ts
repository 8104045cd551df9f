import { performance } from 'node:perf_hooks'
import { overloaded, unavailable } from '../../core/errors.ts'

export interface AdmissionLimits {
  /** Requests of one model that may be under way, waiting ones included. */
  readonly maxRequests: number
  /** Rows of all of them; a request that finds none under way is taken however large it is. */
  readonly maxRows: number
}

export const DEFAULT_LIMITS: AdmissionLimits = { maxRequests: 1024, maxRows: 1_000_000 }

/** Answers seen before the predicted wait decides anything. */
const FIRST_TRUSTED_ANSWER = 16
const SMOOTHING = 1 / 16

/**
 * The door of one served model: what is under way is counted, and what could not be answered in time is
 * refused before any work is done for it.
 */
export class Admission {
  readonly #limits: AdmissionLimits
  #requests = 0
  #rows = 0
  #answers = 0
  /** Time between two answers while there is work, per row: holds for one thread and for many. */
  #rowMs = 0
  #lastAnswerAt = 0
  #stopped: string | undefined
  #onIdle: (() => void) | undefined

  constructor(limits: AdmissionLimits = DEFAULT_LIMITS) {
    this.#limits = limits
  }

  /** Requests under way. */
  get requests(): number {
    return this.#requests
  }

  /** Milliseconds until a request that comes now would begin, by what the last answers took. */
  get predictedWaitMs(): number {
    return this.#rows * this.#rowMs
  }

  /** Rows that a body of so many bytes is likely to hold. */
  likelyRows(_bytes: number): number {
    return 1
  }

  /**
   * Every request that enters must `leave`.
   * @param deadline `performance.now()` by which the answer is wanted.
   * @throws ServingError REQUEST_LIMIT_EXCEEDED, TEMPORARILY_UNAVAILABLE
   */
  enter(rows: number, deadline: number | undefined): void {
    if (this.#stopped !== undefined) throw unavailable(this.#stopped)
    if (this.#requests === 0) {
      this.#lastAnswerAt = performance.now()
    } else {
      if (this.#requests >= this.#limits.maxRequests || this.#rows + rows > this.#limits.maxRows) {
        throw overloaded('The queue of the model is full', this.#retryAfterSeconds())
      }
      if (deadline !== undefined && this.#isHopeless(deadline)) {
        throw overloaded('The queue of the model is too long to answer in time', this.#retryAfterSeconds())
      }
    }
    this.#requests += 1
    this.#rows += rows
  }

  leave(rows: number): void {
    const now = performance.now()
    this.#answers += 1
    const rowMs = (now - this.#lastAnswerAt) / Math.max(1, rows)
    this.#rowMs += (rowMs - this.#rowMs) * (this.#answers === 1 ? 1 : SMOOTHING)
    this.#lastAnswerAt = now
    this.#requests -= 1
    this.#rows -= rows
    if (this.#requests === 0) this.#onIdle?.()
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

  #isHopeless(deadline: number): boolean {
    return this.#answers >= FIRST_TRUSTED_ANSWER && performance.now() + this.predictedWaitMs > deadline
  }

  #retryAfterSeconds(): number {
    return Math.max(1, Math.ceil(this.predictedWaitMs / 1000))
  }
}
