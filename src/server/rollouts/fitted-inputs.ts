import type { InferenceRequest } from '../../core/inference.ts'
import type { TensorMetadata } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { ServedModel } from '../../runtime/served-model.ts'

/**
 * Inputs that were read for one model as another one takes them: models of equal signatures may have tensors of other names, but
 * not of other datatypes or shapes. Undefined where they have, so that the request has to be read again.
 */
export function fittedInputs(
  inputs: TensorMap,
  from: readonly TensorMetadata[],
  to: readonly TensorMetadata[],
): TensorMap | undefined {
  if (from === to) return inputs
  if (from.length !== to.length || !from.every((input, at) => isAlike(input, to[at]))) return undefined
  if (from.every(({ name }, at) => name === to[at]?.name)) return inputs
  const names = new Map(from.map(({ name }, at) => [name, to[at]?.name ?? name]))
  return new Map(Array.from(inputs, ([name, tensor]) => [names.get(name) ?? name, tensor]))
}

/** A request that was read for one model as another one takes it, with all of its outputs; undefined as `fittedInputs`. */
export function refitted(
  { inputs, parameters }: InferenceRequest,
  from: ServedModel,
  to: ServedModel,
): InferenceRequest | undefined {
  const fitted = fittedInputs(inputs, from.predictor.inputs, to.predictor.inputs)
  return fitted && { inputs: fitted, parameters }
}

function isAlike(a: TensorMetadata, b: TensorMetadata | undefined): boolean {
  if (a.datatype !== b?.datatype || a.shape.length !== b.shape.length) return false
  return a.unranked === b.unranked && a.shape.every((dim, axis) => dim === b.shape[axis])
}
