import type { ColumnMetaData } from 'hyparquet'
import { checkEncoding, chunkRange } from '../../../protocols/mlflow-scoring/parquet/check-pages.ts'
import type { Decompress } from '../../../protocols/mlflow-scoring/parquet/codecs.ts'
import {
  type PageHeader,
  PLAIN_DICTIONARY,
  RLE_DICTIONARY,
  readPageHeader,
} from '../../../protocols/mlflow-scoring/parquet/page-header.ts'
import { unreadableParquet } from '../../../protocols/mlflow-scoring/parquet/parquet-failure.ts'
import { ThriftReader } from '../../../protocols/mlflow-scoring/parquet/thrift-reader.ts'
import { valueReader } from './encoded-values.ts'
import { FlatPage } from './flat-page.ts'
import { HybridReader } from './hybrid-reader.ts'
import type { ParquetFile } from './parquet-file.ts'
import { isNumberType, newNumbers } from './plain-numbers.ts'
import { plainReader, type StoredType } from './plain-values.ts'
import type { ValueArray } from './value-reader.ts'

/** How much is read for a page's header: nearly always enough, and what is enough for long statistics in it. */
const HEADER_BYTES = [256, 64 * 1024, 4 * 1024 * 1024] as const
/** Writers begin a new page at about 1 MB; a page of one long text may be larger. */
const MAX_PAGE_BYTES = 256 * 1024 * 1024
/** Levels that are read at a time. */
const LEVELS = 4096

type DataPage = Exclude<PageHeader, { kind: 'dictionary' }>

export interface ColumnChunk {
  readonly chunk: ColumnMetaData
  readonly rows: number
  readonly decompress: Decompress
}

/** Memory for one page of numbers after the other: values of other types may be views of their page. */
export class PageMemory {
  #bytes = new Uint8Array()

  take(length: number): Uint8Array<ArrayBuffer> {
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(length)
    return this.#bytes.subarray(0, length)
  }
}

interface ColumnPagesInit {
  readonly file: ParquetFile
  /** Of the column, whose row groups are read one after the other. */
  readonly memory?: PageMemory
  readonly chunk: ColumnChunk
  readonly stored: StoredType
  readonly isOptional: boolean
}

/** The pages of a flat column in one row group, which are read from the file one at a time. */
export class ColumnPages {
  readonly #file: ParquetFile
  readonly #chunk: ColumnChunk
  readonly #stored: StoredType
  readonly #isOptional: boolean
  readonly #end: number
  #offset: number
  #dictionaryAt: { readonly header: PageHeader; readonly offset: number } | undefined
  #dictionary: ValueArray | undefined
  readonly #memory: PageMemory

  constructor({ file, chunk, stored, isOptional, memory }: ColumnPagesInit) {
    this.#file = file
    this.#memory = memory ?? new PageMemory()
    this.#chunk = chunk
    this.#stored = stored
    this.#isOptional = isOptional
    const { start, end } = chunkRange(chunk.chunk)
    this.#offset = start
    this.#end = end
  }

  /** The next page of data, or undefined at the end. @throws ServingError BAD_REQUEST */
  next(): FlatPage | undefined {
    const header = this.#nextDataHeader()
    return header && this.#readPage(header)
  }

  /**
   * Moves on by some rows, and past no page that has more; returns how many of them are left to be read in the next
   * page. @throws ServingError BAD_REQUEST
   */
  skip(rows: number): number {
    for (let left = rows; ; ) {
      const offset = this.#offset
      const header = this.#nextDataHeader()
      if (header === undefined || header.values > left) {
        this.#offset = offset
        return left
      }
      this.#offset += header.compressedSize
      left -= header.values
    }
  }

  /** Whether any value of the pages left is missing. @throws ServingError BAD_REQUEST */
  hasMissing(): boolean {
    for (let header = this.#nextDataHeader(); header !== undefined; header = this.#nextDataHeader()) {
      if (header.kind === 'data') {
        if (this.#readPage(header).hasMissing()) return true
      } else {
        if (header.missing > 0) return true
        this.#offset += header.compressedSize
      }
    }
    return false
  }

  /** Goes to the next page of data, and remembers the dictionary on the way. */
  #nextDataHeader(): DataPage | undefined {
    // The last byte of a chunk may be padding.
    while (this.#offset < this.#end - 1) {
      const header = this.#readHeader()
      if (header.kind !== 'dictionary') return header
      this.#dictionaryAt = { header, offset: this.#offset }
      this.#dictionary = undefined
      this.#offset += header.compressedSize
    }
    return undefined
  }

  /** Reads the header at the current offset and goes behind it. */
  #readHeader(): PageHeader {
    const rest = this.#end - this.#offset
    for (const bytes of HEADER_BYTES) {
      const length = Math.min(bytes, rest)
      const reader = new ThriftReader(this.#file.peek(this.#offset, this.#offset + length), 0, length)
      try {
        const header = readPageHeader(reader)
        this.#offset += reader.offset
        return this.#checked(header)
      } catch (error) {
        if (length === rest || bytes === HEADER_BYTES.at(-1)) throw error
      }
    }
    throw unreadableParquet('A page header is too long')
  }

