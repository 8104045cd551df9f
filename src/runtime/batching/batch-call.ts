import { internalError, messageOf, type ServingError } from '../../core/errors.ts'
import type { PredictOptions } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import { joinRows, rowCount } from '../../core/tensor-rows.ts'
import type { BatchCaller } from './batch-caller.ts'
import type { CallQueue, QueuedCall } from './call-queue.ts'
import { PLAIN_ROWS } from './plain-rows.ts'

/** The rows of one run, when it ended and how long it took, in milliseconds. */
export interface RunFacts {
  readonly rows: number
  readonly endedAt: number
  readonly computeMs: number
}

/** Whoever a call belongs to. */
export interface CallKeeper {
  /** Told once, as soon as the call has its answer. */
  settled(call: BatchCall): void
  /** Told when its caller takes it back: it is to be failed. */
  aborted(call: BatchCall): void
}

interface Piece {
  readonly from: number
  readonly outputs: TensorMap
}

/** One call of a batcher, from its arrival to its answer. Its rows may be spread over several runs. */
export class BatchCall implements QueuedCall<BatchCall> {
  readonly inputs: TensorMap
  readonly options: PredictOptions
  readonly rows: number
  /** `performance.now()`, or Infinity. */
  readonly deadline: number
  taken = 0
  /** By the moment at which it began to wait; smaller is older. */
  order = 0
  queue: CallQueue<BatchCall> | undefined
  previous: BatchCall | undefined
  next: BatchCall | undefined
  readonly #keeper: CallKeeper
  readonly #caller: BatchCaller
  #settled = false
  #pieces: Piece[] | undefined
  #rowsAnswered = 0
  #begunAt = Number.POSITIVE_INFINITY
  #batchRows = 0

  constructor(keeper: CallKeeper, caller: BatchCaller) {
    const { inputs, options } = caller
    this.#keeper = keeper
    this.#caller = caller
    this.inputs = inputs
    this.options = options
    this.rows = rowCount(inputs)
    this.deadline = options.deadline ?? Number.POSITIVE_INFINITY
    options.signal?.addEventListener('abort', this)
  }

  /** Whether the caller has its answer: what remains is work that nobody waits for. */
  get settled(): boolean {
    return this.#settled
  }

  /** It waits, and no run has had any of its rows. */
  get untouched(): boolean {
    return this.queue !== undefined && this.taken === 0
  }

  get rowsLeft(): number {
    return this.rows - this.taken
  }

  /** The caller takes it back. */
  handleEvent(): void {
    this.#keeper.aborted(this)
  }

  /** The answer to all of its rows. @param endedAt when the run ended, or the last of its runs. */
  succeed(outputs: TensorMap, endedAt: number): void {
    if (this.#settle()) this.#caller.answered(outputs, endedAt)
  }

  fail(error: ServingError): void {
    if (this.#settle()) this.#caller.failed(error)
  }

  /** The answer to the rows from `from` on, given by `run`. */
  answerFrom(from: number, rows: number, outputs: TensorMap, run: RunFacts): void {
    if (this.#settled) return
    this.#note(run)
    if (rows === this.rows) {
      this.succeed(outputs, run.endedAt)
      return
    }
    this.#pieces ??= []
    this.#pieces.push({ from, outputs })
    this.#rowsAnswered += rows
    if (this.#rowsAnswered < this.rows) return
    this.#pieces.sort((a, b) => a.from - b.from)
    const pieces = this.#pieces.map((piece) => piece.outputs)
    this.#join(pieces, run.endedAt)
  }

  #join(pieces: readonly TensorMap[], endedAt: number): void {
    const [first] = pieces
    if (!pieces.every((piece) => PLAIN_ROWS.fits(first!, piece))) {
      this.fail(internalError('The outputs of the runs of one request have rows of different shapes'))
      return
    }
    try {
      this.succeed(joinRows(pieces), endedAt)
    } catch (cause) {
      this.fail(
        internalError(`The outputs of the runs of one request cannot be joined: ${messageOf(cause)}`, cause),
      )
    }
  }

  /**
   * What several runs computed counts from the begin of the first to the end of the last, since they may run at
   * the same time: what is left of the time it was under way is then time in the queue. `batchRows` is the
   * largest of them.
   */
  #note({ rows, endedAt, computeMs }: RunFacts): void {
    const { timing } = this.options
    if (timing === undefined) return
    this.#begunAt = Math.min(this.#begunAt, endedAt - computeMs)
    this.#batchRows = Math.max(this.#batchRows, rows)
    timing.compute = endedAt - this.#begunAt
    timing.batchRows = this.#batchRows
  }

  #settle(): boolean {
    if (this.#settled) return false
    this.#settled = true
    this.options.signal?.removeEventListener('abort', this)
    this.#pieces = undefined
    this.#keeper.settled(this)
    return true
  }
}
