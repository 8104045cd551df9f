import type { ColumnMetaData } from 'hyparquet'
import { unreadableParquet } from './parquet-failure.ts'
import type { ParquetBudget } from './parquet-limits.ts'
import { ThriftReader, type ThriftStruct } from './parquet-thrift.ts'

/** Numbers of the fields of `PageHeader` and its members in parquet.thrift. */
const PAGE_TYPE = 1
const UNCOMPRESSED_SIZE = 2
const COMPRESSED_SIZE = 3
const HEADER_FIELD_OF_TYPE = new Map([
  [0, 5],
  [2, 7],
  [3, 8],
])
const DICTIONARY_PAGE = 2
const DATA_PAGE_V2 = 3

/** Where the pages of a column chunk lie in the file. */
export function chunkRange(chunk: ColumnMetaData): { start: number; end: number } {
  const data = Number(chunk.data_page_offset)
  const dictionary = Number(chunk.dictionary_page_offset ?? 0)
  const start = dictionary > 0 && dictionary < data ? dictionary : data
  return { start, end: start + Number(chunk.total_compressed_size) }
}

/**
 * Reads the headers of a chunk's pages and holds them against the footer and the limits, before anything is
 * allocated for their values: page headers may lie where the footer does not.
 * @throws ServingError BAD_REQUEST
 */
export function checkPages(file: Uint8Array, chunk: ColumnMetaData, budget: ParquetBudget): void {
  const { start, end } = chunkRange(chunk)
  const expected = Number(chunk.num_values)
  const reader = new ThriftReader(file, start, end)
  let values = 0
  // The last byte is left out as in hyparquet, which takes it for padding.
  while (reader.offset < end - 1) {
    const page = reader.readStruct()
    const compressed = count(page, COMPRESSED_SIZE)
    if (compressed > end - reader.offset) throw unreadableParquet('A page is longer than its column chunk')
    reader.offset += compressed
    budget.takeBytes(count(page, UNCOMPRESSED_SIZE))
    values += checkPage(page, compressed)
    if (values > expected) throw unreadableParquet('A column chunk holds more values than its footer says')
  }
}

/** The number of values that the page adds to its column. */
function checkPage(page: ThriftStruct, compressed: number): number {
  const type = count(page, PAGE_TYPE)
  const field = HEADER_FIELD_OF_TYPE.get(type)
  const header = field === undefined ? undefined : page.get(field)
  if (!(header instanceof Map)) throw unreadableParquet(`A page of type ${type} cannot be read`)
  const values = count(header, 1)
  if (type === DICTIONARY_PAGE) {
    // A truth value takes a bit, everything else more.
    if (values > 8 * count(page, UNCOMPRESSED_SIZE)) {
      throw unreadableParquet('A dictionary holds more values than bytes')
    }
    return 0
  }
  if (type === DATA_PAGE_V2) {
    const levels = count(header, 5) + count(header, 6)
    if (count(header, 2) > values || levels > compressed) throw unreadableParquet('A page header is wrong')
  }
  return values
}

function count(struct: ThriftStruct, field: number): number {
  const value = struct.get(field)
  if (typeof value === 'number' && value >= 0) return value
  throw unreadableParquet('A page header is wrong')
}
