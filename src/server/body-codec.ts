import type { InferenceRequest } from '../core/inference.ts'
import type { TensorMap } from '../core/tensor.ts'

/** A body as it was received. */
export interface ReceivedBody<Kind> {
  readonly body: Buffer
  /** What the headers say of it, in the dialect's own terms. */
  readonly kind: Kind
  /** All of it is text, so that its length tells how many rows others are likely to hold. */
  readonly isText: boolean
}

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
