import type { Tensor, TensorMap } from '../../core/tensor.ts'
import { float16ToNumber, numberToFloat16 } from '../../protocols/mlflow-scoring/numpy/float16.ts'
import { seededNumbers } from './seeded-numbers.ts'
import { MOST_MADE_UP, normal } from './seeded-rows.ts'

/** What becomes of a float: so many times its value, and so many times the largest magnitude of its tensor more. */
interface FloatChange {
  scale(next: () => number): number
  shift?(next: () => number): number
}

/**
 * A little at first; then as different as inputs may be, since rows that are alike show no mixing. Where an example has
 * many rows, only the first few are tried.
 */
const CHANGES: readonly FloatChange[] = [
  { scale: (next) => 0.9 + 0.2 * next() },
  { scale: (next) => (next() < 0.5 ? -100 : 100) * (0.5 + next()) },
  { scale: () => 1, shift: normal },
  { scale: normal },
  { scale: (next) => 10 * (0.9 + 0.2 * next()) },
  { scale: (next) => 0.5 + next() },
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

/** Large tensors have their changes repeated: to draw one for each value would keep the serving thread. */
function changed(
  values: Float32Array | Float64Array,
  { scale, shift }: FloatChange,
  next: () => number,
): Float32Array | Float64Array {
  const made = Math.min(values.length, MOST_MADE_UP)
  const scales = Float64Array.from({ length: made }, () => scale(next))
  const largest = shift === undefined ? 0 : largestOf(values)
  const shifts = Float64Array.from({ length: made }, () => (shift?.(next) ?? 0) * largest)
  const copy = values.slice()
  for (let index = 0, at = 0; index < copy.length; index += 1, at = at + 1 < made ? at + 1 : 0) {
    copy[index] = copy[index]! * scales[at]! + shifts[at]!
  }
  return copy
}

/** The largest magnitude; 1 where there is none. */
function largestOf(values: Float32Array | Float64Array): number {
  let largest = 0
  for (const value of values) largest = Math.max(largest, Math.abs(value) || 0)
  return largest || 1
}

type Codes = (number | bigint | string)[]

/** Of large tensors whole blocks are exchanged, for the same reason. */
function exchanged(tensor: Tensor, others: readonly Tensor[], next: () => number): Tensor['data'] {
  const copy = tensor.data.slice() as unknown as Codes
  const { length } = copy
  const block = Math.ceil(length / MOST_MADE_UP)
  for (let index = 0; index < length; index += block) {
    if (next() < 0.5) continue
    const other = others[Math.floor(next() * others.length)]!
    if (block === 1) copy[index] = another(tensor, other, { index, next })
    else copyBlock(tensor, other, { copy, index, block, next })
  }
  return copy as unknown as Tensor['data']
}

interface Block {
  readonly copy: Codes
  readonly index: number
  readonly block: number
  readonly next: () => number
}

/** From the same place of another row, or from another place of its own. */
function copyBlock(tensor: Tensor, other: Tensor, { copy, index, block, next }: Block): void {
  const { length } = copy
  const data = other.data.length === length ? other.data : tensor.data
  const from = data === tensor.data ? Math.floor(next() * (length - block)) : index
  const end = Math.min(block, length - index)
  for (let at = 0; at < end; at += 1) copy[index + at] = data[from + at]!
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
