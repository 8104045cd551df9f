import type { Tensor, TensorMap } from '../../core/tensor.ts'
import { float16ToNumber, numberToFloat16 } from '../../protocols/mlflow-scoring/numpy/float16.ts'
import { seededNumbers } from './seeded-numbers.ts'
import { normal } from './seeded-rows.ts'

/** What becomes of a float, of which the largest in its tensor has the magnitude `largest`. */
type FloatChange = (value: number, largest: number, next: () => number) => number

/** A little at first; then as different as inputs may be, since rows that are alike show no mixing. */
const CHANGES: readonly FloatChange[] = [
  (value, _, next) => value * (0.9 + 0.2 * next()),
  (value, _, next) => value * normal(next),
  (value, largest, next) => value + normal(next) * (largest || 1),
  (value, _, next) => value * 10 * (0.9 + 0.2 * next()),
  (value, _, next) => value * (0.5 + next()),
  (value, _, next) => value * -100 * (0.5 + next()),
]

/**
 * Copies of `rows` with other values, without end, the same ones in every run. Floats are changed in size. Integers and
 * texts may be codes of which not every one is valid: they are exchanged with those at the same place of other rows, or
 * with others of their own tensor; a number that has neither becomes a smaller one.
 * @param kept the name of an input that stays as it is.
 */
export function* variedRows(rows: readonly TensorMap[], kept?: string): Generator<TensorMap> {
  const next = seededNumbers(rows.length)
  for (let turn = 0; ; turn += 1) {
    const source = rows[turn % rows.length]!
    const change = CHANGES[turn % CHANGES.length]!
    yield new Map(
      [...source].map(([name, tensor]) => [
        name,
        name === kept ? tensor : varied(tensor, peers(rows, name), change, next),
      ]),
    )
  }
}

function peers(rows: readonly TensorMap[], name: string): readonly Tensor[] {
  return rows.map((row) => row.get(name)!)
}

function varied(tensor: Tensor, others: readonly Tensor[], change: FloatChange, next: () => number): Tensor {
  const { datatype, data } = tensor
  if (datatype === 'FP32' || datatype === 'FP64') {
    return { ...tensor, data: changed(data, change, next) } as Tensor
  }
  if (datatype === 'FP16') {
    const numbers = changed(Float64Array.from(data, float16ToNumber), change, next)
    return { ...tensor, data: Uint16Array.from(numbers, numberToFloat16) }
  }
  return { ...tensor, data: exchanged(tensor, others, next) } as Tensor
}

function changed(
  values: Float32Array | Float64Array,
  change: FloatChange,
  next: () => number,
): Float32Array | Float64Array {
  let largest = 0
  for (const value of values) largest = Math.max(largest, Math.abs(value) || 0)
  return values.map((value) => change(value, largest, next))
}

type Codes = (number | bigint | string)[]

function exchanged(tensor: Tensor, others: readonly Tensor[], next: () => number): Tensor['data'] {
  const copy = tensor.data.slice() as unknown as Codes
  const { length } = copy
  for (let index = 0; index < length; index += 1) {
    if (next() < 0.5) continue
    const other = others[Math.floor(next() * others.length)]!
    copy[index] = another(tensor, other, { index, next })
  }
  return copy as unknown as Tensor['data']
}

interface Place {
  readonly index: number
  readonly next: () => number
}

function another(tensor: Tensor, other: Tensor, { index, next }: Place): number | bigint | string {
  const own = tensor.data[index]!
  const same = other.data[index] ?? own
  if (same !== own) return same
  const near = tensor.data[Math.floor(next() * tensor.data.length)]!
  if (near !== own) return near
  if (tensor.datatype === 'BOOL') return own === 0 ? 1 : 0
  return smaller(own, next)
}

function smaller(value: number | bigint | string, next: () => number): number | bigint | string {
  if (typeof value === 'number') return Math.trunc(value * next())
  if (typeof value !== 'bigint') return value
  return (value * BigInt(Math.floor(next() * 1024))) / 1024n
}
