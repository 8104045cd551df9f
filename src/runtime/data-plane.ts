import { performance } from 'node:perf_hooks'
import { cancelled, deadlineExceeded } from '../core/errors.ts'
import type { InferenceRequest, InferenceResponse } from '../core/inference.ts'
import type { CancelSignal, PredictOptions } from '../core/predictor.ts'
import { rowCount } from '../core/tensor-rows.ts'
import { newTiming, type Timing } from '../core/timing.ts'
import type { ScoringMediaType } from '../protocols/mlflow-scoring/scoring-codec.ts'
import type { BodyScorer } from './body-scorer.ts'
import type { ServedModel } from './served-model.ts'

export interface InferOptions {
  /** Aborted when the client has left. */
  readonly signal?: CancelSignal
  /** `performance.now()` past which nobody wants the answer. */
  readonly deadline?: number
  /** The record to fill in; a new one when absent. */
  readonly timing?: Timing
}

/** The one way from a decoded request to its answer, whatever protocol it came by and wherever its model runs. */
export class DataPlane {
  /**
   * @throws ServingError REQUEST_LIMIT_EXCEEDED where the model's queue is full, TEMPORARILY_UNAVAILABLE where the
   *   model drains or its worker died, DEADLINE_EXCEEDED, CANCELLED, and what the model itself throws.
   */
  async infer(
    model: ServedModel,
    request: InferenceRequest,
    options: InferOptions = {},
  ): Promise<InferenceResponse> {
    const { signal, deadline, timing = newTiming() } = options
    if (signal?.aborted) throw cancelled('The client has left')
    const enteredAt = performance.now()
    if (deadline !== undefined && enteredAt > deadline) {
      throw deadlineExceeded('The request was not answered by its deadline')
    }
    const rows = rowCount(request.inputs)
    model.admission.enter(rows, deadline)
    timing.rows = rows
    try {
      const outputs = await model.predictor.predict(request.inputs, predictOptions(request, options, timing))
      timing.queue = Math.max(0, performance.now() - enteredAt - timing.compute)
      return { outputs, timing }
    } finally {
      model.admission.leave(rows)
    }
  }

  /**
   * Answers a whole body in the threads of the model, of which `scorer` is the way in. Admitted by what the bytes
   * are likely to hold, since nobody has read them.
   * @throws ServingError as `infer`, and what the model's codec throws.
   */
  async score(
    model: ServedModel,
    scorer: BodyScorer,
    request: BodyRequest,
    options: InferOptions = {},
  ): Promise<Uint8Array> {
    const { body, mediaType } = request
    const { signal, deadline, timing = newTiming() } = options
    const enteredAt = performance.now()
    const rows = model.admission.likelyRows(body.length)
    model.admission.enter(rows, deadline)
    try {
      const filled: Writable<PredictOptions> = { timing }
      if (signal !== undefined) filled.signal = signal
      if (deadline !== undefined) filled.deadline = deadline
      const reply = await scorer.score(body, mediaType, filled)
      timing.queue = Math.max(
        0,
        performance.now() - enteredAt - timing.parse - timing.compute - timing.serialise,
      )
      return reply
    } finally {
      model.admission.leave(rows)
    }
  }
}

export interface BodyRequest {
  readonly body: Uint8Array
  readonly mediaType: ScoringMediaType
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** Assigned field by field: this runs for every request, and spreading costs an object for each field. */
function predictOptions(request: InferenceRequest, options: InferOptions, timing: Timing): PredictOptions {
  const filled: Writable<PredictOptions> = { parameters: request.parameters, timing }
  if (options.signal !== undefined) filled.signal = options.signal
  if (options.deadline !== undefined) filled.deadline = options.deadline
  if (request.outputs !== undefined) filled.outputs = request.outputs
  return filled
}
