import type { TensorMetadata } from '../../../core/predictor.ts'
import { elementCount, type Tensor, type TensorMap } from '../../../core/tensor.ts'
import { firstSizes, PLAIN } from '../trial/proof-cases.ts'
import { type ProvableInput, seededInputs } from '../trial/seeded-inputs.ts'
import { SeededRandom } from '../trial/seeded-random.ts'

/** Whole numbers are indices more often than not, and these two are in any table. */
const INDEX_LIMIT = 2
const TEXTS = ['', 'a', 'b', '1']

/** A row for a model, and another one of the same shape. */
export interface SampleRows {
  readonly row: TensorMap
  readonly other: TensorMap
}

/**
 * Rows that a model may take, to be tried in turn: in several sizes where dimensions are left open, with floats of any kind
 * and with floats that are indices, as TF.js declares those unless told otherwise.
 */
export function* sampleRows(inputs: readonly TensorMetadata[]): Generator<SampleRows> {
  for (const floatsAreIndices of [false, true]) {
    const provable = inputs.map((input) => provableInput(input, floatsAreIndices))
    for (const sizes of firstSizes(provable)) {
      yield { row: sampleRow(inputs, provable, sizes, 1), other: sampleRow(inputs, provable, sizes, 2) }
    }
    if (inputs.every(({ datatype }) => datatype !== 'FP32')) return
  }
}

function sampleRow(
  inputs: readonly TensorMetadata[],
  provable: readonly ProvableInput[],
  sizes: readonly number[],
  seed: number,
): TensorMap {
  const numbers = seededInputs(provable, { spreads: [PLAIN], sizes, seed })
  const random = new SeededRandom(seed)
  return new Map(
    inputs.map(({ name, datatype }) => {
      const tensor = numbers.get(name)!
      return [name, datatype === 'BYTES' ? textsLike(tensor, random) : tensor]
    }),
  )
}

function textsLike({ shape }: Tensor, random: SeededRandom): Tensor {
  const data = Array.from({ length: elementCount(shape) }, () => TEXTS[random.below(TEXTS.length)]!)
  return { datatype: 'BYTES', shape, data }
}

function provableInput(
  { name, datatype, shape, unranked }: TensorMetadata,
  floatsAreIndices: boolean,
): ProvableInput {
  return {
    name,
    type: datatype === 'FP32' ? 'float32' : datatype === 'BOOL' ? 'bool' : 'int32',
    shape: unranked === true ? [null] : shape.map((size) => (size === -1 ? null : size)),
    ...(datatype === 'FP32' && !floatsAreIndices ? {} : { indexLimit: INDEX_LIMIT }),
  }
}
