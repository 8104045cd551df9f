import type { Column } from '../frame.ts'
import { typeError, valueError } from '../python/python-error.ts'
import { pyRepr } from '../python/python-text.ts'
import {
  isDict,
  isList,
  isScalar,
  type PyDict,
  type PyList,
  type PyValue,
  typeName,
} from '../python/python-value.ts'
import { pickRows } from './column.ts'
import { checkFrameSize, totalLength } from './frame-size.ts'
import { inferColumn } from './infer-column.ts'
import { type LabelledFrame, rowLabelledZero } from './labelled-frame.ts'

export interface DataFrameInit {
  readonly data: PyValue
  readonly columns?: PyValue
  readonly index?: PyValue
}

/**
 * `pandas.DataFrame(data=…, columns=…, index=…)` of Python objects.
 * @throws PythonError where pandas raises.
 */
export function dataFrame({ data, columns = null, index = null }: DataFrameInit): LabelledFrame {
  const names = columns === null ? undefined : readNames(columns)
  const labels = index === null ? undefined : readLabels(index)
  const filled = labels?.length
  if (data === null) return labelled(emptyColumns(names ?? [], filled ?? 0), filled ?? 0, labels)
  if (isDict(data)) return labelled(...columnsOfDict(data, names, filled), labels)
  if (!isList(data)) return labelled(broadcast(data, names, filled), filled ?? 0, labels)
  if (data.length === 0) return labelled(emptyColumns(names ?? [], filled ?? 0), filled ?? 0, labels)
  if (isDict(data[0])) return fitted(columnsOfRecords(data, names), data.length, labels)
  if (isList(data[0])) return fitted(columnsOfRows(data, names), data.length, labels)
  return labelled(singleColumn(data, names, filled), data.length, labels)
}

type Names = readonly (string | number)[]

/** Names that are neither text nor number match nothing: they are only kept apart, by numbers below zero. */
function readNames(columns: PyValue): Names {
  const names = collection(columns)
  const isMultiIndex = names.length > 0 && names.every(isList)
  if (isMultiIndex) return Array.from({ length: levelLength(names) }, (_, i) => -1 - i)
  return names.map((name, i) => {
    if (typeof name === 'string') return name
    return typeof name === 'bigint' || (typeof name === 'number' && Number.isFinite(name))
      ? Number(name)
      : -1 - i
  })
}

function readLabels(index: PyValue): PyList {
  const labels = collection(index)
  return labels.length > 0 && labels.every(isList) ? new Array<null>(levelLength(labels)).fill(null) : labels
}

/** Lists of labels are the levels of a MultiIndex. */
function levelLength(levels: PyList): number {
  const lengths = new Set((levels as readonly PyList[]).map((level) => level.length))
  if (lengths.size > 1) throw valueError('all arrays must be same length')
  return lengths.values().next().value ?? 0
}

function collection(value: PyValue): PyList {
  if (isList(value)) return value
  if (isDict(value)) return [...value.keys()]
  throw typeError(`Index(...) must be called with a collection of some kind, ${pyRepr(value)} was passed`)
}

function labelled(columns: readonly Column[], rows: number, labels: PyList | undefined): LabelledFrame {
  return { rows, columns, rowLabelledZero: rowLabelledZero(rows, labels) }
}

/** One row stands for as many as the index has labels; more rows must be as many. */
function fitted(columns: readonly Column[], rows: number, labels: PyList | undefined): LabelledFrame {
  if (labels === undefined || labels.length === rows) return labelled(columns, rows, labels)
  checkFrameSize(labels.length, columns.length, labels.length + columns.length)
  if (rows !== 1 && columns.length > 0) {
    throw valueError(`Length of values (${rows}) does not match length of index (${labels.length})`)
  }
  const repeated = columns.map((column) => pickRows(column, new Array<number>(labels.length).fill(0)))
  return labelled(repeated, labels.length, labels)
}

function emptyColumns(names: Names, rows: number): Column[] {
  checkFrameSize(rows, names.length, rows + names.length)
  return names.map((name) => ({ name, dtype: 'object', data: new Array<number>(rows).fill(Number.NaN) }))
}

function broadcast(data: PyValue, names: Names | undefined, rows: number | undefined): Column[] {
  if (names === undefined || rows === undefined)
    throw valueError('DataFrame constructor not properly called!')
  checkFrameSize(rows, names.length, rows + names.length)
  return names.map((name) => inferColumn(name, new Array<PyValue>(rows).fill(data)))
}

