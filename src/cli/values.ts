import { invalidParameter } from '../core/errors.ts'
import { isRecord } from '../core/record.ts'

/** Parsers of setting values. Each throws ServingError INVALID_PARAMETER_VALUE with a text for the user. */

export function text(value: string): string {
  return value
}

export function appended(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value]
}

export function listed(value: string): readonly string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

export function port(value: string): number {
  const parsed = Number(value)
  if (!/^\d+$/.test(value) || parsed > 65_535) throw invalidParameter(`'${value}' is not a port (0 to 65535)`)
  return parsed
}

export function positiveInteger(value: string): number {
  const parsed = Number(value)
  if (!/^\d+$/.test(value) || parsed < 1 || !Number.isSafeInteger(parsed)) {
    throw invalidParameter(`'${value}' is not a whole number from 1 up`)
  }
  return parsed
}

export function wholeNumber(value: string): number {
  const parsed = Number(value)
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(parsed)) {
    throw invalidParameter(`'${value}' is not a whole number from 0 up`)
  }
  return parsed
}

/** Fractions allowed. */
export function positiveNumber(value: string): number {
  if (!/^\d+(\.\d+)?$/.test(value) || Number(value) === 0) {
    throw invalidParameter(`'${value}' is not a number above 0`)
  }
  return Number(value)
}

/** Fractions allowed. */
export function numberFromZero(value: string): number {
  if (!/^\d+(\.\d+)?$/.test(value)) throw invalidParameter(`'${value}' is not a number from 0 up`)
  return Number(value)
}

/** Percent, to a tenth, to tenths of a percent. */
export function permille(value: string): number {
  const parsed = Number(value)
  if (!/^\d+(\.\d)?$/.test(value) || parsed > 100) {
    throw invalidParameter(`'${value}' is not a percentage from 0 to 100 with at most one decimal`)
  }
  return Math.round(parsed * 10)
}

/** As MLflow reads the variables that switch something on or off; nothing at all is off. */
export function switched(value: string): boolean {
  if (/^(1|true|yes|on)$/i.test(value)) return true
  if (/^(0|false|no|off|)$/i.test(value)) return false
  throw invalidParameter(`'${value}' is not true or false`)
}

/** A secret that fits into a header as it is. An empty one would let everybody in who sends an empty header. */
export function headerSecret(value: string): string {
  if (!/^[!-~]+$/.test(value))
    throw invalidParameter('it must be printable ASCII without spaces, and not empty')
  return value
}

export function appendedSecret(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, headerSecret(value)]
}

/** Secrets separated by spaces, which none of them has. */
export function headerSecrets(value: string): readonly string[] {
  if (value.trim() === '') return [headerSecret(value)]
  return [...new Set(value.trim().split(/\s+/))].map(headerSecret)
}

/** Seconds, fractions allowed, to milliseconds. */
export function secondsToMs(value: string): number {
  const parsed = Number(value)
  if (!/^\d+(\.\d+)?$/.test(value) || parsed <= 0 || parsed > 86_400) {
    throw invalidParameter(`'${value}' is not a number of seconds above 0 and up to 86400`)
  }
  return Math.round(parsed * 1000)
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** `100m`, `64k`, `1048576`: bytes, with binary units. */
export function bytes(value: string): number {
  const match = /^(\d+)\s*([kmg]?)(i?b)?$/i.exec(value)
  const unit = UNITS[(match?.[2] ?? '').toLowerCase()]
  const size = Number(match?.[1]) * (unit ?? Number.NaN)
  if (!Number.isSafeInteger(size) || size < 1) throw invalidParameter(`'${value}' is not a size such as 100m`)
  return size
}

/** One of a closed list. */
export function oneOf<const T extends string>(choices: readonly T[]): (value: string) => T {
  return (value) => {
    const found = choices.find((choice) => choice === value)
    if (found === undefined) throw invalidParameter(`'${value}' is not one of ${choices.join(', ')}`)
    return found
  }
}

/** The text of a JSON object, as it is. */
export function jsonObject(value: string): string {
  if (!isRecord(parsed(value))) throw invalidParameter(`'${value}' is not a JSON object`)
  return value
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}

/** `0/4`: the first of four parts. */
export function shard(value: string): { readonly index: number; readonly count: number } {
  const [, index = Number.NaN, count = Number.NaN] = (/^(\d+)\/(\d+)$/.exec(value) ?? []).map(Number)
  if (!(index < count)) throw invalidParameter(`'${value}' is not a part such as 0/4, counted from 0`)
  return { index, count }
}
