import type { SchemaElement, SchemaTree } from 'hyparquet'
import type { Column } from '../frame.ts'
import type { PandasMetadata } from './pandas-metadata.ts'
import { unreadableParquet } from './parquet-failure.ts'
import { type ParquetKind, parquetKindOf } from './parquet-kind.ts'
import { type StoredValues, toColumn, toPython } from './to-column.ts'

/** A column of the frame: one or, when nested, several columns of the file. */
export interface StoredField {
  readonly name: string
  /** Undefined for a nested field. */
  readonly kind: ParquetKind | undefined
  readonly elements: readonly SchemaElement[]
  /** Which columns of the file belong to it. */
  readonly firstLeaf: number
  readonly leaves: number
}

export function storedFieldsOf(tree: SchemaTree): StoredField[] {
  let firstLeaf = 0
  return tree.children.map((node) => {
    const elements = elementsOf(node)
    const leaves = elements.filter((element) => !element.num_children).length
    const field = { name: node.element.name, kind: kindOf(node), elements, firstLeaf, leaves }
    firstLeaf += leaves
    return field
  })
}

/** Fields that become columns: those that were not the frame's index. @throws ServingError BAD_REQUEST */
export function columnFieldsOf(fields: readonly StoredField[], pandas: PandasMetadata): StoredField[] {
  const columns = fields.filter(({ name }) => !pandas.indexColumns.has(name))
  if (new Set(columns.map(({ name }) => name)).size === columns.length) return columns
  throw unreadableParquet('Two columns have the same name')
}

function elementsOf(node: SchemaTree): SchemaElement[] {
  return [node.element, ...node.children.flatMap(elementsOf)]
}

/** Undefined for nested columns. */
function kindOf(node: SchemaTree): ParquetKind | undefined {
  const { element } = node
  if (node.children.length > 0 || element.repetition_type === 'REPEATED') return undefined
  const kind = parquetKindOf(element)
  // Without its annotations hyparquet leaves a value as it is stored, for to-column.ts to read exactly.
  if (kind.kind !== 'text') {
    delete element.logical_type
    delete element.converted_type
  }
  return kind
}

export interface ColumnContext {
  readonly pandas: PandasMetadata
  /** Whether values are missing anywhere in the file, where `values` are not all of the column. */
  readonly hasMissing?: boolean
  /** The values are no one else's, and may become part of the column. */
  readonly areOwned?: boolean
}

/** Integers that pandas had as names come back as integers. */
export function columnNameOf({ name }: StoredField, pandas: PandasMetadata): Column['name'] {
  return pandas.hasIntegerNames && /^-?\d+$/.test(name) ? Number(name) : name
}

/** The column of the frame that stored values make. @throws ServingError BAD_REQUEST */
export function columnOf(field: StoredField, values: StoredValues, context: ColumnContext): Column {
  const { pandas, ...facts } = context
  const name = columnNameOf(field, pandas)
  if (field.kind === undefined || pandas.durations.has(field.name)) {
    return { name, dtype: 'object', data: Array.from<unknown, unknown>(values, toPython) }
  }
  const column = toColumn({ name, values, zone: pandas.zones.get(field.name) ?? 'UTC', ...facts }, field.kind)
  // A category of nothing but missing values has no values to be one of, and comes back as objects.
  const isCategory = pandas.categories.has(field.name) && field.kind.kind !== 'null'
  return isCategory ? { ...column, isCategory } : column
}
