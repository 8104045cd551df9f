import { ServingError } from '../core/errors.ts'
import type { InferenceRequest, Parameters } from '../core/inference.ts'
import type { CancelSignal, PredictOptions, Predictor } from '../core/predictor.ts'
import type { TensorMap } from '../core/tensor.ts'
import { rowCount } from '../core/tensor-rows.ts'
import { newTiming, type Timing } from '../core/timing.ts'
import type { Admission, Asking } from './admission/admission.ts'
import type { BatchCaller, CallTaker } from './batching/batch-caller.ts'

export interface InferOptions extends Asking {
  /** Aborted when the client has left. */
  readonly signal?: CancelSignal | undefined
  /** The record to fill in; a new one when absent. */
  readonly timing?: Timing | undefined
}

/** Whoever is told what came of an inference: once, by one of the two, which must not throw. */
export interface InferenceCaller {
  inferred(outputs: TensorMap, timing: Timing): void
  failed(error: unknown): void
}

export interface InferenceInit {
  readonly request: InferenceRequest
  readonly asking: InferOptions
  readonly admission: Admission
  readonly caller: InferenceCaller
  /** `performance.now()` */
  readonly enteredAt: number
}

/**
 * One inference, from its admission to its answer. It is its own options, and is told by the batcher itself: one object
 * and no promise, since this is made for every request.
 */
export class Inference implements BatchCaller, PredictOptions {
  readonly inputs: TensorMap
  readonly parameters: Parameters
  readonly outputs: readonly string[] | undefined
  readonly signal: CancelSignal | undefined
  readonly deadline: number
  readonly timing: Timing
  readonly #admission: Admission
  readonly #apiKey: number | undefined
  readonly #caller: InferenceCaller
  readonly #enteredAt: number
  readonly #rows: number

  constructor({ request, asking, admission, caller, enteredAt }: InferenceInit) {
    this.inputs = request.inputs
    this.parameters = request.parameters
    this.outputs = request.outputs
    this.signal = asking.signal
    this.deadline = asking.deadline ?? Number.POSITIVE_INFINITY
    this.timing = asking.timing ?? newTiming()
    this.#admission = admission
    this.#apiKey = asking.apiKey
    this.#caller = caller
    this.#enteredAt = enteredAt
    this.#rows = rowCount(request.inputs)
  }

  get options(): PredictOptions {
    return this
  }

  /** Of the key that asks, for the admission. */
  get apiKey(): number | undefined {
    return this.#apiKey
  }

  /** @throws ServingError where it is not let in; its caller is told nothing then. */
  begin(predictor: CallTaker): void {
    this.#admission.enter(this.#rows, this, this.#enteredAt)
    this.timing.rows = this.#rows
    if (predictor.submit === undefined) this.#predict(predictor)
    else predictor.submit(this)
  }

  answered(outputs: TensorMap, endedAt: number): void {
    const { timing } = this
    const runMs = timing.batchRows < this.#rows ? 0 : timing.compute
    this.#admission.leave(this.#rows, runMs, this.#apiKey, endedAt)
    timing.queue = Math.max(0, endedAt - this.#enteredAt - timing.compute)
    this.#caller.inferred(outputs, timing)
  }

  failed(error: unknown): void {
    leaveFailed(this.#admission, error, this.#rows, this.#apiKey)
    this.#caller.failed(error)
  }

  /** Of what only gives promises. */
  #predict(predictor: Predictor): void {
    predictor.predict(this.inputs, this).then(
      (outputs) => this.answered(outputs, performance.now()),
      (error: unknown) => this.failed(error),
    )
  }
}

/** An error of the model is an answer; what was given up, or lost its thread, tells nothing of the model's speed. */
export function leaveFailed(admission: Admission, error: unknown, rows: number, apiKey?: number): void {
  const givenUp = error instanceof ServingError && GIVEN_UP.has(error.code)
  if (givenUp) admission.drop(rows, apiKey)
  else admission.leave(rows, 0, apiKey)
}

const GIVEN_UP: ReadonlySet<string> = new Set(['CANCELLED', 'DEADLINE_EXCEEDED', 'TEMPORARILY_UNAVAILABLE'])
