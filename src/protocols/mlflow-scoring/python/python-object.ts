import { isRecord } from '../../../core/record.ts'
import { valueError } from './python-error.ts'
import type { PyValue } from './python-value.ts'

/** An object of a class that JSON has no value for: bytes, a date, a time. */
class PythonObject {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
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

/**
 * A value that came from another thread, where objects lose their class: they become what they were. Dicts are Maps,
 * so that no other value is a plain object.
 */
export function revivePythonObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revivePythonObjects)
  if (value instanceof Map)
    return new Map(Array.from(value, ([key, item]) => [key, revivePythonObjects(item)]))
  if (!isRecord(value) || value instanceof PythonObject) return value
  const { text, octets } = value
  return octets instanceof Uint8Array ? pythonBytes(octets) : pythonObject(String(text))
}

/** A value as JSON has it: dates and times as their text, bytes in base64, dicts as objects. */
export function plainPythonValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainPythonValue)
  if (value instanceof PythonBytes) return Buffer.from(value.octets).toString('base64')
  if (value instanceof PythonObject) return value.text
  if (!(value instanceof Map)) return value
  return Object.fromEntries(Array.from(value, ([key, item]) => [key, plainPythonValue(item)]))
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
