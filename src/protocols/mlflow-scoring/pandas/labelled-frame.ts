import type { Column, Frame } from '../frame.ts'

/** A frame whose rows have the labels of an `index`; without one, the labels are the row numbers. */
export interface LabelledFrame extends Frame {
  /**
   * The row that `column[0]` finds: the first one labelled 0. Undefined where no row or more than one is, which
   * MLflow's conversion to tensors does not survive.
   */
  readonly rowLabelledZero: number | undefined
}

export function withRowNumbers(frame: Frame): LabelledFrame {
  return { ...frame, rowLabelledZero: frame.rows > 0 ? 0 : undefined }
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
