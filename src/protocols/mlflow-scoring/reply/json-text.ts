import { floatText } from '../python/float-text.ts'

/** A float as `json.dumps` writes it: Python's repr, NaN and the infinities as bare tokens. */
export function jsonFloat(value: number): string {
  if (value - value !== 0) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
  return floatText(value)
}

/** What `json.dumps` escapes and JSON.stringify does not: everything outside printable ASCII. */
const NOT_ASCII = /[\x7f-\uffff]/g

/** A text as `json.dumps` writes it by default, all in ASCII. */
export function jsonString(text: string): string {
  const quoted = JSON.stringify(text)
  return quoted.replace(NOT_ASCII, unicodeEscape)
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
