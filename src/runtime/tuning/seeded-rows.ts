import type { TensorMetadata } from '../../core/predictor.ts'
import { allocate, type Datatype, elementCount, type Tensor, type TensorMap } from '../../core/tensor.ts'
import { numberToFloat16 } from '../../protocols/mlflow-scoring/numpy/float16.ts'
import { seededNumbers } from './seeded-numbers.ts'

const FLOATS: readonly Datatype[] = ['FP16', 'FP32', 'FP64']

/** Made-up rows for a model that brings no request along; none where its inputs are not plain floats of a known size. */
export function seededRows(inputs: readonly TensorMetadata[], count: number): TensorMap[] {
  if (inputs.length === 0 || !inputs.every(isPlain)) return []
  const next = seededNumbers(count)
  return Array.from(
    { length: count },
    () => new Map(inputs.map((input) => [input.name, seeded(input, next)])),
  )
}

function isPlain({ datatype, shape, unranked }: TensorMetadata): boolean {
  return FLOATS.includes(datatype) && unranked !== true && shape.slice(1).every((dim) => dim >= 0)
}

function seeded({ datatype, shape: [, ...row] }: TensorMetadata, next: () => number): Tensor {
  const data = allocate(datatype, elementCount(row))
  for (let index = 0; index < data.length; index += 1) {
    const value = normal(next)
    ;(data as Float64Array)[index] = datatype === 'FP16' ? numberToFloat16(value) : value
  }
  return { datatype, shape: [1, ...row], data } as Tensor
}

/** About normally distributed around 0, with deviation 1, as the sum of a few others is. */
export function normal(next: () => number): number {
  return (next() + next() + next() + next() - 2) * Math.sqrt(3)
}
