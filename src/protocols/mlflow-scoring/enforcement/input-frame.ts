import type { ColSpec } from '../../../signature/model-signature.ts'
import type { ParsedDict, ParsedInput, ParsedValue } from '../forms/parsed-input.ts'
import type { Column } from '../frame.ts'
import { arrayCell } from '../numpy/array-cell.ts'
import { type Dtype, newStorage } from '../numpy/dtype.ts'
import { toNestedList } from '../numpy/elements.ts'
import { type NdArray, ndArray } from '../numpy/nd-array.ts'
import { columnOfArray, pickRows } from '../pandas/column.ts'
import { checkFrameSize } from '../pandas/frame-size.ts'
import { inferColumn } from '../pandas/infer-column.ts'
import { type LabelledFrame, withRowNumbers } from '../pandas/labelled-frame.ts'
import { PythonError, valueError } from '../python/python-error.ts'
import { isDict, isList, isScalar, type PyList, type PyValue } from '../python/python-value.ts'
import { EnforcementError } from './enforcement-error.ts'

/**
 * The DataFrame that MLflow makes of any input for a signature of columns (`_enforce_schema`).
 * @throws EnforcementError, PythonError
 */
export function inputFrame(input: ParsedInput, columns: readonly ColSpec[]): LabelledFrame {
  switch (input.kind) {
    case 'frame':
      return input.frame
    case 'records':
      return frameOfRecords(input.records)
    case 'value':
      return frameOfValue(input.value)
    default:
      return frameOfDict(input.values, columns)
  }
}

function frameOfValue(value: ParsedValue): LabelledFrame {
  if (value.kind === 'raw') {
    if (!isScalar(value.value)) throw new EnforcementError('Expected input to be DataFrame. Found: NoneType')
    return frame(1, [inferColumn(0, [value.value])])
  }
  if (value.kind === 'scalar') return frame(1, [columnOfArray(0, oneCell(value.array))])
  const { array } = value
  const [rows, width, ...more] = array.shape
  if (rows === undefined || more.length > 0) {
    throw valueError(
      `Must pass 2-d input. shape=${array.shape.length === 0 ? '()' : `(${array.shape.join(', ')})`}`,
    )
  }
  const columns = Array.from({ length: width ?? 1 }, (_, i) =>
    columnOfArray(i, strided(array, rows, i, width ?? 1)),
  )
  return frame(rows, columns)
}

function frame(rows: number, columns: readonly Column[]): LabelledFrame {
  return withRowNumbers({ rows, columns })
}

function oneCell(array: NdArray): NdArray {
  return { ...array, shape: [1] }
}

function strided(array: NdArray, rows: number, offset: number, stride: number): NdArray {
  if (array.dtype === 'str' || array.dtype === 'bytes' || array.dtype === 'object') {
    const data = Array.from({ length: rows }, (_, row) => array.data[row * stride + offset] as string)
    return ndArray<Dtype>(array.dtype, [rows], data)
  }
  const data = newStorage(array.dtype, rows)
  for (let row = 0; row < rows; row++) {
    ;(data as { [index: number]: unknown })[row] = array.data[row * stride + offset]
  }
  return ndArray<Dtype>(array.dtype, [rows], data)
}

function frameOfRecords(records: readonly ParsedDict[]): LabelledFrame {
  const names = new Set(records.flatMap((record) => [...record.keys()]))
  checkFrameSize(
    records.length,
    names.size,
    records.reduce((sum, record) => sum + record.size, 0),
  )
  const columns = Array.from(names, (name) =>
    columnOfCells(
      name,
      records.map((record) => record.get(name)),
    ),
  )
  return frame(records.length, columns)
}

/** NumPy scalars of one dtype keep it when none is missing; otherwise pandas finds a type for Python objects. */
function columnOfCells(name: string, cells: readonly (ParsedValue | undefined)[]): Column {
  const [first] = cells
  const { dtype } = first?.kind === 'scalar' ? first.array : {}
  const uniform =
    dtype !== undefined && cells.every((cell) => cell?.kind === 'scalar' && cell.array.dtype === dtype)
  if (!uniform) return inferColumn(name, cells.map(cellOf))
  return columnOfArray(name, joinScalars(dtype, cells as readonly (ParsedValue & { kind: 'scalar' })[]))
}

function joinScalars(dtype: Dtype, cells: readonly (ParsedValue & { readonly kind: 'scalar' })[]): NdArray {
  const values = cells.map((cell) => cell.array.data[0])
  if (dtype === 'str' || dtype === 'bytes' || dtype === 'object') {
    return ndArray<Dtype>(dtype, [cells.length], values as string[])
  }
  const data = newStorage(dtype, cells.length)
  values.forEach((value, i) => {
    ;(data as { [index: number]: unknown })[i] = value
  })
  return ndArray<Dtype>(dtype, [cells.length], data)
}

