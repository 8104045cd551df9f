import { valueError } from './python-error.ts'
import type { PyValue } from './python-value.ts'

/** An object of a class that JSON has no value for: bytes, a date, a time. */
class PythonObject {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

/** Prints as `text` and is opaque to everything that looks at Python objects, hence no member of their type. */
export function pythonObject(text: string): PyValue {
  return new PythonObject(text) as unknown as PyValue
}

/** Python's bytes: they print as `b'x\\xff'`, and where ASCII they are converted as their text is. */
class PythonBytes extends PythonObject {
  readonly octets: Uint8Array

  constructor(octets: Uint8Array) {
    super(bytesRepr(octets))
    this.octets = octets
  }
}

export function pythonBytes(octets: Uint8Array): PyValue {
  return new PythonBytes(octets) as unknown as PyValue
}

export function isBytes(value: unknown): boolean {
  return value instanceof PythonBytes
}

/** The text of bytes, undefined for all else. @throws PythonError ValueError for bytes that are not ASCII */
export function asciiOfBytes(value: unknown): string | undefined {
  if (!(value instanceof PythonBytes)) return undefined
  const position = value.octets.findIndex((octet) => octet > 0x7f)
  if (position === -1) return Buffer.from(value.octets).toString('latin1')
  throw valueError(`'ascii' codec can't decode byte in position ${position}: ordinal not in range(128)`)
}

function bytesRepr(octets: Uint8Array): string {
  const text = Array.from(octets, (octet) => ESCAPES[octet] ?? escaped(octet)).join('')
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  return `b${quote}${quote === "'" ? text.replaceAll("'", "\\'") : text}${quote}`
}

const ESCAPES: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' }

function escaped(octet: number): string {
  if (octet >= 0x20 && octet < 0x7f) return String.fromCharCode(octet)
  return `\\x${octet.toString(16).padStart(2, '0')}`
}
