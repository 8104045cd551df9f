import type { Column } from '../frame.ts'
import { cellsOf } from '../pandas/column.ts'
import { rowLabelledZero } from '../pandas/labelled-frame.ts'
import type { PandasMetadata } from './pandas-metadata.ts'

/**
 * Which row of a parquet file is labelled 0 when pandas reads it, by the columns that were the frame's index or by
 * the range that was; see `LabelledFrame`.
 */
export function storedRowLabelledZero(
  rows: number,
  index: readonly Column[],
  range: PandasMetadata['range'],
): number | undefined {
  const [column, ...more] = index
  // Several columns make a MultiIndex, of which 0 finds no single row.
  if (more.length > 0) return undefined
  if (column !== undefined) return rowLabelledZero(rows, cellsOf(column))
  if (range === undefined) return rowLabelledZero(rows, undefined)
  const row = (0 - range.start) / range.step
  return Number.isInteger(row) && row >= 0 && row < rows ? row : undefined
}
