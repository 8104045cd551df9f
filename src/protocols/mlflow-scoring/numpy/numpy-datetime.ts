import { PythonError, valueError } from '../python/python-error.ts'
import { isList, type PyValue, typeName } from '../python/python-value.ts'

/** Not a time: the least int64. */
export const NAT = -(2n ** 63n)

const ISO =
  /^([+-]?\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,18}))?)?)?)?)?)?(Z|[+-]\d\d(?::?\d\d)?)?$/i

export interface IsoTime {
  readonly nanoseconds: bigint
  /** A zone was given; the nanoseconds are in UTC. */
  readonly zoned: boolean
}

/** Reads an ISO 8601 date or time; undefined for any other text. */
export function parseIsoTime(text: string): IsoTime | undefined {
  const match = ISO.exec(text)
  if (match === null) return undefined
  const [, year, month = '1', day = '1', hour = '0', minute = '0', second = '0', fraction = '', zone] = match
  const at = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  )
  const date = new Date(at)
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const nanoseconds = BigInt(at) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'))
  return { nanoseconds: nanoseconds - zoneOffset(zone), zoned: zone !== undefined }
}

function zoneOffset(zone: string | undefined): bigint {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0n
  const [, sign, hours, minutes = '0'] = /([+-])(\d\d):?(\d\d)?/.exec(zone) ?? []
  const offset = (BigInt(hours ?? 0) * 60n + BigInt(minutes)) * 60_000_000_000n
  return sign === '-' ? -offset : offset
}

const NUMPY_TEXT =
  /^\s*\+?(\d+)((?:-\d\d(?:-\d\d)?)?)((?:[T ]\d\d(?::\d\d(?::\d\d(?:\.\d{0,6})?)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?)$/

/**
 * Whether `numpy.datetime64(text).item()` is a date or a time: years of Python's range in any number of digits,
 * microseconds at most.
 */
export function isPythonDatetime(text: string): boolean {
  const [, year, date, time] = NUMPY_TEXT.exec(text) ?? []
  if (year === undefined) return /^(now|today)$/i.test(text)
  const isYear = Number(year) >= 1 && Number(year) <= 9999
  return (
    isYear &&
    parseIsoTime(`${year.slice(-4).padStart(4, '0')}${date}${time?.replace(/\.$/, '')}`) !== undefined
  )
}

/** One element of `numpy.array(…, 'datetime64[ns]')`. @throws PythonError */
export function parseNumpyDatetime(value: PyValue): bigint {
  if (value === null) return NAT
  if (typeof value === 'bigint') return toInt64(value)
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'string') return parseText(value)
  if (isList(value)) throw valueError('setting an array element with a sequence.')
  throw new PythonError('ValueError', `Could not convert object to NumPy datetime: ${typeName(value)}`)
}

function toInt64(value: bigint): bigint {
  if (BigInt.asIntN(64, value) === value) return value
  throw new PythonError('OverflowError', 'int too big to convert')
}

function parseText(text: string): bigint {
  if (text === '' || text.toLowerCase() === 'nat') return NAT
  const time = parseIsoTime(text)
  if (time === undefined) throw valueError(`Error parsing datetime string "${text}" at position 0`)
  return time.nanoseconds
}
