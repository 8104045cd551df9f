import { invalidModel } from '../../../core/errors.ts'
import type { LayerEntry } from './layer-entry.ts'
import type { WeightSpec } from './model-artifacts.ts'

/** What some dimension of a layer's weights is at least as large as. */
const SIZES_OF_WEIGHTS = ['units', 'filters', 'input_dim', 'output_dim'] as const
/** Elements of an input, rows aside. A float32 tensor of so many takes 2 GiB. */
const MAX_INPUT_ELEMENTS = 2 ** 29

export function largestDimension(weightSpecs: readonly WeightSpec[]): number {
  return weightSpecs.reduce((largest, { shape }) => Math.max(largest, ...shape), 0)
}

/**
 * TF.js allocates the weights that a topology describes before it looks at those that are there, so a damaged or
 * hostile number would take all memory.
 * @param largest dimension of any weight.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function checkLayerSizes({ name, config }: LayerEntry, largest: number): void {
  for (const key of SIZES_OF_WEIGHTS) {
    const size = config[key]
    if (typeof size !== 'number' || size <= largest) continue
    throw invalidModel(
      `Layer '${name}' has ${key} ${size}, but the largest dimension of the model's weights is ${largest}. ` +
        'The model.json is damaged, or its weights are those of another model.',
      { details: { layer: name, [key]: size } },
    )
  }
  const shape = config['batch_input_shape']
  if (!Array.isArray(shape)) return
  const elements = shape.reduce((count: number, size: unknown) => count * (Number(size) || 1), 1)
  if (elements <= MAX_INPUT_ELEMENTS) return
  throw invalidModel(
    `The input of layer '${name}' has the shape ${JSON.stringify(shape)}, which is too large to be served: at most ` +
      `${MAX_INPUT_ELEMENTS} elements a row are.`,
    { details: { layer: name, elements } },
  )
}
