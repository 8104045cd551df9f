import type { Column, Frame } from '../frame.ts'
import type { PyValue } from '../python/python-value.ts'

/** A frame whose rows have the labels of an `index`; without one, the labels are the row numbers. */
export interface LabelledFrame extends Frame {
  /**
   * The row that `column[0]` finds: the first one labelled 0. Undefined where no row or more than one is, which
   * MLflow's conversion to tensors does not survive.
   */
  readonly rowLabelledZero: number | undefined
}

export function withRowNumbers(frame: Frame): LabelledFrame {
  return { ...frame, rowLabelledZero: rowLabelledZero(frame.rows, undefined) }
}

/** Without labels the rows are numbered. */
export function rowLabelledZero(rows: number, labels: readonly PyValue[] | undefined): number | undefined {
  if (labels === undefined) return rows > 0 ? 0 : undefined
  const zeros = labels.flatMap((label, row) => (label === 0n || label === 0 || label === false ? [row] : []))
  return zeros.length === 1 ? zeros[0] : undefined
}

/** The columns by name: pandas allows several of one. */
export function columnsByName(frame: Frame): ReadonlyMap<string | number, readonly Column[]> {
  const byName = new Map<string | number, Column[]>()
  for (const column of frame.columns) {
    const columns = byName.get(column.name)
    if (columns === undefined) byName.set(column.name, [column])
    else columns.push(column)
  }
  return byName
}
