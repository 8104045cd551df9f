import { intToFloat, parsePythonFloat, parsePythonInt } from '../python/parse-number.ts'
import { PythonError, typeError, valueError } from '../python/python-error.ts'
import { asciiOfBytes } from '../python/python-object.ts'
import { isTruthy, type PyValue, typeName } from '../python/python-value.ts'
import { itemSize, kindOf, type NumericDtype } from './dtype.ts'

const LONG_MIN = -(2n ** 63n)
const LONG_MAX = 2n ** 63n - 1n
const ULONG_MAX = 2n ** 64n - 1n

/** What an element of a numeric array becomes when Python's `array[i] = value` sets it: checked, never wrapped. */
export function elementNumber(value: PyValue, dtype: NumericDtype): number | bigint {
  switch (kindOf(dtype)) {
    case 'b':
      return isTruthy(value) ? 1 : 0
    case 'f':
      return toFloat(value)
    default:
      return toInteger(value, dtype)
  }
}

/** `float(value)`, None as NaN. @throws PythonError */
export function toFloat(value: PyValue): number {
  switch (typeof value) {
    case 'number':
      return value
    case 'bigint':
      return intToFloat(value)
    case 'boolean':
      return value ? 1 : 0
    case 'string':
      return parsePythonFloat(value)
    default:
      if (value === null) return Number.NaN
      if (Array.isArray(value)) throw valueError('setting an array element with a sequence.')
      return parsePythonFloat(asciiOfBytes(value) ?? notNumeric(value))
  }
}

function notNumeric(value: PyValue): never {
  throw typeError(`float() argument must be a string or a real number, not '${typeName(value)}'`)
}

/** `int(value)` within the range of an integer dtype. @throws PythonError */
function toInteger(value: PyValue, dtype: NumericDtype): bigint {
  const integer = toPythonInt(value)
  const unsigned = kindOf(dtype) === 'u'
  if (integer < LONG_MIN || integer > (dtype === 'uint64' ? ULONG_MAX : LONG_MAX)) {
    throw new PythonError('OverflowError', 'Python int too large to convert to C long')
  }
  const bits = BigInt(itemSize(dtype) * 8)
  const least = unsigned ? 0n : -(1n << (bits - 1n))
  const greatest = unsigned ? (1n << bits) - 1n : (1n << (bits - 1n)) - 1n
  if (integer < least || integer > greatest) {
    throw new PythonError('OverflowError', `Python integer ${integer} out of bounds for ${dtype}`)
  }
  return integer
}

function toPythonInt(value: PyValue): bigint {
  switch (typeof value) {
    case 'bigint':
      return value
    case 'boolean':
      return value ? 1n : 0n
    case 'string':
      return parsePythonInt(value)
    case 'number':
      if (Number.isNaN(value)) throw valueError('cannot convert float NaN to integer')
      if (!Number.isFinite(value)) {
        throw new PythonError('OverflowError', 'cannot convert float infinity to integer')
      }
      return BigInt(Math.trunc(value))
    default:
      return parsePythonInt(asciiOfBytes(value) ?? notIntegral(value))
  }
}

function notIntegral(value: PyValue): never {
  throw typeError(
    `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`,
  )
}
