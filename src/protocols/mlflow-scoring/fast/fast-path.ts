import type { TensorMap } from '../../../core/tensor.ts'

/**
 * A decoder for the requests that nearly all clients send, from the result of `JSON.parse` straight into the
 * model's tensors. It answers undefined for whatever it is not sure of, errors included: the general path then
 * decides. Where it answers, it answers as the general path would (a property test says so).
 */
export interface FastPath {
  decode(form: string, value: unknown): TensorMap | undefined
}

/** An object as `JSON.parse` makes it. */
export type JsonObject = Readonly<Record<string, unknown>>