function columnsOfRows(rows: PyList, names: Names | undefined): Column[] {
  const lists = rows.map(rowItems)
  const width = lists.reduce((widest, row) => Math.max(widest, row.length), 0)
  if (names !== undefined && names.length !== width) {
    throw valueError(`${names.length} columns passed, passed data had ${width} columns`)
  }
  checkFrameSize(rows.length, width, totalLength(lists))
  return Array.from({ length: width }, (_, i) =>
    inferColumn(
      names?.[i] ?? i,
      lists.map((row) => row[i] ?? null),
    ),
  )
}

/** A row may be whatever has a length: of a dict the keys, of a text the characters. */
function rowItems(row: PyValue): PyList {
  if (isList(row)) return row
  if (isDict(row)) return [...row.keys()]
  if (typeof row === 'string') return [...row]
  throw typeError(`object of type '${typeName(row)}' has no len()`)
}

function columnsOfRecords(rows: PyList, names: Names | undefined): Column[] {
  const records = rows.map(recordOf)
  const keys: Names = names ?? [...new Set(records.flatMap((record) => [...record.keys()]))]
  checkFrameSize(
    rows.length,
    keys.length,
    records.reduce((sum, record) => sum + record.size, 0),
  )
  return keys.map((key) =>
    inferColumn(
      key,
      records.map((record) =>
        record.has(key as string) ? (record.get(key as string) as PyValue) : Number.NaN,
      ),
    ),
  )
}

/** `dict(row)`: a list of pairs makes one as well. */
function recordOf(row: PyValue): PyDict {
  if (isDict(row)) return row
  if (row === '') return new Map()
  if (!isList(row)) throw typeError(`'${typeName(row)}' object is not iterable`)
  return new Map(row.map(pairOf))
}

function pairOf(item: PyValue): [string, PyValue] {
  const pair = isList(item) ? item : typeof item === 'string' ? [...item] : undefined
  if (pair?.length !== 2)
    throw valueError('dictionary update sequence element has the wrong length; 2 is required')
  return [String(pair[0]), pair[1] as PyValue]
}

function singleColumn(cells: PyList, names: Names | undefined, rows: number | undefined): Column[] {
  const width = names?.length ?? 1
  const height = rows ?? cells.length
  if (width !== 1 || height !== cells.length) {
    throw valueError(`Shape of passed values is (${cells.length}, 1), indices imply (${height}, ${width})`)
  }
  return [inferColumn(names?.[0] ?? 0, cells)]
}

function columnsOfDict(
  data: PyDict,
  names: Names | undefined,
  height: number | undefined,
): [Column[], number] {
  const kept = names ?? [...data.keys()]
  const given = kept.flatMap((name) => {
    const value = data.get(name as string)
    return value === undefined ? [] : [value]
  })
  const rows = height ?? commonLength(given)
  checkFrameSize(
    rows,
    kept.length,
    kept.length + given.reduce((sum: number, value) => sum + cellCount(value), 0),
  )
  const columns = kept.map((name): Column => {
    const value = data.get(name as string)
    if (value === undefined) return emptyColumns([name], rows)[0] as Column
    return inferColumn(name, cellsOfEntry(value, rows))
  })
  return [columns, rows]
}

function cellCount(value: PyValue): number {
  return isList(value) || isDict(value) ? lengthOf(value) : 1
}

function cellsOfEntry(value: PyValue, rows: number): PyList {
  if (isDict(value)) return [...value.values()]
  if (!isList(value)) return new Array<PyValue>(rows).fill(value)
  if (value.length === 1) return new Array<PyValue>(rows).fill(value[0] as PyValue)
  if (value.length !== rows) {
    throw valueError(`Length of values (${value.length}) does not match length of index (${rows})`)
  }
  return value
}

function commonLength(values: PyList): number {
  if (values.length === 0) return 0
  const lengths = new Set(values.filter((value) => !isScalar(value) && value !== null).map(lengthOf))
  if (lengths.size === 0) throw valueError('If using all scalar values, you must pass an index')
  if (lengths.size > 1) throw valueError('All arrays must be of the same length')
  return [...lengths][0] as number
}

function lengthOf(value: PyValue): number {
  return isDict(value) ? value.size : (value as PyList).length
}
