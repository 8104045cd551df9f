import { performance } from 'node:perf_hooks'
import { cancelled, deadlineExceeded } from '../core/errors.ts'
import type { InferenceRequest, InferenceResponse } from '../core/inference.ts'
import type { PredictOptions } from '../core/predictor.ts'
import type { TensorMap } from '../core/tensor.ts'
import { newTiming, type Timing } from '../core/timing.ts'
import type { BodyDialect, BodyScorer, ScoredBody } from './body-scorer.ts'
import { Inference, type InferenceCaller, type InferOptions, leaveFailed } from './inference.ts'
import type { ServedModel } from './served-model.ts'

export type { InferenceCaller, InferOptions } from './inference.ts'

/** The one way from a decoded request to its answer, whatever protocol it came by and wherever its model runs. */
export class DataPlane {
  /**
   * @throws ServingError TEMPORARILY_UNAVAILABLE where the model's queue is too long, the model drains or its worker
   *   died, REQUEST_LIMIT_EXCEEDED where the caller holds too much of the queue, DEADLINE_EXCEEDED, CANCELLED, and
   *   what the model itself throws.
   */
  infer(
    model: ServedModel,
    request: InferenceRequest,
    options: InferOptions = {},
  ): Promise<InferenceResponse> {
    return new Promise((resolve, reject) => {
      const inferred = (outputs: TensorMap, timing: Timing): void => resolve({ outputs, timing })
      this.submit(model, request, options, { inferred, failed: reject })
    })
  }

  /**
   * `infer` without a promise.
   * @throws ServingError where it is refused at once: `caller` is told nothing then. What comes later, it is told.
   */
  submit(model: ServedModel, request: InferenceRequest, asking: InferOptions, caller: InferenceCaller): void {
    const enteredAt = performance.now()
    refuseLate(asking, enteredAt)
    const { admission, predictor } = model
    new Inference({ request, asking, admission, caller, enteredAt }).begin(predictor)
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
      leaveFailed(admission, error, rows, options.apiKey)
      throw error
    }
  }
}

export interface BodyRequest {
  readonly body: Uint8Array
  readonly dialect: BodyDialect
}

function refuseLate({ signal, deadline }: InferOptions, now: number): void {
  if (signal?.aborted) throw cancelled('The client has left')
  if (deadline !== undefined && now > deadline) {
    throw deadlineExceeded('The request was not answered by its deadline')
  }
}

function scoreOptions({ signal, deadline }: InferOptions, timing: Timing): PredictOptions {
  return { signal, timing, ...(deadline === undefined ? {} : { deadline }) }
}
