/**
 * What the text of one cell means to pandas 3.1: missing, integer, float, truth value. Numbers are read by the
 * C parser's default, which rounds correctly, as JavaScript does.
 */

/** pandas' default `na_values` (`pandas._libs.parsers.STR_NA_VALUES`). Quoting a cell does not protect it. */
const MISSING_WORDS: ReadonlySet<string> = new Set([
  ...['', '#N/A', '#N/A N/A', '#NA', '-1.#IND', '-1.#QNAN', '-NaN', '-nan', '1.#IND', '1.#QNAN', '<NA>'],
  ...['N/A', 'NA', 'NULL', 'NaN', 'None', 'n/a', 'nan', 'null'],
])
const LONGEST_MISSING_WORD = 9

const INTEGER = /^[ \t-\r]*[+-]?\d+[ \t-\r]*$/
const PYTHON_INTEGER = /^[ \t-\r]*[+-]?\d+(?:_\d+)*[ \t-\r]*$/
const ENDS_BLANK = /[ \t-\r]$/
const DECIMAL = /^[ \t-\r]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t-\r]*$/
const INFINITY = /^[+-]?inf(?:inity)?$/i
const TRUTH = /^(?:true|false)$/i

const INT64_MIN = -(2n ** 63n)
export const INT64_MAX = 2n ** 63n - 1n
const UINT64_MAX = 2n ** 64n - 1n
/** Python's own bound on the text of an integer (`sys.int_info.default_max_str_digits`). */
const MAX_PYTHON_DIGITS = 4300
/** No integer of 15 characters is beyond what a double holds exactly. */
const SAFE_INTEGER_CHARACTERS = 15
const MAX_UINT64_DIGITS = 20

export function isMissing(text: string): boolean {
  return text.length <= LONGEST_MISSING_WORD && MISSING_WORDS.has(text)
}

export function readInt64(text: string): bigint | 'overflow' | undefined {
  return readIntegerWithin(text, INT64_MIN, INT64_MAX)
}

export function readUint64(text: string): bigint | 'overflow' | undefined {
  return readIntegerWithin(text, 0n, UINT64_MAX)
}

function readIntegerWithin(text: string, least: bigint, greatest: bigint): bigint | 'overflow' | undefined {
  if (!INTEGER.test(text)) return undefined
  if (text.length <= SAFE_INTEGER_CHARACTERS) return BigInt(Number(text))
  // Reading a long text as a BigInt takes quadratic time: count its digits first.
  const value = significantDigits(text) > MAX_UINT64_DIGITS ? undefined : BigInt(text)
  if (value !== undefined && value >= least && value <= greatest) return value
  // The C parser takes the blank behind a number that is too large for a sign that it is none.
  return ENDS_BLANK.test(text) ? undefined : 'overflow'
}

function significantDigits(text: string): number {
  return text.trim().replace(/^[+-]?0*/, '').length
}

/** An integer of any size, as Python's `int(text)` reads it. */
export function readPythonInteger(text: string): bigint | undefined {
  if (!PYTHON_INTEGER.test(text)) return undefined
  const plain = text.replaceAll('_', '')
  return plain.trim().replace(/^[+-]/, '').length > MAX_PYTHON_DIGITS ? undefined : BigInt(plain)
}

export function readFloat64(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text)
  if (!INFINITY.test(text)) return undefined
  return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

export function readBoolean(text: string): boolean | undefined {
  return TRUTH.test(text) ? text.toLowerCase() === 'true' : undefined
}
