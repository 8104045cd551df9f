import { invalidModel } from '../../../core/errors.ts'
import { checkInputSize } from './check-input-size.ts'
import type { LayerEntry } from './layer-entry.ts'
import type { WeightSpec } from './model-artifacts.ts'

/** What some dimension of a layer's weights is at least as large as. */
const SIZES_OF_WEIGHTS = ['units', 'filters', 'kernel_size', 'input_dim', 'output_dim'] as const
/** What makes a layer's result large without any weight. */
const SIZES_OF_RESULTS = ['n', 'padding', 'size', 'height', 'width', 'num_tokens', 'target_shape'] as const
/** No image is wider, no sequence longer. */
const MAX_RESULT_SIZE = 2 ** 24

export function largestDimension(weightSpecs: readonly WeightSpec[]): number {
  return weightSpecs.reduce((largest, { shape }) => Math.max(largest, ...shape), 0)
}

/**
 * TF.js allocates what a topology describes before it looks at the weights that are there, so a damaged or hostile
 * number would take all memory.
 * @param largest dimension of any weight.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function checkLayerSizes({ name, config }: LayerEntry, largest: number): void {
  for (const key of SIZES_OF_WEIGHTS) {
    const size = largestOf(config[key])
    if (size <= largest) continue
    throw invalidModel(
      `Layer '${name}' has ${key} ${size}, but the largest dimension of the model's weights is ${largest}. ` +
        'The model.json is damaged, or its weights are those of another model.',
      { details: { layer: name, [key]: size } },
    )
  }
  for (const key of SIZES_OF_RESULTS) {
    const size = largestOf(config[key])
    if (size <= MAX_RESULT_SIZE) continue
    throw invalidModel(
      `Layer '${name}' has ${key} ${size}, which is too large to be served: at most ${MAX_RESULT_SIZE} is.`,
      { details: { layer: name, [key]: size } },
    )
  }
  const shape = config['batch_input_shape']
  if (Array.isArray(shape)) checkInputSize(name, shape)
}

/** Of a number, or of numbers in lists; 0 where there are none. */
function largestOf(value: unknown): number {
  if (typeof value === 'number') return value
  return Array.isArray(value) ? value.reduce((most: number, inner) => Math.max(most, largestOf(inner)), 0) : 0
}
