import { setImmediate } from 'node:timers/promises'
import type { TensorMetadata } from '../../core/predictor.ts'
import { allocate, type Datatype, elementCount, type Tensor, type TensorMap } from '../../core/tensor.ts'
import { numberToFloat16 } from '../../protocols/mlflow-scoring/numpy/float16.ts'
import { seededNumbers } from './seeded-numbers.ts'

const FLOATS: readonly Datatype[] = ['FP16', 'FP32', 'FP64']

/** Numbers made up in one turn of the event loop: requests wait no longer than a fraction of a millisecond. */
const NUMBERS_A_TURN = 8_192

/** Made-up rows for a model that brings no request along; none where its inputs are not plain floats of a known size. */
export async function seededRows(inputs: readonly TensorMetadata[], count: number): Promise<TensorMap[]> {
  if (inputs.length === 0 || !inputs.every(isPlain)) return []
  const next = seededNumbers(count)
  const rows: TensorMap[] = []
  while (rows.length < count) {
    const row = new Map<string, Tensor>()
    for (const input of inputs) row.set(input.name, await seeded(input, next))
    rows.push(row)
  }
  return rows
}

function isPlain({ datatype, shape, unranked }: TensorMetadata): boolean {
  return FLOATS.includes(datatype) && unranked !== true && shape.slice(1).every((dim) => dim >= 0)
}

async function seeded({ datatype, shape: [, ...row] }: TensorMetadata, next: () => number): Promise<Tensor> {
  const data = allocate(datatype, elementCount(row))
  for (let index = 0; index < data.length; index += 1) {
    if (index % NUMBERS_A_TURN === NUMBERS_A_TURN - 1) await setImmediate()
    const value = normal(next)
    ;(data as Float64Array)[index] = datatype === 'FP16' ? numberToFloat16(value) : value
  }
  return { datatype, shape: [1, ...row], data } as Tensor
}

/** About normally distributed around 0, with deviation 1, as the sum of a few others is. */
export function normal(next: () => number): number {
  return (next() + next() + next() + next() - 2) * Math.sqrt(3)
}
