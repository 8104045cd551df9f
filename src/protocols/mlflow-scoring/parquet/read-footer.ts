import { type FileMetaData, parquetMetadata, type SchemaElement } from 'hyparquet'
import { internalError, type ServingError } from '../../../core/errors.ts'
import { chunkRange } from './check-pages.ts'
import { unreadableParquet } from './parquet-failure.ts'
import type { ParquetBudget } from './parquet-limits.ts'
import { ThriftReader } from './thrift-reader.ts'

const MAGIC = 'PAR1'
const MAX_SCHEMA_DEPTH = 32
/** Length of the footer and the magic word behind it. */
const TAIL_BYTES = 8

export interface FooterSource {
  /** The end of the file, with all of the footer at least. */
  readonly tail: Uint8Array
  readonly fileBytes: number
  readonly maxColumns: number
  /** Of a reader that unfolds the whole file at once. */
  readonly budget?: ParquetBudget
}

/**
 * Reads and checks the footer of a parquet file: its tree of columns, its row groups, where their pages lie.
 * @throws ServingError BAD_REQUEST
 */
export function readFooter({ tail, fileBytes, maxColumns, budget }: FooterSource): FileMetaData {
  const start = tail.length - footerBytes(tail, fileBytes)
  if (start < 0) throw internalError('The end of a parquet file is shorter than its footer')
  new ThriftReader(tail, start, tail.length - TAIL_BYTES).readStruct()
  const metadata = parquetMetadata(tail, { parsers: LENIENT_PARSERS, geoparquet: false })
  const columns = checkSchema(metadata.schema, maxColumns)
  checkRowGroups(metadata, { columns, end: fileBytes - (tail.length - start), budget })
  // Writers may leave anything in the offsets of a row group that is empty.
  return { ...metadata, row_groups: metadata.row_groups.filter((group) => group.num_rows > 0n) }
}

/** Of the statistics only counts are used, so that no value in them needs to be understood. */
const LENIENT_PARSERS = {
  stringFromBytes: () => '',
  jsonFromBytes: () => '',
  geometryFromBytes: () => undefined,
  geographyFromBytes: () => undefined,
  uuidFromBytes: () => undefined,
}

/**
 * How many bytes the footer takes at the end of the file, told from the last 8 of them.
 * @throws ServingError BAD_REQUEST where it is no parquet file
 */
export function footerBytes(tail: Uint8Array, fileBytes: number): number {
  if (fileBytes < MAGIC.length + TAIL_BYTES || !isMagic(tail.subarray(-MAGIC.length))) throw notParquet()
  const length = new DataView(tail.buffer, tail.byteOffset + tail.length - TAIL_BYTES).getUint32(0, true)
  const bytes = length + TAIL_BYTES
  if (bytes > fileBytes - MAGIC.length) throw unreadableParquet('The footer is longer than the file')
  return bytes
}

/** Whether these bytes begin as a parquet file does. */
export function isMagic(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(0, MAGIC.length)) === MAGIC
}

export function notParquet(): ServingError {
  return unreadableParquet(
    'Parquet magic bytes not found. Either the file is corrupted or this is not a parquet file.',
  )
}

/** Walks the tree that the flat list of elements describes; returns the number of its leaves. */
function checkSchema(schema: readonly SchemaElement[], maxColumns: number): number {
  const open: number[] = []
  let leaves = 0
  for (const element of schema) {
    const children = element.num_children ?? 0
    if (children < 0 || children > schema.length) throw unreadableParquet('The schema is wrong')
    if (open.length > 0) open[open.length - 1]! -= 1
    else if (leaves > 0) throw unreadableParquet('The schema is wrong')
    if (children > 0) open.push(children)
    else if (element !== schema[0]) leaves += 1
    if (open.length > MAX_SCHEMA_DEPTH) throw unreadableParquet('The schema is nested too deeply')
    while (open.at(-1) === 0) open.pop()
  }
  if (open.length > 0) throw unreadableParquet('The schema is wrong')
  if (leaves > maxColumns) throw unreadableParquet(`The file has more than ${maxColumns} columns`)
  return leaves
}

interface RowGroupContext {
  readonly columns: number
  /** Where the footer begins, and pages must have ended. */
  readonly end: number
  readonly budget: ParquetBudget | undefined
}

function checkRowGroups(metadata: FileMetaData, { columns, end, budget }: RowGroupContext): void {
  let rows = 0n
  for (const group of metadata.row_groups) {
    rows += group.num_rows
    if (group.num_rows === 0n) continue
    if (group.num_rows < 0n || group.columns.length !== columns)
      throw unreadableParquet('A row group is wrong')
    for (const { meta_data: chunk, file_path: path } of group.columns) {
      if (chunk === undefined || path !== undefined) throw unreadableParquet('A column lies in another file')
      const range = chunkRange(chunk)
      if (chunk.num_values < 0n || range.start < MAGIC.length || range.end < range.start || range.end > end) {
        throw unreadableParquet('A column chunk lies outside of the file')
      }
      budget?.takeCells(Math.max(Number(chunk.num_values), Number(group.num_rows)))
    }
  }
  if (rows !== metadata.num_rows) throw unreadableParquet('The row groups do not have the rows of the footer')
}