function cellOf(value: ParsedValue | undefined): PyValue {
  if (value === undefined) return Number.NaN
  if (value.kind === 'raw') return value.value
  const list = toNestedList(value.array)
  return value.kind === 'array' && value.array.shape.length === 0 ? arrayCell(list) : list
}

function frameOfDict(values: ParsedDict, columns: readonly ColSpec[]): LabelledFrame {
  const nested = columns.some(({ type }) => {
    return typeof type === 'string' ? type === 'sparkml_vector' : type.kind !== 'map'
  })
  if (nested || [...values.values()].every(isOneCell) || isAllTexts(values)) return frameOfRecords([values])
  try {
    return frameOfColumns(values)
  } catch (error) {
    if (!(error instanceof PythonError)) throw error
    throw new EnforcementError(
      'This model contains a column-based signature, which suggests a DataFrame input. There was an error casting ' +
        `the input data to a DataFrame: ${error.message}`,
    )
  }
}

function isOneCell(value: ParsedValue): boolean {
  if (value.kind !== 'raw') return value.kind === 'scalar'
  const raw = value.value
  return raw === null || isScalar(raw) || (isList(raw) && raw.every((item) => typeof item === 'string'))
}

function isAllTexts(values: ParsedDict): boolean {
  return [...values.values()].every(
    (value) => value.kind === 'array' && value.array.dtype === 'str' && value.array.shape.length === 0,
  )
}

/** `pandas.DataFrame(dict)`: scalars are repeated, an array of more dimensions is a column of lists. */
function frameOfColumns(values: ParsedDict): LabelledFrame {
  const lengths = new Set([...values.values()].flatMap(lengthsOf))
  const labels = labelsOf(values)
  if (labels !== undefined && lengths.size > 0) {
    throw valueError('Mixing dicts with non-Series may lead to ambiguous ordering.')
  }
  if (lengths.size > 1) throw valueError('All arrays must be of the same length')
  const rows = labels?.length ?? [...lengths][0]
  if (rows === undefined) throw valueError('If using all scalar values, you must pass an index')
  checkFrameSize(rows, values.size, rows + values.size + rows * countOf(values, rows))
  const columns = Array.from(values, ([name, value]) => columnOfEntry(name, value, rows, labels ?? []))
  // Labels are texts, so none is 0.
  return labels === undefined ? frame(rows, columns) : { rows, columns, rowLabelledZero: undefined }
}

/** Columns that have all their rows and repeat nothing. */
function countOf(values: ParsedDict, rows: number): number {
  return [...values.values()].filter((value) => lengthsOf(value)[0] === rows).length
}

/** Columns given as objects have a row for each key that any of them has; undefined where there are none. */
function labelsOf(values: ParsedDict): readonly string[] | undefined {
  const dicts = [...values.values()].flatMap((value) => {
    return value.kind === 'raw' && isDict(value.value) ? [value.value] : []
  })
  return dicts.length === 0 ? undefined : [...new Set(dicts.flatMap((dict) => [...dict.keys()]))]
}

function lengthsOf(value: ParsedValue): number[] {
  if (value.kind === 'scalar') return []
  if (value.kind === 'array') return value.array.shape.slice(0, 1)
  return isList(value.value) ? [value.value.length] : []
}

function columnOfEntry(name: string, value: ParsedValue, rows: number, labels: readonly string[]): Column {
  if (value.kind === 'raw') {
    const cells = cellsOfRaw(value.value, rows, labels)
    // Nothing at all gives float64 here, though the cells of an empty frame are objects elsewhere.
    return cells.length === 0
      ? { name, dtype: 'float64', data: new Float64Array(0) }
      : inferColumn(name, cells)
  }
  const { array } = value
  if (array.shape.length === 0) {
    return pickRows(columnOfArray(name, oneCell(array)), new Array<number>(rows).fill(0))
  }
  if (array.shape.length === 1) return columnOfArray(name, array)
  return inferColumn(name, toNestedList(array) as PyValue[])
}

function cellsOfRaw(value: PyValue, rows: number, labels: readonly string[]): PyList {
  if (isList(value)) return value
  if (!isDict(value)) return new Array<PyValue>(rows).fill(value)
  return labels.map((label) => (value.has(label) ? (value.get(label) as PyValue) : Number.NaN))
}
