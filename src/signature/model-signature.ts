/**
 * An MLflow model signature (`signature` of an MLmodel file): what a model takes and gives, in MLflow's own
 * types. Source: MLflow 3.17.2, `mlflow/types/schema.py`.
 */
export type ScalarType =
  | 'boolean'
  | 'integer'
  | 'long'
  | 'float'
  | 'double'
  | 'string'
  | 'binary'
  | 'datetime'
  | 'any'
  | 'sparkml_vector'

export interface ArrayType {
  readonly kind: 'array'
  readonly items: ColumnType
}

export interface ObjectType {
  readonly kind: 'object'
  readonly properties: readonly Property[]
}

export interface Property {
  readonly name: string
  readonly type: ColumnType
  readonly required: boolean
}

export interface MapType {
  readonly kind: 'map'
  readonly values: ColumnType
}

export type ColumnType = ScalarType | ArrayType | ObjectType | MapType

/** A column of a frame. Without a name the columns are matched by position. */
export interface ColSpec {
  readonly name: string | undefined
  readonly type: ColumnType
  readonly required: boolean
}

/** NumPy's name of a dtype: `float32`, `int64`, `bool`, `str`, `object`, … */
export type NumpyDtype = string

/** A tensor; -1 in `shape` is a dimension of any size. */
export interface TensorSpec {
  readonly name: string | undefined
  readonly dtype: NumpyDtype
  readonly shape: readonly number[]
}

export interface ParamSpec {
  readonly name: string
  readonly type: ScalarType | ObjectType
  readonly default: unknown
  /** `[-1]` for a list, undefined for a scalar. */
  readonly shape: readonly number[] | undefined
}

/** Columns or tensors, never both, all named or all unnamed. */
export type Schema =
  | { readonly kind: 'columns'; readonly columns: readonly ColSpec[] }
  | { readonly kind: 'tensors'; readonly tensors: readonly TensorSpec[] }

export interface ModelSignature {
  readonly inputs: Schema | undefined
  readonly outputs: Schema | undefined
  readonly params: readonly ParamSpec[] | undefined
  /** The signature was made from Python type hints: `inputs` is then the only form taken. */
  readonly fromTypeHint: boolean
}
