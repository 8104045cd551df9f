import { type FileMetaData, parquetSchema } from 'hyparquet'
import {
  type Decompress,
  decompressorOf,
  loadCodecs,
} from '../../../protocols/mlflow-scoring/parquet/codecs.ts'
import { pandasMetadataOf } from '../../../protocols/mlflow-scoring/parquet/pandas-metadata.ts'
import { unreadableParquet } from '../../../protocols/mlflow-scoring/parquet/parquet-failure.ts'
import { DEFAULT_PARQUET_LIMITS } from '../../../protocols/mlflow-scoring/parquet/parquet-limits.ts'
import {
  footerBytes,
  isMagic,
  notParquet,
  readFooter,
} from '../../../protocols/mlflow-scoring/parquet/read-footer.ts'
import { readParquet } from '../../../protocols/mlflow-scoring/parquet/read-parquet.ts'
import {
  columnFieldsOf,
  type StoredField,
  storedFieldsOf,
} from '../../../protocols/mlflow-scoring/parquet/stored-field.ts'
import type { ColumnChunk } from './column-pages.ts'
import type { FrameSource } from './frame-source.ts'
import { type PagedField, PagedFrame } from './paged-frame.ts'
import type { ParquetFile } from './parquet-file.ts'
import { WholeFrame } from './whole-frame.ts'

/** The length of the footer and the magic word behind it. */
const TAIL_BYTES = 8
/** Of a file of thousands of row groups. */
const MAX_FOOTER_BYTES = 256 * 1024 * 1024
/** A file with nested columns is read as a whole. */
const MAX_NESTED_BYTES = 64 * 1024 * 1024

/** @throws ServingError BAD_REQUEST */
export async function openFrameSource(file: ParquetFile): Promise<FrameSource> {
  const metadata = readMetadata(file)
  const pandas = pandasMetadataOf(metadata)
  const fields = columnFieldsOf(storedFieldsOf(parquetSchema(metadata)), pandas)
  const nested = fields.find(({ kind }) => kind === undefined)
  if (nested !== undefined) return readWhole(file, nested)
  const compressors = await loadCodecs(metadata)
  const paged = fields.map((field) =>
    pagedField(field, { file, metadata, decompress: (codec) => decompressorOf(codec, compressors) }),
  )
  return new PagedFrame(Number(metadata.num_rows), paged, pandas)
}

function readMetadata(file: ParquetFile): FileMetaData {
  if (file.bytes < TAIL_BYTES || !isMagic(file.read(0, TAIL_BYTES))) throw notParquet()
  const bytes = footerBytes(file.read(file.bytes - TAIL_BYTES, file.bytes), file.bytes)
  if (bytes > MAX_FOOTER_BYTES) throw unreadableParquet(`A footer of ${bytes} bytes is too long`)
  const tail = file.read(file.bytes - bytes, file.bytes)
  const { maxColumns } = DEFAULT_PARQUET_LIMITS
  const metadata = readFooter({ tail, fileBytes: file.bytes, maxColumns })
  if (Number.isSafeInteger(Number(metadata.num_rows))) return metadata
  throw unreadableParquet('The file says that it has more rows than can be counted')
}

/** Pages of nested columns end anywhere in a row, so that they cannot be read side by side. */
async function readWhole(file: ParquetFile, nested: StoredField): Promise<FrameSource> {
  if (file.bytes <= MAX_NESTED_BYTES) return new WholeFrame(await readParquet(file.read(0, file.bytes)))
  throw unreadableParquet(
    `Column ${nested.name} holds lists or structs, which can be read from files of up to ${MAX_NESTED_BYTES} bytes only`,
  )
}

interface PagedContext {
  readonly file: ParquetFile
  readonly metadata: FileMetaData
  readonly decompress: (codec: string) => Decompress
}

function pagedField(field: StoredField, { file, metadata, decompress }: PagedContext): PagedField {
  const [element] = field.elements
  const type = element?.type
  if (element === undefined || type === undefined) throw unreadableParquet(`Column ${field.name} has no type`)
  const chunks = metadata.row_groups.map((group): ColumnChunk => {
    const chunk = group.columns[field.firstLeaf]?.meta_data
    if (chunk === undefined || chunk.path_in_schema.join('.') !== field.name || chunk.type !== type) {
      throw unreadableParquet('A row group does not have the columns of the schema')
    }
    return { chunk, rows: Number(group.num_rows), decompress: decompress(chunk.codec) }
  })
  const stored = { type, element, isText: field.kind?.kind === 'text' }
  return { field, values: { file, chunks, stored, isOptional: element.repetition_type !== 'REQUIRED' } }
}
