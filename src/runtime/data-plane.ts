import { performance } from 'node:perf_hooks'
import { cancelled, deadlineExceeded, ServingError } from '../core/errors.ts'
import type { InferenceRequest, InferenceResponse } from '../core/inference.ts'
import type { CancelSignal, PredictOptions } from '../core/predictor.ts'
import { rowCount } from '../core/tensor-rows.ts'
import { newTiming, type Timing } from '../core/timing.ts'
import type { Asking } from './admission/admission.ts'
import type { BodyDialect, BodyScorer, ScoredBody } from './body-scorer.ts'
import type { ServedModel } from './served-model.ts'

export interface InferOptions extends Asking {
  /** Aborted when the client has left. */
  readonly signal?: CancelSignal
  /** The record to fill in; a new one when absent. */
  readonly timing?: Timing
}

/** The one way from a decoded request to its answer, whatever protocol it came by and wherever its model runs. */
export class DataPlane {
  /**
   * @throws ServingError TEMPORARILY_UNAVAILABLE where the model's queue is too long, the model drains or its worker
   *   died, REQUEST_LIMIT_EXCEEDED where the caller holds too much of the queue, DEADLINE_EXCEEDED, CANCELLED, and
   *   what the model itself throws.
   */
  async infer(
    model: ServedModel,
    request: InferenceRequest,
    options: InferOptions = {},
  ): Promise<InferenceResponse> {
    const { timing = newTiming() } = options
    const enteredAt = performance.now()
    refuseLate(options, enteredAt)
    const rows = rowCount(request.inputs)
    const { admission } = model
    admission.enter(rows, options, enteredAt)
    timing.rows = rows
    try {
      const outputs = await model.predictor.predict(request.inputs, predictOptions(request, options, timing))
      const leftAt = admission.leave(rows, timing.batchRows < rows ? 0 : timing.compute, options.apiKey)
      timing.queue = Math.max(0, leftAt - enteredAt - timing.compute)
      return { outputs, timing }
    } catch (error) {
      leaveFailed(model, error, rows, options)
      throw error
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
  ): Promise<ScoredBody> {
    const { body, dialect } = request
    const { timing = newTiming() } = options
    const enteredAt = performance.now()
    refuseLate(options, enteredAt)
    const { admission } = model
    const rows = admission.likelyRows(body.length)
    admission.enter(rows, options, enteredAt)
    try {
      const reply = await scorer.score(body, dialect, scoreOptions(options, timing))
      const leftAt = admission.leave(rows, timing.compute, options.apiKey)
      admission.learnRows(body.length, timing.rows)
      timing.queue = Math.max(0, leftAt - enteredAt - timing.parse - timing.compute - timing.serialise)
      return reply
    } catch (error) {
      leaveFailed(model, error, rows, options)
      throw error
    }
  }
}

export interface BodyRequest {
  readonly body: Uint8Array
  readonly dialect: BodyDialect
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

function refuseLate({ signal, deadline }: InferOptions, now: number): void {
  if (signal?.aborted) throw cancelled('The client has left')
  if (deadline !== undefined && now > deadline) {
    throw deadlineExceeded('The request was not answered by its deadline')
  }
}

/** An error of the model is an answer; what was given up, or lost its thread, tells nothing of the model's speed. */
function leaveFailed(
  { admission }: ServedModel,
  error: unknown,
  rows: number,
  { apiKey }: InferOptions,
): void {
  const givenUp = error instanceof ServingError && GIVEN_UP.has(error.code)
  if (givenUp) admission.drop(rows, apiKey)
  else admission.leave(rows, 0, apiKey)
}

const GIVEN_UP: ReadonlySet<string> = new Set(['CANCELLED', 'DEADLINE_EXCEEDED', 'TEMPORARILY_UNAVAILABLE'])

function scoreOptions({ signal, deadline }: InferOptions, timing: Timing): PredictOptions {
  const filled: Writable<PredictOptions> = { timing }
  if (signal !== undefined) filled.signal = signal
  if (deadline !== undefined) filled.deadline = deadline
  return filled
}

/** Assigned field by field: this runs for every request, and spreading costs an object for each field. */
function predictOptions(request: InferenceRequest, options: InferOptions, timing: Timing): PredictOptions {
  const filled: Writable<PredictOptions> = { parameters: request.parameters, timing }
  if (options.signal !== undefined) filled.signal = options.signal
  if (options.deadline !== undefined) filled.deadline = options.deadline
  if (request.outputs !== undefined) filled.outputs = request.outputs
  return filled
}
