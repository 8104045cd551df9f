import { BLOCK_ELEMENTS, BLOCKS, fillBlock, type NumberTensor } from './number-block.ts'
import { excessOf, LARGEST_EXCESS, type Tolerance } from './tolerance.ts'

/** What is known of two tensors with as many elements. */
export interface ElementDifference {
  readonly different: number
  /** Largest of all elements. */
  readonly excess: number
  /** Where it is; -1 where all elements are the same. */
  readonly at: number
}

type Tensor64 = Extract<NumberTensor, { readonly datatype: 'INT64' | 'UINT64' }>

/** Compares numbers by value: 1 as INT32 and as FP64 are equal. Both tensors have as many elements. */
export function numberDifference(
  control: NumberTensor,
  other: NumberTensor,
  tolerance: Tolerance,
): ElementDifference {
  if (is64(control) && is64(other) && control.datatype === other.datatype) {
    return difference64(control.data, other.data, tolerance)
  }
  const blocks = new DifferenceOfBlocks(tolerance)
  const [a, b] = BLOCKS
  for (let from = 0; from < control.data.length; from += BLOCK_ELEMENTS) {
    const count = fillBlock(a, control, from)
    fillBlock(b, other, from)
    blocks.add(a, b, count, from)
  }
  return blocks
}

class DifferenceOfBlocks implements ElementDifference {
  readonly #tolerance: Tolerance
  different = 0
  excess = 0
  at = -1

  constructor(tolerance: Tolerance) {
    this.#tolerance = tolerance
  }

  add(a: Float64Array, b: Float64Array, count: number, from: number): void {
    for (let at = 0; at < count; at++) {
      const x = a[at]!
      const y = b[at]!
      if (x === y) continue
      const excess = excessOf(x, y, this.#tolerance)
      if (excess > 1) this.different += 1
      if (excess > this.excess) {
        this.excess = excess
        this.at = from + at
      }
    }
  }
}

/** Exact, where FP64 would round; equal elements are passed over as 32-bit words, since each BigInt is an allocation. */
function difference64(
  control: Tensor64['data'],
  other: Tensor64['data'],
  { absoluteTolerance, relativeTolerance }: Tolerance,
): ElementDifference {
  const [a, b] = [wordsOf(control), wordsOf(other)]
  let [different, excess, at] = [0, 0, -1]
  for (let element = 0; element < control.length; element++) {
    const word = 2 * element
    if (a[word] === b[word] && a[word + 1] === b[word + 1]) continue
    const [x, y] = [control[element] ?? 0n, other[element] ?? 0n]
    const allowed = absoluteTolerance + relativeTolerance * Math.abs(Number(x))
    const ratio = Math.min(Math.abs(Number(x - y)) / allowed, LARGEST_EXCESS)
    if (ratio > 1) different += 1
    if (ratio > excess) {
      excess = ratio
      at = element
    }
  }
  return { different, excess, at }
}

function wordsOf({ buffer, byteOffset, length }: Tensor64['data']): Int32Array {
  return new Int32Array(buffer, byteOffset, 2 * length)
}

function is64(tensor: NumberTensor): tensor is Tensor64 {
  return tensor.datatype === 'INT64' || tensor.datatype === 'UINT64'
}
