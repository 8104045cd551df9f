import { type DataType, isDataType, numpyDtype } from '../../../signature/column-dtypes.ts'
import type { ColSpec, Schema, TensorSpec } from '../../../signature/model-signature.ts'
import { enforceType } from '../enforcement/enforce-nested.ts'
import { EnforcementError } from '../enforcement/enforcement-error.ts'
import { invalidInput } from '../failures.ts'
import { arrayOf } from '../numpy/array-of.ts'
import type { Dtype } from '../numpy/dtype.ts'
import { PythonError } from '../python/python-error.ts'
import { isList, type PyValue } from '../python/python-value.ts'
import { arrayValue, type ParsedValue, rawValue } from './parsed-input.ts'

export type Spec = ColSpec | TensorSpec

export function specsOf(schema: Schema): readonly Spec[] {
  return schema.kind === 'columns' ? schema.columns : schema.tensors
}

export function isNamed(schema: Schema): boolean {
  return specsOf(schema)[0]?.name !== undefined
}

/**
 * A value as the spec of its column or tensor wants it: MLflow 3.17.2, `mlflow/utils/proto_json_utils.py`,
 * `convert_data_type`. Without a spec it becomes an array of the dtype that NumPy finds.
 * @throws ServingError BAD_REQUEST
 */
export function convertValue(value: PyValue, spec: Spec | undefined): ParsedValue {
  try {
    if (spec === undefined) return arrayValue(arrayOf(value))
    if ('dtype' in spec) return arrayValue(arrayOf(value, spec.dtype as Dtype))
    return convertForColumn(value, spec)
  } catch (error) {
    if (!(error instanceof PythonError || error instanceof EnforcementError)) throw error
    throw invalidInput(error.message)
  }
}

function convertForColumn(value: PyValue, { type, required }: ColSpec): ParsedValue {
  if (isDataType(type)) return convertPlain(value, type)
  const enforced = enforceType(value, type, required)
  const isArray = typeof type !== 'string' ? type.kind === 'array' : type === 'sparkml_vector'
  return isArray ? arrayValue(arrayOf(enforced)) : rawValue(enforced)
}

function convertPlain(value: PyValue, type: DataType): ParsedValue {
  const dtype = numpyDtype(type) as Dtype
  if (isList(value)) return arrayValue(arrayOf(value, dtype))
  return { kind: 'scalar', array: arrayOf(value, dtype) }
}
