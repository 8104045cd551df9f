import type { ArrivalPattern } from '../bench/load.ts'
import { invalidParameter } from '../core/errors.ts'
import { appended, positiveInteger } from './values.ts'

/** Parsers of the values of `headrace bench` and `headrace tune`. Each throws ServingError INVALID_PARAMETER_VALUE. */

/** As it is asked for: of a trace the file alone. */
export type ArrivalChoice =
  | Exclude<ArrivalPattern, { kind: 'trace' }>
  | { readonly kind: 'trace'; readonly file: string }

const MS: Readonly<Record<string, number>> = { us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `30s`, `2m`, `500ms`, `1.5s`, to milliseconds. */
export function duration(value: string): number {
  const found = timed(value)
  if (found === undefined || found <= 0)
    throw invalidParameter(`'${value}' is not a time such as 30s, 2m or 500ms`)
  return found
}

/** The same, and `0`. */
export function durationFromZero(value: string): number {
  return value === '0' ? 0 : (timed(value) ?? duration(value))
}

function timed(value: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(us|µs|ms|s|m|h)$/.exec(value) ?? []
  return number === undefined ? undefined : Number(number) * (MS[unit] ?? Number.NaN)
}

/** `poisson`, `constant`, `bursts:20`, `trace:arrivals.txt`. */
export function arrivalChoice(value: string): ArrivalChoice {
  if (value === 'poisson' || value === 'constant') return { kind: value }
  const [, kind, rest = ''] = /^(bursts|trace):(.+)$/s.exec(value) ?? []
  if (kind === 'bursts') return { kind, size: positiveInteger(rest) }
  if (kind === 'trace') return { kind, file: rest }
  throw invalidParameter(`'${value}' is not one of poisson, constant, bursts:N, trace:FILE`)
}

/** `name: value`, a line of an HTTP header each (RFC 9110, section 5). */
export function headerLine(value: string, previous: readonly string[]): readonly string[] {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw invalidParameter('a header is name: value, of ASCII or Latin-1')
  }
  return appended(value, previous)
}

/** Header lines by their names in small letters. */
export function headersOf(lines: readonly string[]): Readonly<Record<string, string>> {
  const pairs = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  return Object.fromEntries(pairs)
}
