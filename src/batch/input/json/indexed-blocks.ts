import type { BlockIndex } from './block-index.ts'
import type { ByteReader } from './byte-reader.ts'
import type { JsonBlock, JsonBlocks, JsonEnvelope } from './json-blocks.ts'
import type { ByteRange } from './json-scanner.ts'

interface IndexedBlocksInit {
  readonly reader: ByteReader
  readonly index: BlockIndex
  readonly envelope: JsonEnvelope
  /** Elements of a range of the file, with commas between them. */
  readonly read: (range: ByteRange, firstRow: number) => Uint8Array
}

/** Blocks of a file of which it is known where each of them begins. */
export class IndexedBlocks implements JsonBlocks {
  readonly envelope: JsonEnvelope
  readonly #reader: ByteReader
  readonly #index: BlockIndex
  readonly #read: IndexedBlocksInit['read']

  constructor({ reader, index, envelope, read }: IndexedBlocksInit) {
    this.envelope = envelope
    this.#reader = reader
    this.#index = index
    this.#read = read
  }

  get rows(): number {
    return this.#index.rows
  }

  get count(): number {
    return this.#index.count
  }

  get bytes(): number {
    return this.#reader.size
  }

  block(index: number): JsonBlock {
    const firstRow = this.firstRowOf(index)
    const rows = this.firstRowOf(index + 1) - firstRow
    return { firstRow, rows, elements: this.#read(this.#index.rangeOf(index), firstRow) }
  }

  offsetOf(index: number): number {
    return index === this.count ? this.#reader.size : this.#index.rangeOf(index).start
  }

  firstRowOf(index: number): number {
    return this.#index.firstRowOf(index)
  }

  close(): void {
    this.#reader.close()
  }
}
