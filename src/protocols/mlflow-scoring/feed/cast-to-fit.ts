import type { Datatype } from '../../../core/tensor.ts'
import { isNumeric } from '../numpy/dtype.ts'
import { elementsOf } from '../numpy/elements.ts'
import type { NdArray } from '../numpy/nd-array.ts'

const INT32_MIN = -(2 ** 31)
const INT32_MAX = 2 ** 31 - 1

/**
 * Numbers as elements of another datatype: as float32 the nearest ones, as int32 those that are whole and in its range.
 * @returns undefined where some are not, or are no numbers.
 */
export function castToFit(array: NdArray, datatype: Datatype): Float32Array | Int32Array | undefined {
  if (datatype !== 'FP32' && datatype !== 'INT32') return undefined
  const numbers = numbersOf(array)
  if (numbers === undefined) return undefined
  if (datatype === 'FP32') return Float32Array.from(numbers)
  return numbers.every(isInt32) ? Int32Array.from(numbers) : undefined
}

function numbersOf(array: NdArray): readonly number[] | undefined {
  if (array.dtype === 'bool' || !(isNumeric(array.dtype) || array.dtype === 'object')) return undefined
  const numbers: number[] = []
  for (const element of elementsOf(array)) {
    if (typeof element !== 'number' && typeof element !== 'bigint') return undefined
    numbers.push(Number(element))
  }
  return numbers
}

function isInt32(value: number): boolean {
  return Number.isInteger(value) && value >= INT32_MIN && value <= INT32_MAX
}
