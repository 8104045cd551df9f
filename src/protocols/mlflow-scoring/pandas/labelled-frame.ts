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

/** All columns of a name: pandas allows several. */
export function columnsNamed(frame: Frame, name: string): readonly Column[] {
  return frame.columns.filter((column) => column.name === name)
}

export function columnNames(frame: Frame): ReadonlySet<string | number> {
  return new Set(frame.columns.map((column) => column.name))
}
