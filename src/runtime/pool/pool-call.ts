import { performance } from 'node:perf_hooks'
import {
  cancelled,
  deadlineExceeded,
  deserializeError,
  type ServingError,
  unavailable,
  workerDied,
} from '../../core/errors.ts'
import type { PredictOptions } from '../../core/predictor.ts'
import type { PlacedItem } from '../../core/unordered-items.ts'
import type { RunMessage, RunReply } from './worker-messages.ts'
import type { WorkerThread } from './worker-thread.ts'

/** A call that lost this many workers before it could begin is refused. */
const MOST_LOSSES = 3

/** Why a call with `options` is not to be begun; undefined where it is. */
export function refusalOf({ signal, deadline }: PredictOptions): ServingError | undefined {
  if (signal?.aborted) return cancelled('The request was taken back before it ran')
  if (deadline === undefined || performance.now() <= deadline) return undefined
  return deadlineExceeded('The request was late before it ran')
}

export type PoolThread = WorkerThread<PoolCall>

/** Where a call runs, or is about to. */
export interface Seat {
  readonly thread: PoolThread
  readonly slot: number
}

export interface PoolCallInit<Answer> {
  readonly options: PredictOptions
  resolve(answer: Answer): void
  reject(error: ServingError): void
  /** Told once, when the caller takes the call back. */
  readonly onAbort: (call: PoolCall) => void
  /** For this thread and no other. */
  readonly pinnedTo?: PoolThread | undefined
  /** How often it may be run again after a worker died under it; 0 unless set. */
  readonly retries?: number
}

/** How long a run took, in milliseconds. */
export interface RunTime {
  readonly computeMs: number
  /** All that the worker did for it. */
  readonly totalMs: number
}

/** One call of a pool, from its arrival to its answer. */
export abstract class PoolCall<Answer = unknown> implements PlacedItem {
  /** Among those that a worker has. */
  place = -1
  readonly options: PredictOptions
  readonly pinnedTo: PoolThread | undefined
  readonly queuedAt = performance.now()
  /** Past which it is answered with an error; once it is answered, past which its worker is given up. */
  deadline: number
  seat: Seat | undefined
  /** Answered DEADLINE_EXCEEDED while it ran. */
  overdue = false
  readonly #init: PoolCallInit<Answer>
  /** How often it may be run again after a worker died under it. */
  #retries: number
  /** Times that it went to a worker which then died, though not of it. */
  #losses = 0
  #settled = false

  constructor(init: PoolCallInit<Answer>) {
    this.options = init.options
    this.pinnedTo = init.pinnedTo
    this.deadline = init.options.deadline ?? Number.POSITIVE_INFINITY
    this.#retries = init.retries ?? 0
    this.#init = init
    init.options.signal?.addEventListener('abort', this)
  }

  /** What to post to the thread of `seat`. */
  abstract message(seat: Seat): RunMessage

  /** Answers with what the worker of `seat` replied. @returns undefined where the reply is that of no such run. */
  protected abstract succeedWith(reply: RunReply, seat: Seat): RunTime | undefined

  /** Answers with the outputs, or the error, that the worker of `seat` replied. @returns what a run took that was made. */
  receive(reply: RunReply, seat: Seat): RunTime | undefined {
    if (typeof reply === 'number' || reply.status !== 'failed') return this.succeedWith(reply, seat)
    this.fail(deserializeError(reply.error))
    return undefined
  }

  /** Whether the caller has its answer: what remains is work that nobody waits for. */
  get settled(): boolean {
    return this.#settled
  }

  /** Whether the engine of its worker has it. */
  get isRunning(): boolean {
    return this.seat?.thread.isRunning(this.seat.slot) ?? false
  }

  handleEvent(): void {
    this.fail(cancelled('The request was taken back by its caller'))
    this.#init.onAbort(this)
  }

  fail(error: ServingError): void {
    if (this.#settle()) this.#init.reject(error)
  }

  /**
   * After the death of the worker that had it.
   * @param wasRunning whether the worker was running it: then it may have died of it.
   * @returns whether it may go to another one; it has failed where it may not.
   */
  outlives(wasRunning: boolean, cause: unknown): boolean {
    if (this.pinnedTo === undefined) {
      if (wasRunning ? this.#retries-- > 0 : ++this.#losses < MOST_LOSSES) return true
    }
    this.fail(
      wasRunning || this.pinnedTo !== undefined
        ? workerDied('The worker thread died while it ran this request', cause)
        : unavailable('The worker threads died before they could run this request', { cause }),
    )
    return false
  }

  /** To be called when it was answered while it runs: from now on its deadline is that of its worker. */
  outstay(patienceMs: number, runTimeoutMs: number): void {
    this.overdue = true
    this.deadline = Math.max(performance.now() + patienceMs, this.queuedAt + runTimeoutMs)
  }

  protected succeed(answer: Answer): void {
    if (this.#settle()) this.#init.resolve(answer)
  }

  #settle(): boolean {
    if (this.#settled) return false
    this.#settled = true
    this.options.signal?.removeEventListener('abort', this)
    return true
  }
}
