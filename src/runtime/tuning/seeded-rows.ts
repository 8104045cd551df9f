import { setImmediate } from 'node:timers/promises'
import type { TensorMetadata } from '../../core/predictor.ts'
import { allocate, type Datatype, elementCount, type Tensor, type TensorMap } from '../../core/tensor.ts'
import { numberToFloat16 } from '../../protocols/mlflow-scoring/numpy/float16.ts'
import { seededNumbers } from './seeded-numbers.ts'

const FLOATS: readonly Datatype[] = ['FP16', 'FP32', 'FP64']

/** Numbers of a tensor that are made up; a larger one repeats them. A prime, so that no period of images falls on it. */
export const MOST_MADE_UP = 4_099

/** Made-up rows for a model that brings no request along; none where its inputs are not plain floats of a known size. */
export async function seededRows(inputs: readonly TensorMetadata[], count: number): Promise<TensorMap[]> {
  if (inputs.length === 0 || !inputs.every(isPlain)) return []
  const next = seededNumbers(count)
  const rows: TensorMap[] = []
  while (rows.length < count) {
    const row = new Map<string, Tensor>()
    for (const input of inputs) row.set(input.name, seeded(input, next))
    rows.push(row)
    // No request waits for more than one of them.
    await setImmediate()
  }
  return rows
}

function isPlain({ datatype, shape, unranked }: TensorMetadata): boolean {
  return FLOATS.includes(datatype) && unranked !== true && shape.slice(1).every((dim) => dim >= 0)
}

function seeded({ datatype, shape: [, ...row] }: TensorMetadata, next: () => number): Tensor {
  const data = allocate(datatype, elementCount(row)) as Float64Array
  const made = Math.min(data.length, MOST_MADE_UP)
  for (let index = 0; index < made; index += 1) {
    const value = normal(next)
    data[index] = datatype === 'FP16' ? numberToFloat16(value) : value
  }
  for (let at = made; at < data.length; at += made) data.copyWithin(at, 0, made)
  return { datatype, shape: [1, ...row], data } as Tensor
}

/** About normally distributed around 0, with deviation 1, as the sum of a few others is. */
export function normal(next: () => number): number {
  return (next() + next() + next() + next() - 2) * Math.sqrt(3)
}
