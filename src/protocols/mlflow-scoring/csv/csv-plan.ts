import { type DataType, isDataType } from '../../../signature/column-dtypes.ts'
import type { ColSpec, Schema } from '../../../signature/model-signature.ts'
import type { CsvLayout } from './csv-layout.ts'

/** How one column of a CSV file is read, block by block. */
export interface PlannedColumn {
  readonly name: string
  /** Position in the file. */
  readonly index: number
  /** The signature's type; undefined where the kind is inferred from the whole file. */
  readonly type: DataType | undefined
  /** The type came by position, which leaves text to pandas' own text dtype. */
  readonly byPosition: boolean
}

/**
 * The columns that a model receives of a file. Columns of a plain type are read with that type, as MLflow's scoring
 * server reads CSV; datetimes, other types, tensor signatures and models without a signature have their columns
 * inferred from the whole file, as `mlflow models predict` does for all (MLflow 3.17.2, `scoring_server._predict`).
 */
export function planCsv(layout: CsvLayout, schema: Schema | undefined): readonly PlannedColumn[] {
  const all = layout.names.map((name, position) => ({
    name,
    index: layout.indexColumns + position,
    type: undefined,
    byPosition: false,
  }))
  if (schema === undefined) return all
  if (schema.kind === 'tensors') {
    const wanted = new Set(schema.tensors.map(({ name }) => name))
    return wanted.has(undefined) ? all : all.filter(({ name }) => wanted.has(name))
  }
  const { columns } = schema
  if (columns[0]?.name === undefined) {
    return all
      .slice(0, columns.length)
      .map((column) => ({ ...column, type: readType(columns[column.index]), byPosition: true }))
  }
  const specs = new Map(columns.map((spec) => [spec.name, spec]))
  return all
    .filter(({ name }) => specs.has(name))
    .map((column) => ({ ...column, type: readType(specs.get(column.name)) }))
}

/** pandas reads no datetime by a dtype. */
function readType(spec: ColSpec | undefined): DataType | undefined {
  if (spec === undefined || !isDataType(spec.type) || spec.type === 'datetime') return undefined
  return spec.type
}
