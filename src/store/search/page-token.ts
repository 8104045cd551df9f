import { invalidParameter } from '../../core/errors.ts'
import { floatText } from '../../core/float-text.ts'
import { pythonTextRepr } from '../../core/python-repr.ts'
import { isRecord } from '../../core/record.ts'

/** MLflow's page tokens: the base64 of `{"offset": N}`, spaced as Python's `json.dumps` does. */
export function createPageToken(offset: number): string {
  return Buffer.from(`{"offset": ${offset}}`, 'utf8').toString('base64')
}

/**
 * How many rows come before the page of a token; 0 without one.
 * @throws ServingError INVALID_PARAMETER_VALUE for a token that is none
 */
export function readPageToken(token: string | undefined): number {
  if (token === undefined || token === '') return 0
  const bytes = decodeBase64(token)
  if (bytes === undefined) throw invalidParameter('Invalid page token, could not base64-decode')
  const parsed = parseJson(bytes)
  if (!isRecord(parsed)) {
    throw invalidParameter(`Invalid page token, decoded value=${bytesRepr(bytes)}`)
  }
  const offset = parsed['offset']
  if (!isTruthy(offset)) throw invalidParameter(`Invalid page token, parsed value=${valueRepr(parsed)}`)
  const number = wholeNumber(offset)
  if (Number.isSafeInteger(number)) return Math.max(number, 0)
  throw invalidParameter(`Invalid page token, not stringable ${String(offset)}`)
}

/**
 * Base64 as Python's `b64decode` reads it: other characters are passed over, and what stands behind the padding.
 * @returns undefined where the padding is missing
 */
function decodeBase64(token: string): Uint8Array | undefined {
  let digits = ''
  let padding = 0
  for (const char of token) {
    if (char > '\x7f') return undefined
    if (char === '=') {
      padding += 1
      const inGroup = digits.length % 4
      if (inGroup >= 2 && inGroup + padding >= 4) return Buffer.from(digits, 'base64')
    } else if (/[A-Za-z0-9+/]/.test(char)) {
      digits += char
      padding = 0
    }
  }
  return digits.length % 4 === 0 ? Buffer.from(digits, 'base64') : undefined
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/** What Python takes for true. */
function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return isRecord(value) ? Object.keys(value).length > 0 : Boolean(value)
}

/** Python's `int()`. */
function wholeNumber(value: unknown): number {
  if (typeof value === 'number') return Math.trunc(value)
  if (value === true) return 1
  return typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : Number.NaN
}

/** `repr` of Python bytes. */
function bytesRepr(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1')
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const shown = text.replace(/[\\'\n\r\t]|[^ -~]/g, (char) => {
    if (char === "'" && quote === '"') return char
    const repr = pythonTextRepr(char).slice(1, -1)
    if (char === "'") return "\\'"
    return char > '\xa0' ? `\\x${char.charCodeAt(0).toString(16)}` : repr
  })
  return `b${quote}${shown}${quote}`
}

/** `repr` of what Python reads from JSON. */
function valueRepr(value: unknown): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return pythonTextRepr(value)
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : floatText(value)
  if (Array.isArray(value)) return `[${value.map(valueRepr).join(', ')}]`
  if (!isRecord(value)) return String(value)
  const entries = Object.entries(value).map(([key, inner]) => `${pythonTextRepr(key)}: ${valueRepr(inner)}`)
  return `{${entries.join(', ')}}`
}
