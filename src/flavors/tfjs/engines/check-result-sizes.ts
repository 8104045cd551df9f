import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { invalidModel } from '../../../core/errors.ts'
import { elementsOfRow, MAX_ELEMENTS } from '../artifacts/row-elements.ts'
import { type Layer, stepCount } from './step-count.ts'

/** TF.js takes up to half a millisecond for each, and holds the results of all. */
const MAX_STEPS = 2 ** 15

/**
 * Checks what the layers of a model give, and in how many steps, as far as its shapes tell. TF.js would try to hold it, and take hours where it
 * counts in vain.
 * @throws ServingError INVALID_PARAMETER_VALUE where not even one row could be held, or gone through.
 */
export function checkResultSizes({ layers }: LayersModel): void {
  for (const layer of layers) {
    if ('layers' in layer) checkResultSizes(layer as LayersModel)
    for (const { inputTensors, outputTensors } of layer.inboundNodes) {
      checkSteps(layer, inputTensors[0]?.shape ?? [])
      for (const result of outputTensors) checkResult(layer.name, result)
    }
  }
}

function checkSteps(layer: Layer, shape: SymbolicTensor['shape']): void {
  const steps = stepCount(layer, shape)
  if (steps <= MAX_STEPS) return
  const { name } = layer
  throw invalidModel(
    `Layer '${name}' goes through its input in ${steps} steps, which are too many to be served: at most ${MAX_STEPS} are.`,
    { details: { layer: name, steps } },
  )
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
