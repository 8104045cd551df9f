import { arrayOfElements } from './array-of.ts'
import { type Dtype, isNumeric, kindOf, type NumericDtype, newStorage } from './dtype.ts'
import { elementsOf } from './elements.ts'
import { float16ToNumber, numberToFloat16 } from './float16.ts'
import { type NdArray, ndArray } from './nd-array.ts'

/**
 * `array.astype(dtype)`: between numbers as C casts on x86-64 (integers wrap; a float outside the range of an
 * integer gives its least value), from objects and text as Python's own conversions, which check.
 * @throws PythonError
 */
export function astype(array: NdArray, dtype: Dtype): NdArray {
  if (array.dtype === dtype) return array
  if (isNumeric(array.dtype) && isNumeric(dtype)) return castNumbers(array, array.dtype, dtype)
  return arrayOfElements(elementsOf(array), array.shape, dtype)
}

function castNumbers(array: NdArray, from: NumericDtype, to: NumericDtype): NdArray {
  const source = array.data as ArrayLike<number | bigint>
  const data = newStorage(to, source.length)
  const read = from === 'float16' ? (bits: number | bigint) => float16ToNumber(Number(bits)) : undefined
  const write = writerFor(from, to)
  for (let i = 0; i < source.length; i++) {
    const raw = source[i] as number | bigint
    const value = read === undefined ? raw : read(raw)
    ;(data as { [index: number]: number | bigint })[i] = write(value)
  }
  return ndArray(to, array.shape, data)
}

type Write = (value: number | bigint) => number | bigint

function writerFor(from: NumericDtype, to: NumericDtype): Write {
  if (to === 'bool') return (value) => (Number(value) !== 0 ? 1 : 0)
  if (to === 'float16') return (value) => numberToFloat16(Number(value))
  if (to === 'float32' && (from === 'int64' || from === 'uint64'))
    return (value) => roundToFloat(value as bigint)
  if (kindOf(to) === 'f') return Number
  if (kindOf(from) === 'f') return floatToInteger(to)
  // Typed arrays wrap by themselves once the value is of their kind.
  if (to === 'int64' || to === 'uint64') return BigInt
  return (value) => (typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : value)
}

const INT32_MIN = -(2 ** 31)
const INT64_MIN = -(2n ** 63n)

function floatToInteger(to: NumericDtype): Write {
  switch (to) {
    case 'int64':
      return (value) => toInt64(value as number)
    case 'uint64':
      return (value) => toUint64(value as number)
    case 'uint32':
      return (value) => Number(BigInt.asUintN(32, toInt64(value as number)))
    default:
      // Narrower ones pass through a 32-bit conversion, and the typed array cuts.
      return (value) => toInt32(value as number)
  }
}

function toInt32(value: number): number {
  const whole = Math.trunc(value)
  return whole >= INT32_MIN && whole < 2 ** 31 ? whole : INT32_MIN
}

function toInt64(value: number): bigint {
  const whole = Math.trunc(value)
  return whole >= -(2 ** 63) && whole < 2 ** 63 ? BigInt(whole) : INT64_MIN
}

function toUint64(value: number): bigint {
  if (value < 2 ** 63) return BigInt.asUintN(64, toInt64(value))
  return BigInt.asUintN(64, toInt64(value - 2 ** 63) ^ INT64_MIN)
}

/** The float32 nearest to an integer, rounded once: by way of a double it would be rounded twice. */
function roundToFloat(value: bigint): number {
  const magnitude = value < 0n ? -value : value
  const excess = magnitude.toString(2).length - 24
  if (excess <= 0) return Number(value)
  const shift = BigInt(excess)
  const kept = magnitude >> shift
  const rest = magnitude - (kept << shift)
  const half = 1n << (shift - 1n)
  const rounded = rest > half || (rest === half && kept & 1n) ? kept + 1n : kept
  return Number(value < 0n ? -(rounded << shift) : rounded << shift)
}
