import type { ColumnMetaData } from 'hyparquet'
import { checkRuns } from './check-runs.ts'
import type { Decompress } from './codecs.ts'
import { unreadableParquet } from './parquet-failure.ts'
import type { ParquetBudget } from './parquet-limits.ts'
import { ThriftReader, type ThriftStruct } from './thrift-reader.ts'

/** Numbers of the fields of `PageHeader` in parquet.thrift. */
const PAGE_TYPE = 1
const UNCOMPRESSED_SIZE = 2
const COMPRESSED_SIZE = 3
const DATA_HEADER = 5
const DICTIONARY_HEADER = 7
const DATA_HEADER_V2 = 8

const DATA_PAGE = 0
const DICTIONARY_PAGE = 2
const DATA_PAGE_V2 = 3

const PLAIN = 0
const PLAIN_DICTIONARY = 2
const RLE = 3
const DELTA_BINARY_PACKED = 5
const DELTA_LENGTH_BYTE_ARRAY = 6
const RLE_DICTIONARY = 8
const BYTE_STREAM_SPLIT = 9
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
    const page = reader.readStruct()
    const compressed = count(page, COMPRESSED_SIZE)
    if (compressed > end - reader.offset) throw unreadableParquet('A page is longer than its column chunk')
    const bytes = file.subarray(reader.offset, reader.offset + compressed)
    reader.offset += compressed
    budget.takeBytes(count(page, UNCOMPRESSED_SIZE))
    values += checkPage(page, bytes, context)
  }
  if (values !== Number(chunk.num_values)) {
    throw unreadableParquet('A column chunk does not hold the values that its footer says')
  }
}

/** The number of values that the page adds to its column. */
function checkPage(page: ThriftStruct, bytes: Uint8Array, context: ChunkContext): number {
  switch (count(page, PAGE_TYPE)) {
    case DATA_PAGE:
      return checkDataPage(page, bytes, context)
    case DATA_PAGE_V2:
      return checkDataPageV2(page, bytes, context)
    case DICTIONARY_PAGE:
      // A truth value takes a bit, everything else more.
      if (count(struct(page, DICTIONARY_HEADER), 1) > 8 * count(page, UNCOMPRESSED_SIZE)) {
        throw unreadableParquet('A dictionary holds more values than bytes')
      }
      return 0
    default:
      throw unreadableParquet('A page of an unknown type cannot be read')
  }
}

function checkDataPage(page: ThriftStruct, compressed: Uint8Array, context: ChunkContext): number {
  const header = struct(page, DATA_HEADER)
  const values = count(header, 1)
  const encoding = readableEncoding(count(header, 2), context.chunk)
  const bytes = context.decompress(compressed, count(page, UNCOMPRESSED_SIZE))
  let offset = 0
  for (const level of [context.maxRepetition, context.maxDefinition]) {
    if (level > 0) offset += checkSizedRuns(bytes.subarray(offset), { bitWidth: bitWidthOf(level), values })
  }
  checkValueRuns(bytes.subarray(offset), { encoding, values, sizedBooleans: true, chunk: context.chunk })
  return values
}

function checkDataPageV2(page: ThriftStruct, compressed: Uint8Array, context: ChunkContext): number {
  const header = struct(page, DATA_HEADER_V2)
  const values = count(header, 1)
  const encoding = readableEncoding(count(header, 4), context.chunk)
  const definitions = count(header, 5)
  const repetitions = count(header, 6)
  const levels = definitions + repetitions
  const size = count(page, UNCOMPRESSED_SIZE) - levels
  if (count(header, 2) > values || levels > compressed.length || size < 0) {
    throw unreadableParquet('A page header is wrong')
  }
  checkRuns(compressed.subarray(0, repetitions), { bitWidth: bitWidthOf(context.maxRepetition), values })
  checkRuns(compressed.subarray(repetitions, levels), { bitWidth: bitWidthOf(context.maxDefinition), values })
  const data = compressed.subarray(levels)
  const bytes = header.get(7) === false ? data : context.decompress(data, size)
  checkValueRuns(bytes, { encoding, values, sizedBooleans: false, chunk: context.chunk })
  return values
}

interface ValueRuns {
  readonly encoding: number
  readonly values: number
  /** Runs of truth values begin with their length in pages of version 1 only. */
  readonly sizedBooleans: boolean
  readonly chunk: ColumnMetaData
}

function checkValueRuns(bytes: Uint8Array, { encoding, values, sizedBooleans, chunk }: ValueRuns): void {
  if (encoding !== RLE && encoding !== RLE_DICTIONARY && encoding !== PLAIN_DICTIONARY) return
  if (chunk.type !== 'BOOLEAN') checkRuns(bytes.subarray(1), { bitWidth: bytes[0] ?? 0, values })
  else if (sizedBooleans) checkSizedRuns(bytes, { bitWidth: 1, values })
  else checkRuns(bytes, { bitWidth: 1, values })
}

/** Returns how many bytes the runs and their length take. */
function checkSizedRuns(bytes: Uint8Array, runs: { bitWidth: number; values: number }): number {
  if (bytes.length < 4) throw unreadableParquet('A page ends too early')
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  // Not cut off at that length: neither does hyparquet.
  checkRuns(bytes.subarray(4), runs)
  return 4 + length
}

function readableEncoding(encoding: number, chunk: ColumnMetaData): number {
  // The width of these values is the schema's, and need have nothing to do with the size of the page.
  const split = encoding === BYTE_STREAM_SPLIT && chunk.type === 'FIXED_LEN_BYTE_ARRAY'
  if (READABLE.has(encoding) && !split) return encoding
  throw unreadableParquet(`Pages of encoding ${encoding} cannot be read`)
}

function bitWidthOf(level: number): number {
  return 32 - Math.clz32(level)
}

function struct(page: ThriftStruct, field: number): ThriftStruct {
  const value = page.get(field)
  if (value instanceof Map) return value
  throw unreadableParquet('A page header is wrong')
}

function count(fields: ThriftStruct, field: number): number {
  const value = fields.get(field)
  if (typeof value === 'number' && value >= 0) return value
  throw unreadableParquet('A page header is wrong')
}
