import type { Column, Frame } from '../frame.ts'
import { astype } from '../numpy/cast.ts'
import { type Dtype, newStorage, promote } from '../numpy/dtype.ts'
import { type NdArray, ndArray } from '../numpy/nd-array.ts'
import type { PyValue } from '../python/python-value.ts'
import { arrayOfColumn, cellsOf } from './column.ts'

/** `frame.values`: one matrix (rows, columns) of the dtype that holds all columns, objects where none does. */
export function frameValues(frame: Frame): NdArray {
  return matrixOf(frame.columns, frame.rows)
}

export function matrixOf(columns: readonly Column[], rows: number): NdArray {
  const dtype = commonDtype(columns)
  const shape = [rows, columns.length]
  if (dtype === 'object') return ndArray('object', shape, interleaveCells(columns, rows))
  const data = newStorage(dtype, rows * columns.length)
  columns.forEach((column, i) => {
    const source = astype(arrayOfColumn(column), dtype).data
    for (let row = 0; row < rows; row++) {
      ;(data as { [index: number]: unknown })[row * columns.length + i] = source[row]
    }
  })
  return ndArray(dtype, shape, data)
}

function interleaveCells(columns: readonly Column[], rows: number): PyValue[] {
  const cells = columns.map(cellsOf)
  const data: PyValue[] = []
  for (let row = 0; row < rows; row++) for (const column of cells) data.push(column[row] as PyValue)
  return data
}

/** pandas keeps booleans out of numbers, unlike NumPy. */
function commonDtype(columns: readonly Column[]): Dtype {
  const dtypes = new Set(columns.map((column): Dtype => (column.dtype === 'str' ? 'object' : column.dtype)))
  if (dtypes.size > 1 && (dtypes.has('bool') || dtypes.has('object') || dtypes.has('datetime64[ns]')))
    return 'object'
  const [first = 'float64', ...rest] = dtypes
  return rest.reduce(promote, first)
}
