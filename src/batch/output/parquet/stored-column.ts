import type { DecodedArray } from 'hyparquet'
import type { ParquetCells, ParquetField, ParquetFieldType } from './parquet-field.ts'

const NAT = -(2n ** 63n)

/** Not uint32, which hyparquet-writer 0.17 writes from plain arrays alone. */
const ARRAYS = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
}

/** The cells of the pieces of a column, one after the other, in the form that hyparquet-writer writes exactly. */
export function storedColumn(
  { type, isList = false }: ParquetField,
  pieces: readonly ParquetCells[],
): DecodedArray {
  if (isList) return pieces.flatMap((piece) => Array.from(piece, (cell) => storedList(type, cell)))
  return typedColumn(type, pieces) ?? pieces.flatMap((piece) => Array.from(piece, storedCell(type)))
}

/** Arrays of the column's own type have no missing cells and are copied whole. */
function typedColumn(type: ParquetFieldType, pieces: readonly ParquetCells[]): DecodedArray | undefined {
  const TypedArray = ARRAYS[type as keyof typeof ARRAYS]
  if (TypedArray === undefined || !pieces.every((piece) => piece instanceof TypedArray)) return undefined
  const column = newColumn(
    type,
    pieces.reduce((rows, piece) => rows + piece.length, 0),
  )
  let row = 0
  for (const piece of pieces) {
    column.set(piece as never, row)
    row += piece.length
  }
  return column
}

/** Narrow integers are stored in 32 bits. */
function newColumn(type: ParquetFieldType, rows: number) {
  switch (type) {
    case 'float32':
      return new Float32Array(rows)
    case 'float64':
      return new Float64Array(rows)
    case 'int64':
      return new BigInt64Array(rows)
    case 'uint64':
      return new BigUint64Array(rows)
    default:
      return new Int32Array(rows)
  }
}

function storedList(type: ParquetFieldType, cell: unknown): unknown[] | null {
  return isMissing(cell) ? null : Array.from(cell as ArrayLike<unknown>, storedCell(type))
}

function storedCell(type: ParquetFieldType): (cell: unknown) => unknown {
  switch (type) {
    case 'bool':
      return (cell) => (isMissing(cell) ? null : Boolean(cell))
    case 'str':
      return (cell) => (isMissing(cell) ? null : String(cell))
    case 'int64':
    case 'uint64':
      return (cell) => (isMissing(cell) ? null : BigInt(cell as bigint | number))
    case 'datetime64[ns]':
      return (cell) => (isMissing(cell) || cell === NAT ? null : cell)
    default:
      return (cell) => (isMissing(cell) ? null : Number(cell))
  }
}

function isMissing(cell: unknown): cell is null | undefined {
  return cell === null || cell === undefined
}
