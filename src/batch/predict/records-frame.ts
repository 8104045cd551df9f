import { isRecord } from '../../core/record.ts'
import type { Column, Frame } from '../../protocols/mlflow-scoring/frame.ts'

/**
 * The columns of JSON records, for predictions that are appended to them: numbers are doubles, and what is of several
 * types is text.
 */
export function recordsFrame(values: readonly unknown[]): Frame {
  const records = values.map((value) => (isRecord(value) ? value : {}))
  const names = new Set(records.flatMap((record) => Object.keys(record)))
  return {
    rows: records.length,
    columns: Array.from(names, (name) =>
      columnOf(
        name,
        records.map((record) => record[name] ?? null),
      ),
    ),
  }
}

function columnOf(name: string, cells: readonly unknown[]): Column {
  if (cells.every((cell) => typeof cell === 'boolean')) {
    return { name, dtype: 'bool', data: Uint8Array.from(cells, Number) }
  }
  if (cells.every((cell) => typeof cell === 'number' || cell === null)) {
    return {
      name,
      dtype: 'float64',
      data: Float64Array.from(cells, (cell) => (cell as number) ?? Number.NaN),
    }
  }
  if (cells.every((cell) => typeof cell === 'string' || cell === null)) {
    return { name, dtype: 'str', data: cells as readonly (string | null)[] }
  }
  return { name, dtype: 'object', data: cells }
}
