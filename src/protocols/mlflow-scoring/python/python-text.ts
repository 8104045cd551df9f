import { floatText } from './float-text.ts'
import { isDict, isList, type PyValue } from './python-value.ts'

/** `str(value)` */
export function pyStr(value: PyValue): string {
  return typeof value === 'string' ? value : pyRepr(value)
}

/** `repr(value)` */
export function pyRepr(value: PyValue): string {
  if (value === null) return 'None'
  if (typeof value === 'string') return stringRepr(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return floatText(value)
  if (typeof value === 'bigint') return value.toString()
  if (isList(value)) return `[${value.map(pyRepr).join(', ')}]`
  if (isDict(value)) {
    return `{${Array.from(value, ([key, item]) => `${stringRepr(key)}: ${pyRepr(item)}`).join(', ')}}`
  }
  return String(value)
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }

// What `str.isprintable` refuses: Unicode categories Other and Separator, the space apart.
const UNPRINTABLE = /[\p{C}\p{Z}]/u

/** `repr` of a str: single quotes unless it holds those alone, unprintable characters escaped. */
export function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  let repr = quote
  for (const char of text) {
    if (char === quote) repr += `\\${char}`
    else if (ESCAPES[char] !== undefined) repr += ESCAPES[char]
    else if (char !== ' ' && UNPRINTABLE.test(char)) repr += hexEscape(char.codePointAt(0) as number)
    else repr += char
  }
  return repr + quote
}

function hexEscape(code: number): string {
  const hex = code.toString(16)
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}
