import { badRequest, messageOf } from '../../core/errors.ts'
import type { ColumnType } from '../../signature/model-signature.ts'
import { type CsvType, castColumn } from './csv-cast.ts'
import { unreadableCsv } from './csv-failure.ts'
import { uniqueColumnNames } from './csv-header.ts'
import { inferColumn } from './csv-inference.ts'
import type { CsvTable } from './csv-table.ts'
import { tokenizeCsv } from './csv-tokenizer.ts'
import type { Column, Frame } from './frame.ts'

/** The types of a signature's columns, by name, or by position where the signature has no names. */
export type CsvDtypes = ReadonlyMap<string, ColumnType> | ReadonlyMap<number, ColumnType>

export interface CsvOptions {
  /** Given for a model whose signature has columns. */
  readonly dtypes?: CsvDtypes
  /** MLflow has no way to read CSV for a signature of tensors. */
  readonly hasTensorSignature?: boolean
}

type ReaderDtypes = ReadonlyMap<string | number, CsvType>

const READER_TYPES: ReadonlySet<ColumnType> = new Set<CsvType>([
  ...(['boolean', 'integer', 'long', 'float', 'double', 'string', 'binary', 'datetime'] as const),
])

/**
 * Reads a CSV body as MLflow 3.17.2 does with pandas 3.1: `pandas.read_csv(body, dtype=…)`. Index columns, which
 * pandas sees where rows are longer than the header, are left out, since no model receives them.
 * @throws ServingError BAD_REQUEST
 */
export function readCsv(body: Uint8Array, options: CsvOptions = {}): Frame {
  const text = decodeUtf8(body)
  const dtypes = readerDtypes(options)
  const table = tokenizeCsv(text)
  const indexColumns = table.width - table.headerWidth
  const header = table.header()
  const names = uniqueColumnNames(header)
  const columns = names.map((name, index): Column => {
    const position = indexColumns + index
    const type = dtypes.get(position) ?? dtypes.get(name) ?? dtypes.get(header[index]!)
    return readColumn({ table, name, position, type })
  })
  return { rows: table.rows, columns }
}

interface ColumnSource {
  readonly table: CsvTable
  readonly name: string
  readonly position: number
  readonly type: CsvType | undefined
}

function readColumn({ table, name, position, type }: ColumnSource): Column {
  const cells = table.column(position)
  return type === undefined ? inferColumn(name, cells) : castColumn({ name, index: position, cells }, type)
}

/** Leaves out a byte order mark, which pandas skips too. */
function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (error) {
    throw badRequest(
      `Invalid input. Ensure that input is a valid UTF-8 encoded string. Error: '${messageOf(error)}'`,
    )
  }
}

function readerDtypes({ dtypes, hasTensorSignature }: CsvOptions): ReaderDtypes {
  if (hasTensorSignature === true) {
    throw unreadableCsv('TensorSpec only supports numpy types, use numpy_types() instead')
  }
  const known = new Map<string | number, CsvType>()
  for (const [name, type] of dtypes ?? []) {
    if (!isCsvType(type)) {
      throw unreadableCsv('Failed to get pandas types as some of the inputs types are not DataType.')
    }
    known.set(name, type)
  }
  return known
}

function isCsvType(type: ColumnType): type is CsvType {
  return READER_TYPES.has(type)
}
