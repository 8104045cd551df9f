import type { SchemaElement } from 'hyparquet'

/** Types of output columns, by the names of the pandas dtypes that they are read back as. */
export type ParquetFieldType =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float32'
  | 'float64'
  | 'datetime64[ns]'
  | 'str'

/** A column of an output file. */
export interface ParquetField {
  readonly name: string
  readonly type: ParquetFieldType
  /** Each cell is a list of values of the type, none of which is missing. */
  readonly isList?: boolean
  /** No cell is missing: the file then holds no levels that say so. */
  readonly isRequired?: boolean
  /** A datetime with a zone is written in UTC. */
  readonly zone?: string | undefined
}

/** Cells of a column: missing ones are null. Times are nanoseconds since the epoch; truth values may be 0 and 1. */
export type ParquetCells = ArrayLike<unknown>

/** The elements of a schema that describe the field. Source: parquet-format, LogicalTypes.md. */
export function schemaOf(field: ParquetField): SchemaElement[] {
  const { name, type, isList = false, isRequired = false, zone } = field
  if (!isList) return [{ name, repetition_type: isRequired ? 'REQUIRED' : 'OPTIONAL', ...typeOf(type, zone) }]
  return [
    {
      name,
      repetition_type: 'OPTIONAL',
      num_children: 1,
      converted_type: 'LIST',
      logical_type: { type: 'LIST' },
    },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'REQUIRED', ...typeOf(type, zone) },
  ]
}

function typeOf(type: ParquetFieldType, zone: string | undefined): Omit<SchemaElement, 'name'> {
  switch (type) {
    case 'bool':
      return { type: 'BOOLEAN' }
    case 'float32':
      return { type: 'FLOAT' }
    case 'float64':
      return { type: 'DOUBLE' }
    case 'str':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }
    case 'datetime64[ns]':
      return {
        type: 'INT64',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: zone !== undefined, unit: 'NANOS' },
      }
    default:
      return integerType(type)
  }
}

type IntegerType = Extract<ParquetFieldType, `int${number}` | `uint${number}`>

/** By the older annotation: pyarrow cannot read the newer one as hyparquet-writer 0.17 writes it. */
function integerType(type: IntegerType): Omit<SchemaElement, 'name'> {
  const bits = type.replace(/\D/g, '')
  const converted = `${type.startsWith('u') ? 'U' : ''}INT_${bits}` as NonNullable<
    SchemaElement['converted_type']
  >
  return { type: bits === '64' ? 'INT64' : 'INT32', converted_type: converted }
}
