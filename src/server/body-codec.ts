import type { InferenceRequest } from '../core/inference.ts'
import type { TensorMap } from '../core/tensor.ts'

export interface DecodedBody<Form> {
  readonly request: InferenceRequest
  /** What the reply needs to know of its request. */
  readonly form: Form
  /** How long the client waits, in microseconds, where it says so in the body. */
  readonly timeoutMicroseconds?: number
}

/** What every dialect has: a decoder of bodies and an encoder of replies, compiled for one model. */
export interface BodyCodec<Kind, Form, Reply> {
  /** @throws ServingError BAD_REQUEST, INVALID_PARAMETER_VALUE */
  decode(body: Uint8Array, kind: Kind): DecodedBody<Form> | Promise<DecodedBody<Form>>
  /** @throws ServingError BAD_REQUEST where the outputs have no such form. */
  encode(outputs: TensorMap, form: Form): Reply
}
