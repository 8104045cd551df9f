import type { Column, Frame } from '../../../protocols/mlflow-scoring/frame.ts'

/** Rows `from` to `to` (exclusive) of a frame, in arrays of their own. */
export function frameRows(frame: Frame, from: number, to: number): Frame {
  return { rows: to - from, columns: frame.columns.map((column) => columnRows(column, from, to)) }
}

function columnRows(column: Column, from: number, to: number): Column {
  const data = column.data.slice(from, to)
  if (column.dtype !== 'str' || column.objects === undefined) return { ...column, data } as Column
  return { ...column, data, objects: column.objects.slice(from, to) } as Column
}
