import type { Column, Frame } from '../../../src/protocols/mlflow-scoring/frame.ts'
import { float16ToNumber } from '../../../src/protocols/mlflow-scoring/numpy/float16.ts'
import type { FrameText } from './pandas-process.ts'

const NAT = -(2n ** 63n)

/** A frame as the Python side writes one down. */
export function frameText({ rows, columns }: Frame): FrameText {
  return {
    rows,
    columns: columns.map((column) => ({
      name: String(column.name),
      dtype: dtypeOf(column),
      cells: Array.from<unknown, string>(column.data, (cell) => cellText(column.dtype, cell)),
    })),
  }
}

/** The rows of several frames, one after the other. */
export function joinFrames(frames: readonly FrameText[]): FrameText {
  const [first] = frames
  return {
    rows: frames.reduce((rows, frame) => rows + frame.rows, 0),
    columns: (first?.columns ?? []).map(({ name, dtype }, i) => ({
      name,
      dtype,
      cells: frames.flatMap(({ columns }) => columns[i]?.cells ?? []),
    })),
  }
}

function dtypeOf(column: Column): string {
  if (column.isCategory === true) return 'category'
  return column.dtype === 'datetime64[ns]' ? 'datetime64' : column.dtype
}

function cellText(dtype: Column['dtype'], cell: unknown): string {
  if (dtype === 'bool') return `b${Number(cell)}`
  if (dtype === 'datetime64[ns]') return cell === NAT ? 'n' : `t${cell}`
  if (dtype === 'float16') return numberText(float16ToNumber(Number(cell)))
  if (dtype === 'float32' || dtype === 'float64') return numberText(Number(cell))
  if (typeof cell === 'number' && /int/.test(dtype)) return `i${cell}`
  return objectText(cell)
}

function objectText(cell: unknown): string {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return 'n'
  if (typeof cell === 'boolean') return `b${Number(cell)}`
  if (typeof cell === 'bigint') return `i${cell}`
  if (typeof cell === 'number') return numberText(cell)
  return typeof cell === 'string' ? `s${cell}` : `o${String(cell)}`
}

/** As JavaScript prints it, which says all of the digits. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return 'n'
  return `f${Object.is(value, -0) ? '-0' : value}`
}
