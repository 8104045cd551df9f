import type { Tensor } from '../../core/tensor.ts'
import { halfNumber } from './half-number.ts'

/** A tensor of numbers; BOOL is 0 and 1. */
export type NumberTensor = Exclude<Tensor, { readonly datatype: 'BYTES' }>

export function isNumeric(tensor: Tensor): tensor is NumberTensor {
  return tensor.datatype !== 'BYTES'
}

/** Elements that are looked at in one go: 32 KiB as FP64. */
export const BLOCK_ELEMENTS = 4096

/** For the elements of the one and of the other: a comparison is over before the next one begins. */
export const BLOCKS = [new Float64Array(BLOCK_ELEMENTS), new Float64Array(BLOCK_ELEMENTS)] as const

/**
 * Fills `block` with the elements from `from` on as FP64 and gives how many there were. The loops over blocks then see one
 * kind of array whatever the datatype, which is what keeps them fast; 64-bit integers beyond 2^53 lose their last digits.
 */
export function fillBlock(block: Float64Array, tensor: NumberTensor, from: number): number {
  const { length } = tensor.data
  const count = Math.min(block.length, length - from)
  if (tensor.datatype === 'FP16') {
    for (let at = 0; at < count; at++) block[at] = halfNumber(tensor.data[from + at] ?? 0)
  } else if (tensor.datatype === 'INT64' || tensor.datatype === 'UINT64') {
    for (let at = 0; at < count; at++) block[at] = Number(tensor.data[from + at])
  } else {
    block.set(count === length ? tensor.data : tensor.data.subarray(from, from + count))
  }
  return count
}
