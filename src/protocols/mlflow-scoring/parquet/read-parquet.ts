import { type Compressors, type DecodedArray, type FileMetaData, parquetRead, parquetSchema } from 'hyparquet'
import { messageOf, ServingError } from '../../../core/errors.ts'
import type { Column } from '../frame.ts'
import type { LabelledFrame } from '../pandas/labelled-frame.ts'
import { checkPages } from './check-pages.ts'
import { decompressorOf, loadCodecs } from './codecs.ts'
import { type PandasMetadata, pandasMetadataOf } from './pandas-metadata.ts'
import { unreadableParquet } from './parquet-failure.ts'
import { DEFAULT_PARQUET_LIMITS, ParquetBudget, type ParquetLimits } from './parquet-limits.ts'
import { isMagic, notParquet, readFooter } from './read-footer.ts'
import { storedRowLabelledZero } from './row-labels.ts'
import { type Leaf, leavesOf } from './schema-leaves.ts'
import { columnFieldsOf, columnOf, type StoredField, storedFieldsOf } from './stored-field.ts'

/** Columns whose raw values are held at the same time. */
const COLUMNS_AT_ONCE = 32

/**
 * Reads a parquet body as MLflow 3.17.2 does with pandas 3.1 and pyarrow: `pandas.read_parquet(body)`. Of the
 * frame's index only the row labelled 0 is told. Whatever the file claims is checked against the limits and against itself before it is
 * believed, so that a small body can take neither the memory nor the time of a large one.
 * @throws ServingError BAD_REQUEST
 */
export async function readParquet(body: Uint8Array, limits = DEFAULT_PARQUET_LIMITS): Promise<LabelledFrame> {
  try {
    return await readFrame(body, limits)
  } catch (error) {
    // hyparquet throws plain errors, of which all are about the file.
    throw error instanceof ServingError ? error : unreadableParquet(messageOf(error))
  }
}

async function readFrame(body: Uint8Array, limits: ParquetLimits): Promise<LabelledFrame> {
  if (!isMagic(body)) throw notParquet()
  const budget = new ParquetBudget(limits, body.length)
  const metadata = readFooter({ tail: body, fileBytes: body.length, maxColumns: limits.maxColumns, budget })
  const compressors = await loadCodecs(metadata)
  const tree = parquetSchema(metadata)
  checkAllPages({ body, metadata, compressors, budget }, leavesOf(tree))
  const pandas = pandasMetadataOf(metadata)
  const stored = storedFieldsOf(tree)
  const fields = columnFieldsOf(stored, pandas)
  const source = { body, metadata, compressors, pandas }
  const columns = await readColumns(source, fields)
  const index = await readColumns(
    source,
    stored.filter(({ name }) => pandas.indexColumns.has(name)),
  )
  const rows = Number(metadata.num_rows)
  return { rows, columns, rowLabelledZero: storedRowLabelledZero(rows, index, pandas.range) }
}

async function readColumns(source: Source, fields: readonly StoredField[]): Promise<Column[]> {
  const columns: Column[] = []
  for (let from = 0; from < fields.length; from += COLUMNS_AT_ONCE) {
    const batch = fields.slice(from, from + COLUMNS_AT_ONCE)
    const stored = await readStored(source, batch)
    for (const field of batch) columns.push(columnOf(field, stored.get(field.name) ?? [], source))
  }
  return columns
}

/** The footer of a file that has these columns alone: hyparquet searches all columns for each that it reads. */
function metadataOf(fields: readonly StoredField[], metadata: FileMetaData): FileMetaData {
  const root = { ...metadata.schema[0]!, num_children: fields.length }
  const groups = metadata.row_groups.map((group) => ({
    ...group,
    columns: fields.flatMap(({ firstLeaf, leaves }) => group.columns.slice(firstLeaf, firstLeaf + leaves)),
  }))
  return { ...metadata, schema: [root, ...fields.flatMap(({ elements }) => elements)], row_groups: groups }
}

interface Source {
  readonly body: Uint8Array
  readonly metadata: FileMetaData
  readonly compressors: Compressors
  readonly pandas: PandasMetadata
}

function checkAllPages(
  source: Omit<Source, 'pandas'> & { budget: ParquetBudget },
  leaves: readonly Leaf[],
): void {
  const { body, metadata, compressors, budget } = source
  for (const group of metadata.row_groups) {
    group.columns.forEach(({ meta_data: chunk }, index) => {
      const leaf = leaves[index]
      if (chunk === undefined || chunk.path_in_schema.join('.') !== leaf?.path) {
        throw unreadableParquet('A row group does not have the columns of the schema')
      }
      const decompress = decompressorOf(chunk.codec, compressors)
      checkPages({ file: body, chunk, decompress, budget, ...leaf })
    })
  }
}

/** The values of some columns over all row groups, as stored. */
async function readStored(
  source: Source,
  fields: readonly StoredField[],
): Promise<Map<string, DecodedArray>> {
  const { body, metadata, compressors } = source
  const rows = Number(metadata.num_rows)
  const parts = new Map<string, { rowStart: number; values: DecodedArray }[]>()
  await parquetRead({
    // A body is often a Buffer, whose own `slice` does not copy.
    file: {
      byteLength: body.length,
      slice: (start, end) => new Uint8Array(body.subarray(start, end)).buffer,
    },
    metadata: metadataOf(fields, metadata),
    compressors,
    parsers: PARSERS,
    utf8: false,
    geoparquet: false,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const known = parts.get(columnName)
      if (known === undefined) parts.set(columnName, [{ rowStart, values: columnData }])
      else known.push({ rowStart, values: columnData })
    },
  })
  return new Map(
    fields.map(({ name }) => {
      const values = joined((parts.get(name) ?? []).sort((a, b) => a.rowStart - b.rowStart))
      if (values.length !== rows) throw unreadableParquet(`Column ${name} does not have ${rows} rows`)
      return [name, values]
    }),
  )
}

function joined(parts: readonly { values: DecodedArray }[]): DecodedArray {
  if (parts.length === 1) return parts[0]!.values
  const all: unknown[] = []
  for (const { values } of parts) for (const value of values) all.push(value)
  return all
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const PARSERS = {
  // A missing value reaches these as undefined.
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && UTF8.decode(bytes),
  jsonFromBytes: (bytes: Uint8Array | undefined) => bytes && UTF8.decode(bytes),
  geometryFromBytes: (bytes: Uint8Array) => bytes,
  geographyFromBytes: (bytes: Uint8Array) => bytes,
  uuidFromBytes: (bytes: Uint8Array) => bytes,
  // INT96 comes here as nanoseconds, whatever its annotation.
  timestampFromNanoseconds: (nanoseconds: bigint) => nanoseconds,
}
