import { floatText } from '../python/float-text.ts'

/** A float as `json.dumps` writes it: Python's repr, NaN and the infinities as bare tokens. */
export function jsonFloat(value: number): string {
  if (value - value !== 0) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
  return floatText(value)
}
