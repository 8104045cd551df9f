import { type FileMetaData, parquetMetadata, type SchemaElement } from 'hyparquet'
import { chunkRange } from './check-pages.ts'
import { unreadableParquet } from './parquet-failure.ts'
import type { ParquetBudget, ParquetLimits } from './parquet-limits.ts'
import { ThriftReader } from './thrift-reader.ts'

const MAGIC = 'PAR1'
const MAX_SCHEMA_DEPTH = 32
/** Length of the footer and the magic word behind it. */
const TAIL_BYTES = 8

/**
 * Reads and checks the footer of a parquet file: its tree of columns, its row groups, where their pages lie.
 * @throws ServingError BAD_REQUEST
 */
export function readFooter(file: Uint8Array, limits: ParquetLimits, budget: ParquetBudget): FileMetaData {
  const end = footerStart(file)
  new ThriftReader(file, end, file.length - TAIL_BYTES).readStruct()
  const metadata = parquetMetadata(file, { parsers: LENIENT_PARSERS, geoparquet: false })
  const columns = checkSchema(metadata.schema, limits)
  checkRowGroups(metadata, { columns, end, budget })
  // Writers may leave anything in the offsets of a row group that is empty.
  return { ...metadata, row_groups: metadata.row_groups.filter((group) => group.num_rows > 0n) }
}

/** Statistics are not used here, so that nothing in them needs to be understood. */
const LENIENT_PARSERS = {
  stringFromBytes: () => '',
  jsonFromBytes: () => '',
  geometryFromBytes: () => undefined,
  geographyFromBytes: () => undefined,
  uuidFromBytes: () => undefined,
}

function footerStart(file: Uint8Array): number {
  const first = MAGIC.length
  const text = (at: number) => String.fromCharCode(...file.subarray(at, at + MAGIC.length))
  if (file.length < first + TAIL_BYTES || text(0) !== MAGIC || text(file.length - MAGIC.length) !== MAGIC) {
    throw unreadableParquet(
      'Parquet magic bytes not found. Either the file is corrupted or this is not a parquet file.',
    )
  }
  const tail = new DataView(file.buffer, file.byteOffset + file.length - TAIL_BYTES, TAIL_BYTES)
  const start = file.length - TAIL_BYTES - tail.getUint32(0, true)
  if (start < first) throw unreadableParquet('The footer is longer than the file')
  return start
}

/** Walks the tree that the flat list of elements describes; returns the number of its leaves. */
function checkSchema(schema: readonly SchemaElement[], limits: ParquetLimits): number {
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
  if (leaves > limits.maxColumns)
    throw unreadableParquet(`The file has more than ${limits.maxColumns} columns`)
  return leaves
}

interface RowGroupContext {
  readonly columns: number
  /** Where the footer begins, and pages must have ended. */
  readonly end: number
  readonly budget: ParquetBudget
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
      budget.takeCells(Math.max(Number(chunk.num_values), Number(group.num_rows)))
    }
  }
  if (rows !== metadata.num_rows) throw unreadableParquet('The row groups do not have the rows of the footer')
}
