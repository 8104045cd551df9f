import type { ColumnType, NumpyDtype, ScalarType } from './model-signature.ts'

/** `DataType.to_numpy()` of MLflow 3.17.2; the types without one are no plain data types. */
const NUMPY: Readonly<Record<Exclude<ScalarType, 'any' | 'sparkml_vector'>, NumpyDtype>> = {
  boolean: 'bool',
  integer: 'int32',
  long: 'int64',
  float: 'float32',
  double: 'float64',
  string: 'str',
  binary: 'bytes',
  datetime: 'datetime64[ns]',
}

/** A type of one plain value, which MLflow calls a `DataType`. */
export type DataType = keyof typeof NUMPY

export function isDataType(type: ColumnType): type is DataType {
  return typeof type === 'string' && type in NUMPY
}

export function numpyDtype(type: DataType): NumpyDtype {
  return NUMPY[type]
}
