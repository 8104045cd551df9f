import type { BlockContent } from '../block.ts'
import type { BlockRows } from './block-rows.ts'

const QUOTE = 34
const COMMA = 44
const BACKSLASH = 92
const OPENING = new Set([0x5b, 0x7b])
const CLOSING = new Set([0x5d, 0x7d])

/** The elements of a block of JSON. */
export class JsonRows implements BlockRows {
  readonly #elements: Uint8Array
  /** The commas between the elements, and the end of the text. */
  readonly #ends: readonly number[]

  constructor({ elements }: BlockContent & { readonly kind: 'json' }) {
    this.#elements = elements
    this.#ends = elementEnds(elements)
  }

  get count(): number {
    return this.#ends.length
  }

  part(from: number, to: number): BlockContent {
    return { kind: 'json', elements: this.#elements.subarray(this.#startOf(from), this.#ends[to - 1] ?? 0) }
  }

  inputOf(row: number): unknown {
    const text = this.#textOf(row)
    try {
      return JSON.parse(text)
    } catch {
      // Python's JSON has a few words that JSON has not.
      return text
    }
  }

  lineOf(): undefined {
    return undefined
  }

  csvOf(): undefined {
    return undefined
  }

  /** The record's own text. */
  jsonOf(row: number): string | undefined {
    const text = this.#textOf(row)
    return text.startsWith('{') ? text.slice(1, -1).trim() : undefined
  }

  columns(): undefined {
    return undefined
  }

  #textOf(row: number): string {
    return Buffer.from(this.#elements.subarray(this.#startOf(row), this.#ends[row]))
      .toString()
      .trim()
  }

  #startOf(row: number): number {
    return row === 0 ? 0 : this.#ends[row - 1]! + 1
  }
}

/** Where the elements of a list end, which stand there without the brackets around them. */
function elementEnds(bytes: Uint8Array): number[] {
  const ends: number[] = []
  let depth = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!
    if (byte === QUOTE) at = stringEnd(bytes, at)
    else if (OPENING.has(byte)) depth += 1
    else if (CLOSING.has(byte)) depth -= 1
    else if (byte === COMMA && depth === 0) ends.push(at)
  }
  if (bytes.length > 0) ends.push(bytes.length)
  return ends
}

/** The closing quote of the string that begins at `start`. */
function stringEnd(bytes: Uint8Array, start: number): number {
  let at = start + 1
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at
}
