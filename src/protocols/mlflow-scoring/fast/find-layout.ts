import { isRecord } from '../../../core/record.ts'
import type { FormName } from '../forms/envelope.ts'
import { isPlace, type JsonObject } from './body-plan.ts'
import { type Cell, type CellLayout, ColumnsLayout, MatrixLayout, RecordsLayout } from './cell-layout.ts'

export interface FoundLayout {
  readonly layout: CellLayout
  /** Whether the form leaves out the columns that the signature does not have without a look at them. */
  readonly mayHaveMore: boolean
}

/**
 * Finds the cells in the skeleton of a form's value.
 * @param only the name of the only column of a signature, which then may be given as a plain list.
 * @returns undefined for whatever is not made of numbers alone.
 */
export function findLayout(
  form: FormName,
  value: unknown,
  only: string | undefined,
): FoundLayout | undefined {
  switch (form) {
    case 'dataframe_split':
      return isRecord(value) ? found(splitLayout(value), true) : undefined
    case 'dataframe_records':
      return Array.isArray(value) ? found(recordsLayout(value), true) : undefined
    default:
      return found(arrayLayout(value, only), false)
  }
}

function found(layout: CellLayout | undefined, mayHaveMore: boolean): FoundLayout | undefined {
  if (layout === undefined || layout.names.length === 0) return undefined
  // Names that are given twice are columns of their own in pandas.
  return new Set(layout.names).size < layout.names.length ? undefined : { layout, mayHaveMore }
}

const SPLIT_KEYS: ReadonlySet<string> = new Set(['columns', 'data', 'index'])

/** A frame without names, which is its cells alone. */
export function namelessLayout(form: FormName, value: unknown): CellLayout | undefined {
  if (form !== 'dataframe_split' || !isRecord(value) || Object.keys(value).length > 1) return undefined
  return isPlace(value['data']) ? new MatrixLayout(undefined, value['data'], undefined) : undefined
}

function splitLayout(value: JsonObject): CellLayout | undefined {
  const { columns, data, index = null } = value
  if (!isPlace(data) || !isTexts(columns) || !Object.keys(value).every((key) => SPLIT_KEYS.has(key)))
    return undefined
  if (index === null) return new MatrixLayout(columns, data, undefined)
  return isPlace(index) || isTexts(index) ? new MatrixLayout(columns, data, index) : undefined
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function arrayLayout(value: unknown, only: string | undefined): CellLayout | undefined {
  if (Array.isArray(value)) return recordsLayout(value)
  if (isPlace(value)) return only === undefined ? undefined : new ColumnsLayout([only], [value], false)
  if (!isRecord(value)) return undefined
  const places = Object.values(value)
  return places.every(isPlace) ? new ColumnsLayout(Object.keys(value), places, true) : undefined
}

/** Records that all have the same members. */
function recordsLayout(records: readonly unknown[]): CellLayout | undefined {
  const [first] = records
  if (!isRecord(first)) return undefined
  const names = Object.keys(first)
  const cells: Cell[] = []
  for (const record of records) {
    if (!isRecord(record) || Object.keys(record).length !== names.length) return undefined
    for (const name of names) {
      const cell = Object.hasOwn(record, name) ? record[name] : undefined
      if (!isCell(cell)) return undefined
      cells.push(cell)
    }
  }
  return new RecordsLayout(names, cells)
}

function isCell(value: unknown): value is Cell {
  return isPlace(value) || typeof value === 'boolean' || value === null
}
