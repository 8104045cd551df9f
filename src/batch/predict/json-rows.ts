import type { Frame } from '../../protocols/mlflow-scoring/frame.ts'
import { splitElements } from '../input/json/split-elements.ts'
import type { ContentOf } from './block-decoder.ts'
import type { BlockRows } from './block-rows.ts'
import { csvRow } from './frame-text.ts'
import { recordsFrame } from './records-frame.ts'

const COMMA = Buffer.from(',')

/** The elements of a block of JSON. */
export class JsonRows implements BlockRows {
  readonly #elements: readonly Uint8Array[]
  #frame: Frame | undefined

  constructor(elements: Uint8Array) {
    this.#elements = elements.length === 0 ? [] : splitElements(elements)
  }

  get count(): number {
    return this.#elements.length
  }

  part(from: number, to: number): ContentOf<'json'> {
    const elements = this.#elements.slice(from, to).flatMap((element) => [COMMA, element])
    return { kind: 'json', elements: Buffer.concat(elements.slice(1)) }
  }

  inputOf(row: number): unknown {
    return jsonValue(this.#textOf(row))
  }

  lineOf(): number | undefined {
    return undefined
  }

  csvOf(row: number): string {
    return csvRow(this.columns(), row)
  }

  /** The record's own text, in one line. */
  jsonOf(row: number): string | undefined {
    return membersOf(this.#textOf(row))
  }

  columns(): Frame {
    this.#frame ??= recordsFrame(this.#elements.map((_, row) => this.inputOf(row)))
    return this.#frame
  }

  #textOf(row: number): string {
    return textOf(this.#elements[row]!).trim()
  }
}

/** Not of shared memory alone: TextDecoder takes that in Node only. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}

/** The text itself where it is no JSON: Python's has a few words more. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/**
 * What stands between the braces of an object, in one line: breaks are white space only, since texts have none as
 * they stand (RFC 8259, section 7). Undefined for what is no object.
 */
export function membersOf(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined
  return text
    .slice(1, -1)
    .trim()
    .replace(/\s*[\r\n]\s*/g, ' ')
}
