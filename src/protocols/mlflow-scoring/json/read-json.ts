import { MAX_INT_DIGITS } from '../python/parse-number.ts'
import type { PyValue } from '../python/python-value.ts'
import { JsonLimitError, JsonSyntaxError } from './json-syntax-error.ts'

/** Deeper nesting is refused; Python gives up at its recursion limit of 1000. */
export const MAX_DEPTH = 900

/**
 * How much one body may hold: of a hundred megabytes of empty dictionaries the process would run out of memory. Each
 * value counts as one, and a list or a dictionary as the values that would take as much memory.
 */
export const MAX_VALUES = 10_000_000
const LIST_VALUES = 2
const DICT_VALUES = 8

/**
 * Reads JSON as Python's `json.loads` does: integers of any size exactly and apart from floats, the tokens NaN,
 * Infinity and -Infinity, of a repeated key the last value, 1e400 as infinity. Integers beyond Python's limit of
 * digits, nesting beyond MAX_DEPTH and more than MAX_VALUES values are errors. Linear in the length of the text.
 * @throws JsonSyntaxError, of which JsonLimitError for the nesting and the number of values
 */
export function readJson(text: string): PyValue {
  return new JsonReader(text).read()
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y
const MAX_SAFE_DIGITS = 15

const LITERALS: ReadonlyMap<number, readonly (readonly [string, PyValue])[]> = new Map([
  [0x74, [['true', true]]],
  [0x66, [['false', false]]],
  [0x6e, [['null', null]]],
  [0x4e, [['NaN', Number.NaN]]],
  [0x49, [['Infinity', Number.POSITIVE_INFINITY]]],
  [0x2d, [['-Infinity', Number.NEGATIVE_INFINITY]]],
])

const ESCAPED: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** Shorter texts are small enough for any reader. */
const LARGE_TEXT = 8 * 1024 * 1024

/**
 * Whether a text may hold more lists and dictionaries than `readJson` takes, which looks no further once it knows;
 * other readers do. Brackets inside of strings count too, so that only `readJson` can tell for certain.
 */
export function mayHoldTooMuch(text: string): boolean {
  if (text.length < LARGE_TEXT) return false
  let values = 0
  for (let at = 0; at < text.length && values <= MAX_VALUES; at += 1) {
    const code = text.charCodeAt(at)
    if (code === OPEN_BRACKET) values += LIST_VALUES
    else if (code === OPEN_BRACE) values += DICT_VALUES
  }
  return values > MAX_VALUES
}

class JsonReader {
  readonly #text: string
  #at = 0
  #depth = 0
  #values = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): PyValue {
    this.#skipSpace()
    const value = this.#value()
    this.#skipSpace()
    if (this.#at < this.#text.length) throw this.#error('Extra data', this.#at)
    return value
  }

  #value(): PyValue {
    this.#count(1)
    const code = this.#text.charCodeAt(this.#at)
    if (code === QUOTE) return this.#string()
    if (code === OPEN_BRACKET || code === OPEN_BRACE) return this.#nested(code)
    for (const [token, value] of LITERALS.get(code) ?? []) {
      if (this.#text.startsWith(token, this.#at)) {
        this.#at += token.length
        return value
      }
    }
    return this.#number()
  }

  #nested(opening: number): PyValue {
    if (this.#depth === MAX_DEPTH) throw this.#beyond(`Nested deeper than ${MAX_DEPTH} levels`)
    this.#depth += 1
    this.#count(opening === OPEN_BRACKET ? LIST_VALUES : DICT_VALUES)
    const value = opening === OPEN_BRACKET ? this.#list() : this.#dict()
    this.#depth -= 1
    return value
  }

  #count(values: number): void {
    this.#values += values
    if (this.#values > MAX_VALUES) throw this.#beyond(`More than ${MAX_VALUES} values`)
  }

  #list(): PyValue[] {
    const items: PyValue[] = []
    this.#at += 1
    this.#skipSpace()
    if (this.#take(CLOSE_BRACKET)) return items
    for (;;) {
      items.push(this.#value())
      this.#skipSpace()
      if (this.#take(CLOSE_BRACKET)) return items
      if (!this.#take(COMMA)) throw this.#error("Expecting ',' delimiter", this.#at)
      this.#skipSpace()
    }
  }

  #dict(): Map<string, PyValue> {
    const items = new Map<string, PyValue>()
    this.#at += 1
    this.#skipSpace()
    if (this.#take(CLOSE_BRACE)) return items
    for (;;) {
      if (this.#text.charCodeAt(this.#at) !== QUOTE) {
        throw this.#error('Expecting property name enclosed in double quotes', this.#at)
      }
      const key = this.#string()
      this.#skipSpace()
      if (!this.#take(COLON)) throw this.#error("Expecting ':' delimiter", this.#at)
      this.#skipSpace()
      items.set(key, this.#value())
      this.#skipSpace()
      if (this.#take(CLOSE_BRACE)) return items
      if (!this.#take(COMMA)) throw this.#error("Expecting ',' delimiter", this.#at)
      this.#skipSpace()
    }
  }

  #string(): string {
    const opening = this.#at
    let start = opening + 1
    let unescaped = ''
    for (let at = start; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at)
      if (code === QUOTE) {
        this.#at = at + 1
        return unescaped + this.#text.slice(start, at)
      }
      if (code < 0x20) throw this.#error('Invalid control character at', at)
      if (code !== BACKSLASH) continue
      unescaped += this.#text.slice(start, at)
      const escaped = this.#text[at + 1] ?? ''
      unescaped += escaped === 'u' ? this.#unicodeEscape(at) : this.#escape(escaped, opening, at)
      at += escaped === 'u' ? 5 : 1
      start = at + 1
    }
    throw this.#error('Unterminated string starting at', opening)
  }

  #escape(char: string, opening: number, at: number): string {
    if (char === '') throw this.#error('Unterminated string starting at', opening)
    const meant = ESCAPED[char]
    if (meant === undefined) throw this.#error('Invalid \\escape', at)
    return meant
  }

  /** Halves of a surrogate pair come one by one and join by themselves; a lone one is kept, as in Python. */
  #unicodeEscape(at: number): string {
    const digits = this.#text.slice(at + 2, at + 6)
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#error('Invalid \\uXXXX escape', at + 1)
    return String.fromCharCode(Number.parseInt(digits, 16))
  }

  #number(): PyValue {
    NUMBER.lastIndex = this.#at
    const match = NUMBER.exec(this.#text)
    if (match === null) throw this.#error('Expecting value', this.#at)
    const [digits, fraction, exponent] = match
    const start = this.#at
    this.#at += digits.length
    if (fraction !== undefined || exponent !== undefined) return Number(digits)
    if (digits.length <= MAX_SAFE_DIGITS) return BigInt(Number(digits))
    if (digits.length > MAX_INT_DIGITS + 1) {
      throw this.#error(`Integer of more than ${MAX_INT_DIGITS} digits`, start)
    }
    return BigInt(digits)
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at += 1
    }
  }

  #take(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false
    this.#at += 1
    return true
  }

  #beyond(limit: string): JsonLimitError {
    return new JsonLimitError(limit, this.#text, this.#at)
  }

  #error(reason: string, at: number): JsonSyntaxError {
    return new JsonSyntaxError(reason, this.#text, at)
  }
}
