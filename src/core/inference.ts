import type { TensorMap } from './tensor.ts'
import type { Timing } from './timing.ts'

export type ParameterValue = string | number | bigint | boolean | null | readonly ParameterValue[]

/** Parameters of a request by name, checked and completed with the signature's defaults. */
export type Parameters = ReadonlyMap<string, ParameterValue>

/** What every dialect's decoder ends in. Named after the Open Inference Protocol's message. */
export interface InferenceRequest {
  readonly id?: string
  /** Tensors by the names of the model's own inputs. */
  readonly inputs: TensorMap
  readonly parameters: Parameters
  /** Names of the outputs wanted; all when absent. */
  readonly outputs?: readonly string[]
}

export interface InferenceResponse {
  readonly outputs: TensorMap
  readonly timing: Timing
}
