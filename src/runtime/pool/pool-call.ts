import { performance } from 'node:perf_hooks'
import { cancelled, type ServingError } from '../../core/errors.ts'
import type { PredictOptions } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { WorkerTask } from './worker-task.ts'
import type { WorkerThread } from './worker-thread.ts'

/** Where a call runs, or is about to. */
export interface Seat {
  readonly thread: WorkerThread
  readonly slot: number
  readonly task: WorkerTask
}

export interface PoolCallInit {
  readonly inputs: TensorMap
  readonly options: PredictOptions
  readonly resolve: (outputs: TensorMap) => void
  readonly reject: (error: ServingError) => void
  /** Told once, when the caller takes the call back. */
  readonly onAbort: (call: PoolCall) => void
  /** For one thread and no other. */
  readonly pinned?: true
}

/** One call of a pool's `predict`, from its arrival to its answer. */
export class PoolCall {
  readonly inputs: TensorMap
  readonly options: PredictOptions
  readonly pinned: boolean
  readonly queuedAt = performance.now()
  /** Past which it is answered with an error; once it is answered, past which its worker is given up. */
  deadline: number
  seat: Seat | undefined
  /** Answered DEADLINE_EXCEEDED while it ran. */
  overdue = false
  /** Times that it went to a worker which then died, though not of it. */
  losses = 0
  readonly #init: PoolCallInit
  #settled = false

  constructor(init: PoolCallInit) {
    this.#init = init
    this.inputs = init.inputs
    this.options = init.options
    this.pinned = init.pinned ?? false
    this.deadline = init.options.deadline ?? Number.POSITIVE_INFINITY
    init.options.signal?.addEventListener('abort', this)
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

  succeed(outputs: TensorMap): void {
    if (this.#settle()) this.#init.resolve(outputs)
  }

  fail(error: ServingError): void {
    if (this.#settle()) this.#init.reject(error)
  }

  #settle(): boolean {
    if (this.#settled) return false
    this.#settled = true
    this.options.signal?.removeEventListener('abort', this)
    return true
  }
}
