import type { TensorMetadata } from '../../../core/predictor.ts'
import { elementCount, type Tensor, type TensorMap } from '../../../core/tensor.ts'
import { firstSizes } from '../prepare/proof-cases.ts'
import { type ProvableInput, type Spread, seededInputs } from '../prepare/seeded-inputs.ts'
import { SeededRandom } from '../prepare/seeded-random.ts'

const SHARE: Spread = { kind: 'uniform', scale: 1 }
/** Whole numbers are indices more often than not, and these two are in any table. */
const INDEX_LIMIT = 2
const TEXTS = ['', 'a', 'b', '1']
const SEED = 1

/** One row for the model, in each of the sizes that are tried for dimensions that are left open. */
export function* sampleRows(inputs: readonly TensorMetadata[]): Generator<TensorMap> {
  for (const sizes of firstSizes(inputs.map(provable))) yield sampleRow(inputs, sizes, SEED)
}

/** Other values for the same sizes as those of `row`. */
export function otherRow(inputs: readonly TensorMetadata[], row: TensorMap): TensorMap {
  const fixed = inputs.map((input) => ({ ...input, shape: row.get(input.name)!.shape }))
  return sampleRow(fixed, [], SEED + 1)
}

function sampleRow(inputs: readonly TensorMetadata[], sizes: readonly number[], seed: number): TensorMap {
  const numbers = seededInputs(inputs.map(provable), { spreads: [SHARE], sizes, seed })
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

function provable({ name, datatype, shape, unranked }: TensorMetadata): ProvableInput {
  return {
    name,
    type: datatype === 'FP32' ? 'float32' : datatype === 'BOOL' ? 'bool' : 'int32',
    shape: unranked === true ? [null] : shape.map((size) => (size === -1 ? null : size)),
    ...(datatype === 'FP32' ? {} : { indexLimit: INDEX_LIMIT }),
  }
}
