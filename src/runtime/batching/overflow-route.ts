import { performance } from 'node:perf_hooks'
import type { Predictor } from '../../core/predictor.ts'
import type { BatchCall } from './batch-call.ts'
import { asServingError } from './batch-failure.ts'
import type { BatchStats } from './batching-state.ts'
import { CallQueue } from './call-queue.ts'
import { RunEstimate } from './run-estimate.ts'

/** Where long calls go: a batcher again, over threads of its own. */
export interface Overflow extends Predictor {
  readonly stats: BatchStats
  abandon(): void
}

export interface OverflowRouteOptions {
  readonly open: () => Promise<Overflow>
  /** Calls that are predicted to take longer may not run in the calling thread. */
  readonly longestRunMs: number
  /** Measured time of a run of one row. */
  readonly rowMs: number
  /** Takes a call back for which the overflow could not be opened. */
  readonly onRefused: (call: BatchCall) => void
}

/** After the overflow could not be opened, calls stay where they are for so long. */
const REOPEN_MS = 10_000

/** The way out of the serving thread, for calls that would block it and cannot be cut. Opened by the first of them. */
export class OverflowRoute {
  readonly #options: OverflowRouteOptions
  readonly #estimate: RunEstimate
  /** Until it is open. */
  readonly #pending = new CallQueue<BatchCall>()
  #opening: Promise<void> | undefined
  #overflow: Overflow | undefined
  #closedUntil = 0

  constructor(options: OverflowRouteOptions) {
    this.#options = options
    this.#estimate = new RunEstimate(options.rowMs)
  }

  /** What it has counted; undefined before it is open. */
  get stats(): BatchStats | undefined {
    return this.#overflow?.stats
  }

  /** Calls that wait for it to open. */
  get pending(): readonly BatchCall[] {
    return this.#pending.list()
  }

  /** Whether a call of so many rows, run as a whole, would block its thread for too long. */
  isNeededFor(rows: number): boolean {
    if (this.#estimate.runMs(rows) <= this.#options.longestRunMs) return false
    return this.#closedUntil === 0 || performance.now() > this.#closedUntil
  }

  /** @param computeMs what a run of so many rows has taken, wherever it was. */
  learn(rows: number, computeMs: number): void {
    this.#estimate.learn(rows, computeMs)
  }

  take(call: BatchCall): void {
    if (this.#overflow !== undefined) {
      this.#hand(call, this.#overflow)
      return
    }
    this.#pending.push(call)
    this.#opening ??= this.#open()
  }

  abandon(): void {
    this.#overflow?.abandon()
  }

  async close(): Promise<void> {
    await this.#opening
    await this.#overflow?.close()
  }

  async #open(): Promise<void> {
    try {
      const overflow = await this.#options.open()
      this.#overflow = overflow
      for (const call of this.#drain()) this.#hand(call, overflow)
    } catch {
      this.#closedUntil = performance.now() + REOPEN_MS
      this.#opening = undefined
      for (const call of this.#drain()) this.#options.onRefused(call)
    }
  }

  #drain(): BatchCall[] {
    const calls = this.#pending.list()
    for (const call of calls) this.#pending.remove(call)
    return calls
  }

  #hand(call: BatchCall, overflow: Overflow): void {
    overflow.predict(call.inputs, call.options).then(
      (outputs) => {
        this.learn(call.rows, call.options.timing?.compute ?? 0)
        call.succeed(outputs, performance.now())
      },
      (thrown: unknown) => call.fail(asServingError(thrown)),
    )
  }
}
