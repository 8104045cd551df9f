import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { cancelled, deadlineExceeded, unavailable } from '../core/errors.ts'
import type { OutputMetadata, PredictOptions, Predictor, TensorMetadata } from '../core/predictor.ts'
import type { TensorMap } from '../core/tensor.ts'
import { joinRows, rowCount, sliceRows } from '../core/tensor-rows.ts'

/** The longest that one run may keep the serving thread from everything else, as far as it can be foreseen. */
const LONGEST_RUN_MS = 5

/**
 * An engine's session in the thread that parsed the request. Small requests go straight through. One with more
 * rows than run in about 5 ms is cut by rows, with a turn of the event loop between the parts, one such request
 * at a time; a model whose rows cannot be told apart is run as a whole.
 */
export class InlinePredictor implements Predictor {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  readonly maxBatchRows: number
  readonly maxConcurrency: number
  readonly batchable: boolean
  readonly #engine: Predictor
  /** Milliseconds a row. Known from one row at first, which is the dearest, then from the parts that were run. */
  #rowMs: number
  #largeRuns: Promise<unknown> = Promise.resolve()
  #closing: Promise<void> | undefined

  /** @param rowMs the measured time of a run of one row. */
  constructor(engine: Predictor, rowMs: number) {
    this.#engine = engine
    this.#rowMs = rowMs
    this.inputs = engine.inputs
    this.outputs = engine.outputs
    this.maxBatchRows = engine.maxBatchRows
    this.maxConcurrency = engine.maxConcurrency
    this.batchable = engine.batchable
  }

  predict(inputs: TensorMap, options: PredictOptions = {}): Promise<TensorMap> {
    if (this.#closing !== undefined) return Promise.reject(unavailable('The model is being unloaded'))
    const rows = rowCount(inputs)
    if (options.timing !== undefined) options.timing.batchRows = rows
    if (!this.batchable || rows <= this.#largestPart()) return this.#engine.predict(inputs, options)
    const turn = this.#largeRuns.then(() => this.#predictInParts(inputs, rows, options))
    this.#largeRuns = turn.catch(() => {})
    return turn
  }

  close(): Promise<void> {
    this.#closing ??= this.#largeRuns.then(() => this.#engine.close())
    return this.#closing
  }

  #largestPart(): number {
    return Math.max(1, Math.floor(LONGEST_RUN_MS / this.#rowMs))
  }

  async #predictInParts(inputs: TensorMap, rows: number, options: PredictOptions): Promise<TensorMap> {
    const parts: TensorMap[] = []
    let computeMs = 0
    for (let from = 0; from < rows; ) {
      if (from > 0) await setImmediate()
      refuseLate(options)
      const to = Math.min(rows, from + this.#largestPart())
      const begun = performance.now()
      parts.push(await this.#engine.predict(sliceRows(inputs, from, to), options))
      const elapsed = performance.now() - begun
      this.#rowMs += (elapsed / (to - from) - this.#rowMs) / 4
      computeMs += elapsed
      from = to
    }
    if (options.timing !== undefined) options.timing.compute = computeMs
    return joinRows(parts)
  }
}

function refuseLate({ signal, deadline }: PredictOptions): void {
  if (signal?.aborted) throw cancelled('The request was taken back before it had run')
  if (deadline !== undefined && performance.now() > deadline) {
    throw deadlineExceeded('The request was not answered by its deadline')
  }
}
