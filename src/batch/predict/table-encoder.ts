import type { Datatype } from '../../core/tensor.ts'
import { joinRows } from '../../core/tensor-rows.ts'
import type { Column } from '../../protocols/mlflow-scoring/frame.ts'
import { plainPythonValue } from '../../protocols/mlflow-scoring/python/python-object.ts'
import {
  type PredictionColumn,
  predictionCells,
  predictionColumns,
} from '../../protocols/mlflow-scoring/reply/prediction-columns.ts'
import type { ParquetCells, ParquetField, ParquetFieldType } from '../output/parquet/parquet-field.ts'
import type { PredictedPart } from './bad-row-search.ts'
import type { BlockEncoder, EncodedBlock } from './block-encoder.ts'
import type { BlockRows } from './block-rows.ts'
import { cellOf } from './frame-text.ts'
import type { OutputNames } from './output-names.ts'

const FIELD_TYPES: Readonly<Record<Datatype, ParquetFieldType>> = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float32',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'str',
}

interface TableColumn {
  readonly field: ParquetField
  readonly cells: ParquetCells
}

export interface TableEncoderInit {
  readonly names: OutputNames
  readonly append: boolean
}

/** Makes columns of predictions, for files of columns. */
export class TableEncoder implements BlockEncoder {
  readonly #init: TableEncoderInit

  constructor(init: TableEncoderInit) {
    this.#init = init
  }

  encode(predicted: readonly PredictedPart[], rows: () => BlockRows | undefined): EncodedBlock {
    const { names, append } = this.#init
    const outputs = names.rename(joinRows(predicted.map((part) => part.outputs)))
    const count = predicted.reduce((sum, part) => sum + part.rows, 0)
    const input = append ? (rows()?.columns()?.columns ?? []) : []
    const columns = [
      ...input.map((column) => inputColumn(column, predicted)),
      ...predictionColumns(names.outputs, outputs, count).map(outputColumn),
    ]
    return {
      shape: { kind: 'table', fields: columns.map(({ field }) => field) },
      parts: [],
      columns: columns.map(({ cells }) => cells),
    }
  }
}

function outputColumn(column: PredictionColumn): TableColumn {
  const { name, tensor } = column
  return {
    field: { name, type: FIELD_TYPES[tensor.datatype], isRequired: true },
    cells: predictionCells(column),
  }
}

/** The cells of the predicted rows. What has no type of its own in a table becomes text. */
function inputColumn(column: Column, predicted: readonly PredictedPart[]): TableColumn {
  const name = String(column.name)
  if (column.dtype === 'object') {
    const cells = cellsOf(column.data, predicted).map((cell) => textCell(plainPythonValue(cell)))
    return { field: { name, type: 'str' }, cells }
  }
  if (column.dtype === 'float16') {
    const cells = predicted.flatMap(({ from, rows }) =>
      Array.from({ length: rows }, (_, i) => cellOf(column, from + i)),
    )
    return { field: { name, type: 'float32' }, cells }
  }
  const zone = column.dtype === 'datetime64[ns]' ? column.zone : undefined
  const field = {
    name,
    type: column.dtype,
    // A column of numbers has NaN where one is missing.
    isRequired: column.dtype !== 'str' && column.dtype !== 'datetime64[ns]',
    ...(zone === undefined ? {} : { zone }),
  }
  const [only] = predicted
  if (predicted.length === 1 && only!.from === 0 && only!.rows === column.data.length) {
    return { field, cells: column.data }
  }
  return { field, cells: cellsOf(column.data, predicted) }
}

function cellsOf(data: ParquetCells, predicted: readonly PredictedPart[]): unknown[] {
  return predicted.flatMap(({ from, rows }) => Array.from({ length: rows }, (_, i) => data[from + i]))
}

function textCell(cell: unknown): string | null {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return null
  return typeof cell === 'string'
    ? cell
    : JSON.stringify(cell, (_key, value) => (typeof value === 'bigint' ? String(value) : value))
}
