import type { DataOf, Datatype } from '../../../core/tensor.ts'
import { numberToFloat16 } from '../../mlflow-scoring/numpy/float16.ts'
import { DigitsLost } from './json-document.ts'

/**
 * Writes a list of JSON values to the elements of a tensor from `start`.
 * @param isExact whether integers beyond 2^53 are bigints.
 * @returns the position in the list of the first value that the datatype does not take; -1 where there is none.
 * @throws DigitsLost
 */
export type Fill<D extends Datatype> = (
  data: DataOf[D],
  start: number,
  row: readonly unknown[],
  isExact: boolean,
) => number

type Integers = Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array

function integers<D extends Datatype>(least: number, most: number): Fill<D> {
  return (given, start, row) => {
    const data = given as Integers
    for (let i = 0; i < row.length; i++) {
      const value = row[i]
      if (typeof value !== 'number' || !(value >= least && value <= most && Number.isInteger(value))) return i
      data[start + i] = value
    }
    return -1
  }
}

const TWO_32 = 2 ** 32

/** Both halves of a 64-bit integer are written as numbers: a bigint an element is several times slower. */
function longs<D extends Datatype>(least: bigint, most: bigint): Fill<D> {
  const isUnsigned = least === 0n
  return (given, start, row, isExact) => {
    const data = given as BigInt64Array
    const words = new Int32Array(data.buffer, data.byteOffset, 2 * data.length)
    for (let i = 0; i < row.length; i++) {
      const value = row[i]
      const at = start + i
      if (Number.isSafeInteger(value)) {
        const integer = value as number
        if (isUnsigned && integer < 0) return i
        words[2 * at] = integer
        words[2 * at + 1] = Math.floor(integer / TWO_32)
      } else {
        const integer = largeInteger(value, isExact)
        if (integer === undefined || integer < least || integer > most) return i
        data[at] = integer
      }
    }
    return -1
  }
}

/** A whole number beyond 2^53; undefined for anything else. */
function largeInteger(value: unknown, isExact: boolean): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (!Number.isInteger(value)) return undefined
  if (!isExact) throw new DigitsLost()
  return BigInt(value as number)
}

function floats<D extends Datatype>(given: DataOf[D], start: number, row: readonly unknown[]): number {
  const data = given as unknown as Float64Array
  for (let i = 0; i < row.length; i++) {
    const value = row[i]
    if (typeof value === 'number') data[start + i] = value
    else if (typeof value === 'bigint') data[start + i] = Number(value)
    else return i
  }
  return -1
}

function halves(data: Uint16Array, start: number, row: readonly unknown[]): number {
  for (let i = 0; i < row.length; i++) {
    const value = row[i]
    if (typeof value !== 'number' && typeof value !== 'bigint') return i
    data[start + i] = numberToFloat16(Number(value))
  }
  return -1
}

function booleans(data: Uint8Array, start: number, row: readonly unknown[]): number {
  for (let i = 0; i < row.length; i++) {
    const value = row[i]
    if (value === true || value === 1) data[start + i] = 1
    else if (value === false || value === 0) data[start + i] = 0
    else return i
  }
  return -1
}

/** Engines take text: half of a surrogate pair has no UTF-8. */
function texts(given: readonly string[], start: number, row: readonly unknown[]): number {
  const data = given as string[]
  for (let i = 0; i < row.length; i++) {
    const value = row[i]
    if (typeof value !== 'string' || !value.isWellFormed()) return i
    data[start + i] = value
  }
  return -1
}

/** A number beyond the largest of FP16 or FP32 is rounded as IEEE 754 rounds it, to an infinity. */
export const FILL: { readonly [D in Datatype]: Fill<D> } = {
  BOOL: booleans,
  UINT8: integers(0, 2 ** 8 - 1),
  UINT16: integers(0, 2 ** 16 - 1),
  UINT32: integers(0, 2 ** 32 - 1),
  UINT64: longs(0n, 2n ** 64n - 1n),
  INT8: integers(-(2 ** 7), 2 ** 7 - 1),
  INT16: integers(-(2 ** 15), 2 ** 15 - 1),
  INT32: integers(-(2 ** 31), 2 ** 31 - 1),
  INT64: longs(-(2n ** 63n), 2n ** 63n - 1n),
  FP16: halves,
  FP32: floats,
  FP64: floats,
  BYTES: texts,
}
