import type { YamlPlace } from '../yaml-place.ts'

/** What a number in a file may be. */
export interface NumberRange {
  readonly from?: number
  readonly above?: number
  readonly to?: number
  readonly below?: number
  readonly isWhole?: true
}

/** @throws ServingError INVALID_PARAMETER_VALUE */
export function numberAt(place: YamlPlace, range: NumberRange): number {
  const text = place.text()
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  if (isIn(value, range)) return value
  throw place.failure(`'${text}' is not ${described(range)}`)
}

/** Percent in the file, as a part from 0 to 1. @throws ServingError INVALID_PARAMETER_VALUE */
export function partAt(place: YamlPlace, range: NumberRange): number {
  return numberAt(place, range) / 100
}

/** @throws ServingError INVALID_PARAMETER_VALUE */
export function countAt(place: YamlPlace, from: number, to = Number.MAX_SAFE_INTEGER): number {
  return numberAt(place, { from, to, isWhole: true })
}

function isIn(value: number, { from, above, to, below, isWhole }: NumberRange): boolean {
  return (
    Number.isFinite(value) &&
    (isWhole !== true || Number.isSafeInteger(value)) &&
    (from === undefined || value >= from) &&
    (above === undefined || value > above) &&
    (to === undefined || value <= to) &&
    (below === undefined || value < below)
  )
}

function described({ from, above, to, below, isWhole }: NumberRange): string {
  const bounds = [
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(to === undefined || to === Number.MAX_SAFE_INTEGER ? [] : [`up to ${to}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ]
  return [isWhole === true ? 'a whole number' : 'a number', ...bounds].join(' ')
}
