import { type DataType, isDataType } from '../../../signature/column-dtypes.ts'
import type { ColumnType } from '../../../signature/model-signature.ts'
import type { Column, Frame } from '../frame.ts'
import { castColumn } from './cast-cells.ts'
import { isMissing } from './cells.ts'
import { uniqueColumnNames } from './column-names.ts'
import { unreadableCsv } from './csv-failure.ts'
import { tokenizeCsv } from './csv-tokenizer.ts'
import { decodeUtf8 } from './decode-utf8.ts'
import { inferColumn, textColumn } from './infer-cells.ts'

/** The types of a signature's columns, by name, or by position where the signature has no names. */
export type CsvDtypes = ReadonlyMap<string, ColumnType> | ReadonlyMap<number, ColumnType>

export interface CsvOptions {
  /** Given for a model whose signature has columns. */
  readonly dtypes?: CsvDtypes
  /** MLflow has no way to read CSV for a signature of tensors. */
  readonly hasTensorSignature?: boolean
}

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
  const columns = names.map((name, position) => {
    const index = indexColumns + position
    const column = { name, index, cells: table.column(index) }
    const declared = dtypes.get(name)
    if (declared !== undefined) return castColumn(column, declared)
    const indirect = dtypes.get(index) ?? (table.rows > 0 ? dtypes.get(header[position]!) : undefined)
    if (indirect === undefined) return inferColumn(name, column.cells)
    return inferText(castColumn(column, indirect), column.cells)
  })
  return { rows: table.rows, columns }
}

/**
 * What pandas makes of a column whose dtype came by its position, or from the first column of the same name: it
 * builds the frame with the dtypes found by name alone, so that objects become text there.
 */
function inferText(column: Column, cells: readonly string[]): Column {
  return column.dtype !== 'object' || cells.every(isMissing) ? column : textColumn(column.name, cells)
}

/** Source: MLflow 3.17.2, `Schema.pandas_types`, which knows plain types only. */
function readerDtypes({ dtypes, hasTensorSignature }: CsvOptions): ReadonlyMap<string | number, DataType> {
  if (hasTensorSignature === true) {
    throw unreadableCsv('TensorSpec only supports numpy types, use numpy_types() instead')
  }
  const known = new Map<string | number, DataType>()
  for (const [name, type] of dtypes ?? []) {
    if (!isDataType(type)) {
      throw unreadableCsv('Failed to get pandas types as some of the inputs types are not DataType.')
    }
    known.set(name, type)
  }
  return known
}
