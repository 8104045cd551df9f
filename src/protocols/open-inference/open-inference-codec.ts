import type { InferenceRequest } from '../../core/inference.ts'
import type { Tensor, TensorMap } from '../../core/tensor.ts'
import type { GivenRequest, WantedOutput } from './given-request.ts'

/** What a reply needs to know of its request. */
export interface InferForm {
  readonly id: string | undefined
  /** In this order; all outputs of the model where there are none. */
  readonly outputs: readonly WantedOutput[]
  readonly binaryOutputs: boolean
}

export interface DecodedInfer {
  readonly request: InferenceRequest
  readonly form: InferForm
  /** How long the client waits, by the request parameter `timeout`, in microseconds; absent where it has none, or 0. */
  readonly timeoutMicroseconds?: number
}

/** An output as the reply names it, whatever its transport. */
export interface NamedOutput {
  readonly name: string
  readonly tensor: Tensor
  readonly binary: boolean
}

/** The body of a REST reply. */
export interface InferReply {
  readonly body: string | Uint8Array
  /** Bytes of JSON before the binary tensors (`Inference-Header-Content-Length`); undefined where all of it is JSON. */
  readonly headerLength: number | undefined
}

/** Decoder and encoder of the Open Inference Protocol V2, compiled for one model. */
export interface OpenInferenceCodec {
  /**
   * Reads a REST body and checks it against the model and its signature.
   * @param headerLength of `Inference-Header-Content-Length`: bytes of JSON before the binary tensors; 0 for a raw
   *   request; undefined where all of it is JSON.
   * @throws ServingError BAD_REQUEST, INVALID_PARAMETER_VALUE
   */
  decode(body: Uint8Array, headerLength: number | undefined): DecodedInfer

  /**
   * What a request of any transport asks of this model: inputs by the names of its own tensors, or by the columns of
   * its signature.
   * @throws ServingError BAD_REQUEST, INVALID_PARAMETER_VALUE
   */
  bind(given: GivenRequest): DecodedInfer

  /** The outputs that a reply has, in the order in which it has them. @throws ServingError BAD_REQUEST */
  outputsOf(outputs: TensorMap, form: InferForm): readonly NamedOutput[]

  /** The body of a REST reply. */
  encode(outputs: TensorMap, form: InferForm): InferReply
}
