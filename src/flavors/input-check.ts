import { evaluationFailed } from '../core/errors.ts'
import type { TensorMetadata } from '../core/predictor.ts'
import type { Tensor, TensorMap } from '../core/tensor.ts'

/**
 * Checks names, datatypes and ranks, which engines leave unchecked or report in their own words. Fixed
 * dimensions are left to the engine.
 * @throws ServingError BAD_REQUEST
 */
export function checkInputs(declared: readonly TensorMetadata[], inputs: TensorMap): void {
  for (const input of declared) {
    const tensor = inputs.get(input.name)
    if (tensor === undefined) throw evaluationFailed(`Input '${input.name}' is missing.`)
    checkInput(input, tensor)
  }
  if (inputs.size !== declared.length) throw evaluationFailed(describeUnknown(declared, inputs))
}

function checkInput({ name, datatype, shape, unranked }: TensorMetadata, tensor: Tensor): void {
  if (tensor.datatype !== datatype) {
    throw evaluationFailed(`Input '${name}' has datatype ${tensor.datatype}; the model takes ${datatype}.`)
  }
  if (tensor.shape.length !== shape.length && unranked !== true) {
    throw evaluationFailed(
      `Input '${name}' has ${tensor.shape.length} dimensions; the model takes ${shape.length}.`,
    )
  }
}

function describeUnknown(declared: readonly TensorMetadata[], inputs: TensorMap): string {
  const known = new Set(declared.map(({ name }) => name))
  const unknown = [...inputs.keys()].filter((name) => !known.has(name))
  return `The model has no input '${unknown.join("', '")}'; its inputs are '${[...known].join("', '")}'.`
}
