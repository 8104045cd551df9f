import { asciiJson } from '../../core/ascii-json.ts'
import type { Column, Frame } from '../../protocols/mlflow-scoring/frame.ts'
import { float16ToNumber } from '../../protocols/mlflow-scoring/numpy/float16.ts'
import { plainPythonValue } from '../../protocols/mlflow-scoring/python/python-object.ts'
import { csvField } from '../../protocols/mlflow-scoring/reply/csv-text.ts'
import { jsonFloat } from '../../protocols/mlflow-scoring/reply/json-text.ts'

const NAT = -(2n ** 63n)
const NANOSECONDS_PER_MS = 1_000_000n

/** The cells of a row of a frame as CSV, a missing one as nothing. */
export function csvRow(frame: Frame, row: number): string {
  return frame.columns.map((column) => csvCell(cellOf(column, row))).join(',')
}

/** The members of a row of a frame as JSON, without the braces around them; a missing cell is null. */
export function jsonMembers(frame: Frame, row: number): string {
  return frame.columns
    .map((column) => `${asciiJson(String(column.name))}: ${jsonCell(cellOf(column, row))}`)
    .join(', ')
}

/** A cell as a plain value: null where it is missing, times as ISO text. Integers may be bigints. */
export function cellOf(column: Column, row: number): unknown {
  const cell = column.data[row]
  switch (column.dtype) {
    case 'bool':
      return cell === 1
    case 'float16':
      return present(float16ToNumber(Number(cell)))
    case 'datetime64[ns]':
      return cell === NAT ? null : isoText(cell as bigint)
    case 'object':
      return present(plainPythonValue(cell))
    default:
      return present(cell)
  }
}

/** JSON has no NaN, and no other word for what is missing. */
function present(cell: unknown): unknown {
  return cell === undefined || Number.isNaN(cell) ? null : cell
}

function isoText(nanoseconds: bigint): string {
  const fraction = ((nanoseconds % NANOSECONDS_PER_MS) + NANOSECONDS_PER_MS) % NANOSECONDS_PER_MS
  const ms = Number((nanoseconds - fraction) / NANOSECONDS_PER_MS)
  const text = new Date(ms).toISOString().slice(0, -1)
  return fraction === 0n ? text : `${text}${String(fraction).padStart(6, '0')}`
}

function csvCell(cell: unknown): string {
  if (cell === null) return ''
  if (typeof cell === 'string') return csvField(cell)
  if (typeof cell === 'boolean') return cell ? 'True' : 'False'
  return typeof cell === 'number' || typeof cell === 'bigint' ? String(cell) : csvField(jsonCell(cell))
}

function jsonCell(cell: unknown): string {
  if (typeof cell === 'string') return asciiJson(cell)
  if (typeof cell === 'bigint') return String(cell)
  if (typeof cell === 'number') return Number.isInteger(cell) ? String(cell) : jsonFloat(cell)
  return JSON.stringify(cell, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))
}
