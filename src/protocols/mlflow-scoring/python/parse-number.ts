import { PythonError, valueError } from './python-error.ts'
import { stringRepr } from './python-text.ts'

/** Longest text of an int that Python 3.11 converts (`sys.set_int_max_str_digits`). */
export const MAX_INT_DIGITS = 4300

const INTEGER = /^[+-]?\d+(?:_\d+)*$/
const FLOAT = /^[+-]?(?:(?:\d+(?:_\d+)*)(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/
const SPECIAL_FLOAT = /^([+-]?)(inf|infinity|nan)$/i
const OTHER_DECIMAL = /(?![0-9])\p{Nd}/gu

/** `int(text)` @throws PythonError ValueError */
export function parsePythonInt(text: string): bigint {
  const digits = normalize(text)
  if (!INTEGER.test(digits)) {
    throw valueError(`invalid literal for int() with base 10: ${stringRepr(text)}`)
  }
  const plain = digits.replaceAll('_', '')
  if (plain.length - (/^[+-]/.test(plain) ? 1 : 0) > MAX_INT_DIGITS) throw tooManyDigits(plain.length)
  return plain.startsWith('-') ? -BigInt(plain.slice(1)) : BigInt(plain.replace('+', ''))
}

/** `float(text)` @throws PythonError ValueError */
export function parsePythonFloat(text: string): number {
  const digits = normalize(text)
  if (FLOAT.test(digits)) return Number(digits.replaceAll('_', ''))
  const special = SPECIAL_FLOAT.exec(digits)
  if (special === null) throw valueError(`could not convert string to float: ${stringRepr(text)}`)
  if (special[2]?.toLowerCase() === 'nan') return Number.NaN
  return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

/** `float(integer)` @throws PythonError OverflowError */
export function intToFloat(integer: bigint): number {
  const float = Number(integer)
  if (!Number.isFinite(float)) throw new PythonError('OverflowError', 'int too large to convert to float')
  return float
}

function tooManyDigits(count: number): PythonError {
  return valueError(
    `Exceeds the limit (${MAX_INT_DIGITS} digits) for integer string conversion: value has ${count} digits`,
  )
}

/** Python strips white space and reads the decimal digits of every script. */
function normalize(text: string): string {
  return text.trim().replace(OTHER_DECIMAL, (digit) => String(decimalValue(digit)))
}

/** The decimals of a script are ten consecutive code points; the zero is the first that is a decimal. */
function decimalValue(digit: string): number {
  const code = digit.codePointAt(0) as number
  let zero = code
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  return (code - zero) % 10
}
