import type { PyValue } from '../mlflow-scoring/python/python-value.ts'
import type { Enumeration, Field } from './message.ts'

/** The value does not fit the field. */
export const UNREADABLE = Symbol('unreadable')
/** A name that the enumeration does not have: protobuf leaves the field alone and reads on. */
export const UNKNOWN_ENUM = Symbol('unknown enum')

const INT32 = 2n ** 31n
const INT64 = 2n ** 63n
const UNPAIRED_SURROGATE = /\p{Surrogate}/u

/** One value that is no message, as protobuf's `_ConvertScalarFieldValue` (6.33, Python) takes it. */
export function readScalar(field: Field, json: PyValue): unknown {
  switch (field.kind) {
    case 'string':
      return typeof json === 'string' && !UNPAIRED_SURROGATE.test(json) ? json : UNREADABLE
    case 'bool':
      return typeof json === 'boolean' ? json : UNREADABLE
    case 'int32':
      return within(readInteger(json), INT32, false)
    case 'int64':
      return within(readInteger(json), INT64, false)
    case 'exact-int64':
      return within(readInteger(json), INT64, true)
    case 'double':
      return readDouble(json)
    case 'enum':
      return readEnum(field.enumeration ?? {}, json)
    case 'message':
      return UNREADABLE
  }
}

function within(
  value: bigint | undefined,
  limit: bigint,
  exact: boolean,
): number | bigint | typeof UNREADABLE {
  if (value === undefined || value < -limit || value >= limit) return UNREADABLE
  const number = Number(value)
  return exact && !Number.isSafeInteger(number) ? value : number
}

/** An integer as protobuf takes it; of a text, `float()` stands behind `int()`: "3", " 3" no, "3.0" and "1e3" yes, "2.5" no. */
export function readInteger(json: PyValue): bigint | undefined {
  if (typeof json === 'bigint') return json
  if (typeof json === 'number') return Number.isInteger(json) ? BigInt(json) : undefined
  if (typeof json !== 'string' || json.includes(' ')) return undefined
  const whole = readPythonInteger(json)
  if (whole !== undefined) return whole
  const float = readPythonFloat(json)
  return float !== undefined && Number.isInteger(float) ? BigInt(float) : undefined
}

/** Python's `int()`: floats are cut, `true` is 1, and a text may have spaces around it and underscores in it. */
export function toPythonInteger(json: PyValue): bigint | undefined {
  if (typeof json === 'bigint') return json
  if (typeof json === 'string') return readPythonInteger(json)
  if (typeof json !== 'number' && typeof json !== 'boolean') return undefined
  const number = Math.trunc(Number(json))
  return Number.isFinite(number) ? BigInt(number) : undefined
}

function readPythonInteger(text: string): bigint | undefined {
  const trimmed = text.trim()
  return PYTHON_INTEGER.test(trimmed) ? BigInt(trimmed.replace(/[+_]/g, '')) : undefined
}

const PYTHON_INTEGER = /^[+-]?\d+(_\d+)*$/
const PYTHON_FLOAT = /^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)([eE][+-]?\d+(_\d+)*)?$/
const PYTHON_NOT_FINITE = /^([+-]?)(inf|infinity|nan)$/i

/** Python's `float()` of a text. */
export function readPythonFloat(text: string): number | undefined {
  const trimmed = text.trim()
  if (PYTHON_FLOAT.test(trimmed)) return Number(trimmed.replaceAll('_', ''))
  const named = PYTHON_NOT_FINITE.exec(trimmed)
  if (named === null) return undefined
  if (named[2]?.toLowerCase() === 'nan') return Number.NaN
  return named[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

/** NaN and infinities only as texts: "NaN", "Infinity", "-Infinity" and what else Python's `float()` reads. */
function readDouble(json: PyValue): number | typeof UNREADABLE {
  if (typeof json === 'number') return Number.isFinite(json) ? json : UNREADABLE
  if (typeof json === 'boolean') return Number(json)
  if (typeof json === 'bigint') {
    const number = Number(json)
    return Number.isFinite(number) ? number : UNREADABLE
  }
  if (typeof json !== 'string' || json === 'nan') return UNREADABLE
  return readPythonFloat(json) ?? UNREADABLE
}

/** A name, or the number of one. */
function readEnum(names: Enumeration, json: PyValue): string | typeof UNREADABLE | typeof UNKNOWN_ENUM {
  if (typeof json === 'string' && Object.hasOwn(names, json)) return json
  const number = toPythonInteger(json)
  if (number !== undefined) return nameOf(names, number)
  return typeof json === 'string' ? UNKNOWN_ENUM : UNREADABLE
}

function nameOf(names: Enumeration, number: bigint): string | typeof UNREADABLE {
  const named = Object.entries(names).find(([, value]) => BigInt(value) === number)
  return named?.[0] ?? UNREADABLE
}
