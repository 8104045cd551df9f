import { BlockIndex } from './block-index.ts'
import type { ByteReader } from './byte-reader.ts'
import type { JsonBlockLimits } from './json-blocks.ts'
import {
  type ByteRange,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  JsonScanner,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './json-scanner.ts'

/** Longer keys are none that a scoring request has. */
const MAX_KEY_BYTES = 1024

/** Where the value of a key lies in the file; of a list also its elements. */
export interface ValuePlace {
  readonly range: ByteRange
  readonly list?: ElementList
  /** Of the key `dataframe_split`, where it has an object. */
  readonly members?: ReadonlyMap<string, ValuePlace>
}

export interface ElementList {
  readonly index: BlockIndex
  /** The first bytes that elements have: one of `[`, `{` and so on where they are all alike. */
  readonly firstBytes: ReadonlySet<number>
  /** Values may be missing, at any depth. */
  readonly mayHaveNull: boolean
}

/** The keys of the outermost object and where their values are; of a repeated key the last one, as in Python. */
export type DocumentLayout = ReadonlyMap<string, ValuePlace>

/**
 * Finds the parts of a scoring request in a file of any size, in one pass. Undefined where the document is no object.
 * @throws ServingError BAD_REQUEST where it is no JSON
 */
export function layoutOf(reader: ByteReader, limits: JsonBlockLimits): DocumentLayout | undefined {
  return new LayoutReader(reader, limits).read()
}

class LayoutReader {
  readonly #reader: ByteReader
  readonly #scanner: JsonScanner
  readonly #limits: JsonBlockLimits

  constructor(reader: ByteReader, limits: JsonBlockLimits) {
    this.#reader = reader
    this.#scanner = new JsonScanner(reader)
    this.#limits = limits
  }

  read(): DocumentLayout | undefined {
    if (this.#scanner.peek() !== OPEN_BRACE) return undefined
    const layout = this.#object((key) => (key === 'dataframe_split' ? this.#split() : this.#value()))
    this.#scanner.expectEnd()
    return layout
  }

  #object(read: (key: string) => ValuePlace): Map<string, ValuePlace> {
    const places = new Map<string, ValuePlace>()
    this.#scanner.expect(OPEN_BRACE)
    this.#scanner.members(CLOSE_BRACE, () => {
      const key = this.#key()
      this.#scanner.expect(COLON)
      places.set(key, read(key))
    })
    return places
  }

  #key(): string {
    if (this.#scanner.peek() !== QUOTE)
      throw this.#scanner.error('Expecting property name enclosed in double quotes')
    const { start, end } = this.#scanner.skipValue()
    if (end - start > MAX_KEY_BYTES) return ''
    try {
      return String(JSON.parse(Buffer.from(this.#reader.read(start, end)).toString()))
    } catch {
      throw this.#scanner.error('Invalid property name')
    }
  }

  #split(): ValuePlace {
    if (this.#scanner.peek() !== OPEN_BRACE) return this.#value()
    const start = this.#scanner.offset
    const members = this.#object(() => this.#value())
    return { range: { start, end: this.#scanner.offset }, members }
  }

  #value(): ValuePlace {
    if (this.#scanner.peek() !== OPEN_BRACKET) return { range: this.#scanner.skipValue() }
    const start = this.#scanner.offset
    const list = this.#list()
    return { range: { start, end: this.#scanner.offset }, list }
  }

  #list(): ElementList {
    const index = new BlockIndex(this.#limits)
    const firstBytes = new Set<number>()
    this.#scanner.takeNulls()
    this.#scanner.expect(OPEN_BRACKET)
    this.#scanner.members(CLOSE_BRACKET, () => {
      firstBytes.add(this.#scanner.peek())
      index.add(this.#scanner.skipValue())
    })
    index.finish()
    return { index, firstBytes, mayHaveNull: this.#scanner.takeNulls() }
  }
}
