import type { ColumnMetaData } from 'hyparquet'
import { checkRuns } from './check-runs.ts'
import type { Decompress } from './codecs.ts'
import {
  BYTE_STREAM_SPLIT,
  DELTA_BINARY_PACKED,
  DELTA_LENGTH_BYTE_ARRAY,
  type PageHeader,
  PLAIN,
  PLAIN_DICTIONARY,
  RLE,
  RLE_DICTIONARY,
  readPageHeader,
} from './page-header.ts'
import { unreadableParquet } from './parquet-failure.ts'
import type { ParquetBudget } from './parquet-limits.ts'
import { ThriftReader } from './thrift-reader.ts'

/** Not DELTA_BYTE_ARRAY, whose values can each be the last one and a byte more: a bomb of quadratic size. */
const READABLE = new Set([
  ...[PLAIN, PLAIN_DICTIONARY, RLE, DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY],
  ...[RLE_DICTIONARY, BYTE_STREAM_SPLIT],
])

export interface ChunkContext {
  readonly file: Uint8Array
  readonly chunk: ColumnMetaData
  /** How many levels of repetition and of definition the schema gives to the column. */
  readonly maxRepetition: number
  readonly maxDefinition: number
  readonly decompress: Decompress
  readonly budget: ParquetBudget
}

/** Where the pages of a column chunk lie in the file. */
export function chunkRange(chunk: ColumnMetaData): { start: number; end: number } {
  const data = Number(chunk.data_page_offset)
  const dictionary = Number(chunk.dictionary_page_offset ?? 0)
  const start = dictionary > 0 && dictionary < data ? dictionary : data
  return { start, end: start + Number(chunk.total_compressed_size) }
}

/**
 * Holds the pages of a column chunk against its footer and the limits before hyparquet allocates anything for
 * their values: page headers, and the runs inside of the pages, may claim more than they hold.
 * @throws ServingError BAD_REQUEST
 */
export function checkPages(context: ChunkContext): void {
  const { file, chunk, budget } = context
  const { start, end } = chunkRange(chunk)
  const reader = new ThriftReader(file, start, end)
  let values = 0
  // hyparquet takes the last byte of a chunk for padding.
  while (reader.offset < end - 1) {
    const page = readPageHeader(reader)
    if (page.compressedSize > end - reader.offset)
      throw unreadableParquet('A page is longer than its column chunk')
    const bytes = file.subarray(reader.offset, reader.offset + page.compressedSize)
    reader.offset += page.compressedSize
    budget.takeBytes(page.uncompressedSize)
    if (page.kind === 'dictionary') continue
    values += page.values
    checkEncoding(page.encoding, chunk)
    if (page.kind === 'data') checkDataPage(page, bytes, context)
    else checkDataPageV2(page, bytes, context)
  }
  if (values !== Number(chunk.num_values)) {
    throw unreadableParquet('A column chunk does not hold the values that its footer says')
  }
}

function checkDataPage(
  page: PageHeader & { kind: 'data' },
  compressed: Uint8Array,
  context: ChunkContext,
): void {
  const { values, encoding } = page
  const bytes = context.decompress(compressed, page.uncompressedSize)
  let offset = 0
  for (const level of [context.maxRepetition, context.maxDefinition]) {
    if (level > 0) offset += checkSizedRuns(bytes.subarray(offset), { bitWidth: bitWidthOf(level), values })
  }
  checkValueRuns(bytes.subarray(offset), { encoding, values, chunk: context.chunk })
}

function checkDataPageV2(
  page: PageHeader & { kind: 'data v2' },
  compressed: Uint8Array,
  context: ChunkContext,
): void {
  const { values, encoding, definitions, repetitions } = page
  const levels = definitions + repetitions
  checkRuns(compressed.subarray(0, repetitions), { bitWidth: bitWidthOf(context.maxRepetition), values })
  checkRuns(compressed.subarray(repetitions, levels), { bitWidth: bitWidthOf(context.maxDefinition), values })
  const data = compressed.subarray(levels)
  const bytes = page.isCompressed ? context.decompress(data, page.uncompressedSize - levels) : data
  checkValueRuns(bytes, { encoding, values, chunk: context.chunk })
}

interface ValueRuns {
  readonly encoding: number
  readonly values: number
  readonly chunk: ColumnMetaData
}

/** Runs of truth values begin with their length. */
function checkValueRuns(bytes: Uint8Array, { encoding, values, chunk }: ValueRuns): void {
  if (encoding !== RLE && encoding !== RLE_DICTIONARY && encoding !== PLAIN_DICTIONARY) return
  if (chunk.type !== 'BOOLEAN') checkRuns(bytes.subarray(1), { bitWidth: bytes[0] ?? 0, values })
  else checkSizedRuns(bytes, { bitWidth: 1, values })
}

/** Returns how many bytes the runs and their length take. */
function checkSizedRuns(bytes: Uint8Array, runs: { bitWidth: number; values: number }): number {
  if (bytes.length < 4) throw unreadableParquet('A page ends too early')
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  // Not cut off at that length: neither does hyparquet.
  checkRuns(bytes.subarray(4), runs)
  return 4 + length
}

/** @throws ServingError BAD_REQUEST for pages that cannot be read */
export function checkEncoding(encoding: number, chunk: ColumnMetaData): void {
  // The width of these values is the schema's, and need have nothing to do with the size of the page.
  const split = encoding === BYTE_STREAM_SPLIT && chunk.type === 'FIXED_LEN_BYTE_ARRAY'
  if (!READABLE.has(encoding) || split)
    throw unreadableParquet(`Pages of encoding ${encoding} cannot be read`)
}

function bitWidthOf(level: number): number {
  return 32 - Math.clz32(level)
}
