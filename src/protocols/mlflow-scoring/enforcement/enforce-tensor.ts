import { elementCount } from '../../../core/tensor.ts'
import { describeShape } from '../../../signature/describe-schema.ts'
import type { TensorSpec } from '../../../signature/model-signature.ts'
import type { Column } from '../frame.ts'
import { arrayOf, stackArrays } from '../numpy/array-of.ts'
import { astype } from '../numpy/cast.ts'
import type { Dtype } from '../numpy/dtype.ts'
import { type NdArray, reshape } from '../numpy/nd-array.ts'
import { arrayOfColumn, cellsOf } from '../pandas/column.ts'
import type { LabelledFrame } from '../pandas/labelled-frame.ts'
import { PythonError } from '../python/python-error.ts'
import { isBytes } from '../python/python-object.ts'
import { isList, isScalar, type PyList, type PyValue } from '../python/python-value.ts'
import { EnforcementError } from './enforcement-error.ts'

/**
 * Checks shape and dtype: MLflow 3.17.2, `mlflow/models/utils.py`, `_enforce_tensor_spec`.
 * @throws EnforcementError
 */
export function enforceTensor(array: NdArray, { shape, dtype }: TensorSpec): NdArray {
  const takesAnything = shape.length === 1 && shape[0] === -1 && dtype === 'object'
  const isRagged = shape.slice(1).includes(-1) && array.shape.length === 1 && array.dtype === 'object'
  if (takesAnything || isRagged) return array
  const fits =
    shape.length === array.shape.length && shape.every((dim, i) => dim === -1 || dim === array.shape[i])
  if (!fits) {
    throw new EnforcementError(
      `Shape of input ${describeShape(array.shape)} does not match expected shape ${describeShape(shape)}.`,
    )
  }
  if (array.dtype !== dtype) {
    throw new EnforcementError(`dtype of input ${array.dtype} does not match expected dtype ${dtype}`)
  }
  return array
}

/**
 * The tensor that a column holds: scalars where the shape is (-1,) or (-1, 1), else a flat list a row, which is
 * brought to the shape (`_reshape_and_cast_pandas_column_values`). @throws EnforcementError, PythonError
 */
export function tensorOfColumn(column: Column, frame: LabelledFrame, spec: TensorSpec): NdArray {
  const { shape } = spec
  if (shape[0] !== -1 || shape.slice(1).includes(-1)) {
    throw new EnforcementError(
      'For pandas dataframe input, the first dimension of shape must be a variable dimension and other dimensions ' +
        `must be fixed, but in model signature the shape of ${inputName(spec)} is ${describeShape(shape)}.`,
    )
  }
  if (frame.rowLabelledZero === undefined) throw new PythonError('KeyError', '0')
  const cells = cellsOf(column)
  const first = cells[frame.rowLabelledZero]
  // A Timestamp is no scalar to NumPy.
  if ((isScalar(first) || isBytes(first)) && column.dtype !== 'datetime64[ns]')
    return tensorOfScalars(column, spec)
  if (isList(first) && first.length === 0) throw new PythonError('IndexError', 'list index out of range')
  if (isList(first) && isScalar(first[0])) return tensorOfLists(column, cells, spec)
  throw new EnforcementError(
    'Because the model signature requires tensor spec input, the input pandas dataframe values should be either ' +
      'scalar value, python list containing scalar values or numpy array containing scalar values, other types are ' +
      'not supported.',
  )
}

function inputName({ name }: TensorSpec): string {
  return name === undefined ? 'the unnamed input' : `input ${name}`
}

function tensorOfScalars(column: Column, spec: TensorSpec): NdArray {
  const { shape } = spec
  if (shape.length > 2 || (shape.length === 2 && shape[1] !== 1)) {
    throw new EnforcementError(
      `The input pandas dataframe column '${spec.name ?? 'None'}' contains scalar values, which requires the shape ` +
        `to be (-1,) or (-1, 1), but got tensor spec shape of ${describeShape(shape)}.`,
    )
  }
  const array = astype(arrayOfColumn(column), spec.dtype as Dtype)
  return enforceTensor(reshape(array, [column.data.length, ...shape.slice(1)]), spec)
}

function tensorOfLists(column: Column, rows: PyList, spec: TensorSpec): NdArray {
  try {
    const stacked = stackArrays(rows.map(flatRow))
    const rowSize = elementCount(spec.shape.slice(1))
    if (elementCount(stacked.shape) !== rows.length * rowSize) throw cannotReshape(column, spec)
    return astype(reshape(stacked, [rows.length, ...spec.shape.slice(1)]), spec.dtype as Dtype)
  } catch (error) {
    throw error instanceof PythonError && error.kind === 'ValueError' ? cannotReshape(column, spec) : error
  }
}

/** A row as `numpy.vstack` takes it: a scalar is a row of one. */
function flatRow(row: PyValue): NdArray {
  const array = arrayOf(row)
  return array.shape.length === 1 ? array : reshape(array, [elementCount(array.shape)])
}

function cannotReshape({ name }: Column, { shape, dtype }: TensorSpec): EnforcementError {
  return new EnforcementError(
    `The value in the Input DataFrame column '${name}' could not be converted to the expected shape of: ` +
      `'${describeShape(shape)}'. Ensure that each of the input list elements are of uniform length and that the data can ` +
      `be coerced to the tensor type '${dtype}'`,
  )
}
