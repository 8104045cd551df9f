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

/** Prints as Python's bytes do: `b'x\xff'`. */
export function pythonBytes(octets: Uint8Array): PyValue {
  const text = Array.from(octets, (octet) => ESCAPES[octet] ?? escaped(octet)).join('')
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  return pythonObject(`b${quote}${quote === "'" ? text.replaceAll("'", "\\'") : text}${quote}`)
}

const ESCAPES: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' }

function escaped(octet: number): string {
  if (octet >= 0x20 && octet < 0x7f) return String.fromCharCode(octet)
  return `\\x${octet.toString(16).padStart(2, '0')}`
}
