import { evaluationFailed } from '../../../core/errors.ts'
import type { TensorMetadata } from '../../../core/predictor.ts'
import type { TensorMap } from '../../../core/tensor.ts'

/**
 * Checks the dimensions that the model fixes, which not all of TF.js looks at. Names, datatypes and ranks have been checked.
 * @throws ServingError BAD_REQUEST
 */
export function checkSizes(declared: readonly TensorMetadata[], inputs: TensorMap): void {
  for (const { name, shape, unranked } of declared) {
    const given = inputs.get(name)!.shape
    if (unranked === true || shape.every((size, axis) => size === -1 || size === given[axis])) continue
    throw evaluationFailed(
      `Input '${name}' has the shape ${describe(given)}; the model takes ${describe(shape)}.`,
    )
  }
}

/** @throws ServingError BAD_REQUEST where inputs differ in their number of rows. */
export function rowsOf(inputs: TensorMap): number {
  const [[firstName, first] = ['', undefined], ...others] = inputs
  const rows = first?.shape[0] ?? 0
  for (const [name, { shape }] of others) {
    if (shape[0] === rows) continue
    throw evaluationFailed(`Input '${name}' has ${shape[0]} rows, and '${firstName}' has ${rows}.`)
  }
  return rows
}

function describe(shape: readonly number[]): string {
  return `(${shape.join(', ')})`
}
