import type { Datatype, TensorData } from '../../../core/tensor.ts'
import { isNumeric } from '../numpy/dtype.ts'
import { elementsOf } from '../numpy/elements.ts'
import { numbersToFloat16 } from '../numpy/float16.ts'
import type { NdArray } from '../numpy/nd-array.ts'

type Elements = readonly (number | bigint)[]
type Cast = (elements: Elements) => TensorData

const CASTS: Readonly<Partial<Record<Datatype, Cast>>> = {
  FP64: (elements) => Float64Array.from(elements, Number),
  FP32: (elements) => Float32Array.from(elements, Number),
  FP16: (elements) => numbersToFloat16(Float64Array.from(elements, Number)),
  INT8: (elements) => Int8Array.from(elements, Number),
  INT16: (elements) => Int16Array.from(elements, Number),
  INT32: (elements) => Int32Array.from(elements, Number),
  INT64: (elements) => BigInt64Array.from(elements, BigInt),
  UINT8: (elements) => Uint8Array.from(elements, Number),
  UINT16: (elements) => Uint16Array.from(elements, Number),
  UINT32: (elements) => Uint32Array.from(elements, Number),
  UINT64: (elements) => BigUint64Array.from(elements, BigInt),
}

/** The least and the greatest element of each kind of integers. */
const RANGES: Readonly<Partial<Record<Datatype, readonly [bigint, bigint]>>> = {
  INT8: signed(8n),
  INT16: signed(16n),
  INT32: signed(32n),
  INT64: signed(64n),
  UINT8: unsigned(8n),
  UINT16: unsigned(16n),
  UINT32: unsigned(32n),
  UINT64: unsigned(64n),
}

/**
 * Numbers as elements of another datatype: as floats the nearest ones, as integers those that are whole and in its range.
 * @returns undefined where some are not, or are no numbers.
 */
export function castToFit(array: NdArray, datatype: Datatype): TensorData | undefined {
  const cast = CASTS[datatype]
  const elements = cast && numbersOf(array)
  if (cast === undefined || elements === undefined) return undefined
  const range = RANGES[datatype]
  return range === undefined || elements.every((element) => isWithin(element, range))
    ? cast(elements)
    : undefined
}

function numbersOf(array: NdArray): Elements | undefined {
  if (array.dtype === 'bool' || !(isNumeric(array.dtype) || array.dtype === 'object')) return undefined
  const numbers: (number | bigint)[] = []
  for (const element of elementsOf(array)) {
    if (typeof element !== 'number' && typeof element !== 'bigint') return undefined
    numbers.push(element)
  }
  return numbers
}

/** A float beyond 2^53 may not be the integer that was meant. */
function isWithin(element: number | bigint, [least, greatest]: readonly [bigint, bigint]): boolean {
  if (typeof element === 'number' && !Number.isSafeInteger(element)) return false
  return element >= least && element <= greatest
}

function signed(bits: bigint): readonly [bigint, bigint] {
  return [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]
}

function unsigned(bits: bigint): readonly [bigint, bigint] {
  return [0n, 2n ** bits - 1n]
}
