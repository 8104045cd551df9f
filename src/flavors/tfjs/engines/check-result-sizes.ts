import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { invalidModel } from '../../../core/errors.ts'
import { elementsOfRow, MAX_ELEMENTS } from '../artifacts/row-elements.ts'

/**
 * Checks what the layers of a model give, as far as its shapes tell. TF.js would try to hold it, and take hours where it
 * counts in vain.
 * @throws ServingError INVALID_PARAMETER_VALUE where not even one row could be held.
 */
export function checkResultSizes({ layers }: LayersModel): void {
  for (const { name, inboundNodes } of layers) {
    for (const { outputTensors } of inboundNodes)
      for (const result of outputTensors) checkResult(name, result)
  }
}

function checkResult(layer: string, { shape }: SymbolicTensor): void {
  const elements = elementsOfRow(shape)
  if (elements <= MAX_ELEMENTS) return
  throw invalidModel(
    `Layer '${layer}' gives a result of the shape ${JSON.stringify(shape)}, which is too large to be served: at most ` +
      `${MAX_ELEMENTS} elements a row are.`,
    { details: { layer, elements } },
  )
}
