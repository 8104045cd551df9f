import type { Column } from '../frame.ts'
import { type Dtype, newStorage } from '../numpy/dtype.ts'
import { elementsOf } from '../numpy/elements.ts'
import { type NdArray, ndArray } from '../numpy/nd-array.ts'
import type { PyValue } from '../python/python-value.ts'
import { checkEncodable } from './encodable-text.ts'

/** `column.to_numpy()`: pandas' text becomes objects, a missing cell of it NaN. */
export function arrayOfColumn(column: Column): NdArray {
  const shape = [column.data.length]
  if (column.dtype === 'str') return ndArray('object', shape, textCells(column.data))
  return ndArray<Dtype>(column.dtype, shape, column.data as never)
}

/** The cells as Python objects. */
export function cellsOf(column: Column): readonly PyValue[] {
  if (column.dtype === 'str') return textCells(column.data)
  if (column.dtype === 'object') return column.data as readonly PyValue[]
  return elementsOf(arrayOfColumn(column))
}

function textCells(cells: readonly (string | null)[]): PyValue[] {
  return cells.map((cell) => cell ?? Number.NaN)
}

/**
 * A column of a DataFrame made from a one-dimensional array: text becomes pandas' own text type.
 * @throws PythonError for text that cannot be encoded
 */
export function columnOfArray(name: string | number, array: NdArray): Column {
  switch (array.dtype) {
    case 'bytes':
      return { name, dtype: 'object', data: array.data }
    case 'datetime64[ns]':
      return { name, dtype: 'datetime64[ns]', data: array.data, zone: undefined }
    case 'str':
      checkEncodable(array.data)
      return { name, dtype: 'str', data: array.data }
    default:
      return { name, dtype: array.dtype, data: array.data } as Column
  }
}

/**
 * `column.values` as pandas 2 had it, which kept text as objects: None and NaN stay apart. pandas 3 hands on its own
 * text type there, which no engine takes.
 */
export function objectsOfColumn(column: Column): NdArray {
  if (column.dtype !== 'str' || column.objects === undefined) return arrayOfColumn(column)
  return ndArray('object', [column.data.length], column.objects as readonly PyValue[])
}

/** The column with each of `rows` picked from it, in that order. */
export function pickRows(column: Column, rows: readonly number[]): Column {
  if (column.dtype === 'object') return { ...column, data: rows.map((row) => column.data[row]) }
  if (column.dtype === 'str') return pickTexts(column, rows)
  const data = newStorage(column.dtype, rows.length)
  rows.forEach((row, i) => {
    ;(data as { [index: number]: number | bigint })[i] = column.data[row] as number | bigint
  })
  return { ...column, data } as Column
}

function pickTexts(column: Column & { readonly dtype: 'str' }, rows: readonly number[]): Column {
  const { name, dtype, objects } = column
  const data = rows.map((row) => column.data[row] ?? null)
  return objects === undefined
    ? { name, dtype, data }
    : { name, dtype, data, objects: rows.map((row) => objects[row]) }
}
