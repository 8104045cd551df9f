import type { Tensor } from '../../../core/tensor.ts'
import type { ColumnType } from '../../../signature/model-signature.ts'
import type { Column } from '../../mlflow-scoring/frame.ts'
import { toNestedList } from '../../mlflow-scoring/numpy/elements.ts'
import { reshape } from '../../mlflow-scoring/numpy/nd-array.ts'
import { columnOfArray } from '../../mlflow-scoring/pandas/column.ts'
import { arrayOfTensor } from './array-of-tensor.ts'

/**
 * A column of as many rows as the tensor has: of its elements where there is one a row, else of lists. A column that
 * holds lists has them for one element too.
 */
export function columnOf(name: string, tensor: Tensor, type: ColumnType | undefined): Column {
  const { shape } = tensor
  const [rows = 0, width = 1] = shape
  const array = arrayOfTensor(tensor)
  const isFlat = shape.length === 1 || (shape.length === 2 && width === 1 && !holdsLists(type))
  if (isFlat) return columnOfArray(name, reshape(array, [rows]))
  return { name, dtype: 'object', data: toNestedList(array) as readonly unknown[] }
}

function holdsLists(type: ColumnType | undefined): boolean {
  if (type === undefined) return false
  return typeof type === 'string' ? type === 'sparkml_vector' : type.kind === 'array'
}
