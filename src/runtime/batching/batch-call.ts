import { internalError, messageOf, type ServingError } from '../../core/errors.ts'
import type { PredictOptions } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import { joinRows, rowCount } from '../../core/tensor-rows.ts'
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

export interface BatchCallInit {
  readonly keeper: CallKeeper
  readonly inputs: TensorMap
  readonly options: PredictOptions
  readonly resolve: (outputs: TensorMap) => void
  readonly reject: (error: ServingError) => void
}

/** One call of a batcher's `predict`, from its arrival to its answer. Its rows may be spread over several runs. */
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
  readonly #init: BatchCallInit
  #settled = false
  #pieces: Piece[] | undefined
  #rowsAnswered = 0
  #begunAt = Number.POSITIVE_INFINITY
  #batchRows = 0

  constructor(init: BatchCallInit) {
    const { inputs, options } = init
    this.#init = init
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
    this.#init.keeper.aborted(this)
  }

  /** The answer to all of its rows. */
  succeed(outputs: TensorMap): void {
    if (this.#settle()) this.#init.resolve(outputs)
  }

  fail(error: ServingError): void {
    if (this.#settle()) this.#init.reject(error)
  }

  /** The answer to the rows from `from` on, given by `run`. */
  answerFrom(from: number, rows: number, outputs: TensorMap, run: RunFacts): void {
    if (this.#settled) return
    this.#note(run)
    if (rows === this.rows) {
      this.succeed(outputs)
      return
    }
    this.#pieces ??= []
    this.#pieces.push({ from, outputs })
    this.#rowsAnswered += rows
    if (this.#rowsAnswered < this.rows) return
    this.#pieces.sort((a, b) => a.from - b.from)
    this.#join(this.#pieces.map((piece) => piece.outputs))
  }

  #join(pieces: readonly TensorMap[]): void {
    const [first] = pieces
    if (!pieces.every((piece) => PLAIN_ROWS.fits(first!, piece))) {
      this.fail(internalError('The outputs of the runs of one request have rows of different shapes'))
      return
    }
    try {
      this.succeed(joinRows(pieces))
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
    this.#init.keeper.settled(this)
    return true
  }
}
