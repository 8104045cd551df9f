import { isDataType } from '../../../signature/column-dtypes.ts'
import { describeType } from '../../../signature/describe-schema.ts'
import type { ArrayType, ColumnType, MapType, ObjectType } from '../../../signature/model-signature.ts'
import { cellsOf } from '../pandas/column.ts'
import { inferColumn } from '../pandas/infer-column.ts'
import { pyRepr, pyStr } from '../python/python-text.ts'
import { isDict, isList, isScalar, type PyDict, type PyValue, typeName } from '../python/python-value.ts'
import { enforceColumn } from './enforce-column.ts'
import { EnforcementError } from './enforcement-error.ts'

/**
 * Checks a value against a type of any nesting and returns it converted: MLflow 3.17.2,
 * `mlflow/models/utils.py`, `_enforce_type`. @throws EnforcementError, PythonError
 */
export function enforceType(value: PyValue, type: ColumnType, required = true): PyValue {
  if (type === 'any') return value
  if (type === 'sparkml_vector') return enforceArray(value, { kind: 'array', items: 'double' }, required)
  if (isDataType(type)) return enforceScalar(value, type, required)
  if (typeof type === 'string') throw new EnforcementError(`Invalid data type: ${type}`)
  switch (type.kind) {
    case 'array':
      return enforceArray(value, type, required)
    case 'map':
      return enforceMap(value, type, required)
    default:
      return enforceObject(value, type, required)
  }
}

function enforceScalar(value: PyValue, type: ColumnType, required: boolean): PyValue {
  if (!required && (value === null || Number.isNaN(value))) return null
  if (!isDataType(type)) return value
  if (!isScalar(value)) throw new EnforcementError(`Expected data to be scalar, got ${typeName(value)}`)
  try {
    return cellsOf(enforceColumn(inferColumn('', [value]), type))[0] ?? null
  } catch (error) {
    if (!(error instanceof EnforcementError)) throw error
    throw new EnforcementError(`Failed to enforce schema of data \`${pyStr(value)}\` with dtype \`${type}\``)
  }
}

function enforceArray(value: PyValue, { items }: ArrayType, required: boolean): PyValue {
  const mayBeEmpty = !required || items === 'any'
  if (mayBeEmpty && (value === null || (isList(value) && value.length === 0))) return value
  if (!isList(value)) {
    throw new EnforcementError(`Expected data to be list or numpy array, got ${typeName(value)}`)
  }
  if (!isDataType(items)) return value.map((item) => enforceType(item, items, required))
  return value.length === 0 ? value : cellsOf(enforceColumn(inferColumn('', value), items))
}

export function enforceObject(value: PyValue, type: ObjectType, required: boolean): PyValue {
  if (!required && (value === null || (isDict(value) && value.size === 0))) return value
  if (!isDict(value)) {
    throw new EnforcementError(
      `Failed to enforce schema of '${pyStr(value)}' with type '${describeType(type)}'. ` +
        `Expected data to be dictionary, got ${typeName(value)}`,
    )
  }
  checkProperties(value, type)
  return new Map(Array.from(value, ([key, item]) => [key, enforceProperty(key, item, type)]))
}

function checkProperties(value: PyDict, { properties }: ObjectType): void {
  const missing = properties
    .filter(({ name, required }) => required && !value.has(name))
    .map(({ name }) => name)
  if (missing.length > 0) throw new EnforcementError(`Missing required properties: ${setText(missing)}`)
  const known = new Set(properties.map(({ name }) => name))
  const unknown = [...value.keys()].filter((name) => !known.has(name))
  if (unknown.length === 0) return
  throw new EnforcementError(`Invalid properties not defined in the schema found: ${setText(unknown)}`)
}

function setText(names: readonly string[]): string {
  return `{${names.map(pyRepr).join(', ')}}`
}

function enforceProperty(key: string, value: PyValue, { properties }: ObjectType): PyValue {
  const property = properties.find(({ name }) => name === key)
  if (property === undefined) return value
  try {
    return enforceType(value, property.type, property.required)
  } catch (error) {
    if (!(error instanceof EnforcementError)) throw error
    throw new EnforcementError(
      `Failed to enforce schema for key \`${key}\`. Expected type ${describeType(property.type)}, received type ` +
        typeName(value),
    )
  }
}

function enforceMap(value: PyValue, { values }: MapType, required: boolean): PyValue {
  const mayBeEmpty = !required || values === 'any'
  if (mayBeEmpty && (value === null || (isDict(value) && value.size === 0))) return value
  if (!isDict(value)) throw new EnforcementError(`Expected data to be a dict, got ${typeName(value)}`)
  return new Map(Array.from(value, ([key, item]) => [key, enforceType(item, values, required)]))
}