  #checked(header: PageHeader): PageHeader {
    if (header.compressedSize > this.#end - this.#offset) {
      throw unreadableParquet('A page is longer than its column chunk')
    }
    if (header.uncompressedSize > MAX_PAGE_BYTES) {
      throw unreadableParquet(`A page of more than ${MAX_PAGE_BYTES} bytes cannot be read`)
    }
    return header
  }

  #readPage(header: DataPage): FlatPage {
    const { values, encoding } = header
    checkEncoding(encoding, this.#chunk.chunk)
    const compressed = this.#readBytes(this.#offset, header.compressedSize)
    this.#offset += header.compressedSize
    const { levels, bytes } =
      header.kind === 'data' ? this.#parts(header, compressed) : this.#partsV2(header, compressed)
    const count = () => (levels === undefined ? values : countOnes(new HybridReader(levels, 1), values))
    const isIndexed = encoding === PLAIN_DICTIONARY || encoding === RLE_DICTIONARY
    // Writers go over to plain pages when the dictionary has become too large, and never back.
    if (!isIndexed) this.#dictionary = undefined
    const dictionary = () => this.#readDictionary()
    const reader = valueReader({ bytes, encoding, count, stored: this.#stored, dictionary })
    return new FlatPage({ values, levels: levels && new HybridReader(levels, 1), reader })
  }

  /** Bytes of a page of data, which hold until the next page is read unless they are values as they stand. */
  #readBytes(offset: number, length: number): Uint8Array {
    if (this.#chunk.chunk.codec !== 'UNCOMPRESSED') return this.#file.peek(offset, offset + length)
    return this.#file.readInto(this.#memoryOf(length) ?? new Uint8Array(length), offset)
  }

  #parts(header: DataPage, compressed: Uint8Array): PageParts {
    const page = this.#decompress(compressed, header.uncompressedSize)
    if (!this.#isOptional) return { levels: undefined, bytes: page }
    if (page.length < 4) throw unreadableParquet('A page ends too early')
    const end = 4 + new DataView(page.buffer, page.byteOffset).getUint32(0, true)
    if (end > page.length) throw unreadableParquet('A page ends too early')
    return { levels: page.subarray(4, end), bytes: page.subarray(end) }
  }

  #partsV2(header: DataPage & { kind: 'data v2' }, compressed: Uint8Array): PageParts {
    const { repetitions, definitions, isCompressed, uncompressedSize } = header
    const start = repetitions + definitions
    const data = compressed.subarray(start)
    return {
      levels: this.#isOptional ? compressed.slice(repetitions, start) : undefined,
      // Pages of a compressed column need not be compressed.
      bytes: isCompressed ? this.#decompress(data, uncompressedSize - start) : data.slice(),
    }
  }

  #memoryOf(length: number): Uint8Array<ArrayBuffer> | undefined {
    return isNumberType(this.#stored.type) ? this.#memory.take(length) : undefined
  }

  #decompress(bytes: Uint8Array, length: number): Uint8Array {
    const { chunk, decompress } = this.#chunk
    // The other codecs have no use for it.
    const memory = chunk.codec === 'SNAPPY' ? this.#memoryOf(length) : undefined
    return checkedPage(length === 0 ? new Uint8Array() : decompress(bytes, length, memory), length)
  }

  #dictionaryBytes({ compressedSize, uncompressedSize }: PageHeader, offset: number): Uint8Array {
    const { chunk, decompress } = this.#chunk
    const isCopied = isNumberType(this.#stored.type)
    const end = offset + compressedSize
    const compressed = isCopied ? this.#file.peek(offset, end) : this.#file.read(offset, end)
    const memory = isCopied && chunk.codec === 'SNAPPY' ? DICTIONARY_MEMORY.take(uncompressedSize) : undefined
    return checkedPage(decompress(compressed, uncompressedSize, memory), uncompressedSize)
  }

  #readDictionary(): ValueArray {
    if (this.#dictionary !== undefined) return this.#dictionary
    if (this.#dictionaryAt === undefined)
      throw unreadableParquet('A page names a dictionary that is not there')
    const { header, offset } = this.#dictionaryAt
    const bytes = this.#dictionaryBytes(header, offset)
    const { type } = this.#stored
    const dictionary = isNumberType(type)
      ? newNumbers(type, header.values)
      : new Array<unknown>(header.values)
    plainReader(bytes, this.#stored).read(dictionary, 0, header.values)
    this.#dictionary = dictionary
    return dictionary
  }
}

/** Holds a dictionary of numbers until they are copied: the page that names them is in the column's own memory. */
const DICTIONARY_MEMORY = new PageMemory()

function checkedPage(page: Uint8Array, length: number): Uint8Array {
  if (page.length === length) return page
  throw unreadableParquet('A page is not as long as its header says')
}

interface PageParts {
  /** The runs of the definition levels, where the column has any. */
  readonly levels: Uint8Array | undefined
  readonly bytes: Uint8Array
}

function countOnes(levels: HybridReader, values: number): number {
  const scratch = new Uint8Array(Math.min(values, LEVELS))
  let ones = 0
  for (let done = 0; done < values; done += LEVELS) {
    const count = Math.min(LEVELS, values - done)
    levels.read(scratch, 0, count)
    for (let i = 0; i < count; i += 1) ones += scratch[i]!
  }
  return ones
}
