import { isDataType } from './column-dtypes.ts'
import type { ColSpec, ColumnType, Property, Schema, TensorSpec } from './model-signature.ts'

/** A type as MLflow prints it: `double`, `Array(string)`, `{a: long (required)}`, `Any`. */
export function describeType(type: ColumnType): string {
  if (type === 'any') return 'Any'
  if (type === 'sparkml_vector') return 'SparkML vector'
  if (typeof type === 'string') return type
  switch (type.kind) {
    case 'array':
      return `Array(${describeType(type.items)})`
    case 'map':
      // MLflow prints `str` of the values' type here and `repr` everywhere else.
      return `Map(str -> ${isDataType(type.values) ? 'DataType.' : ''}${describeType(type.values)})`
    default:
      return `{${type.properties.map(describeProperty).join(', ')}}`
  }
}

function describeProperty({ name, type, required }: Property): string {
  return `${name}: ${describeType(type)} (${required ? 'required' : 'optional'})`
}

/** A schema as MLflow prints it in its messages. */
export function describeSchema(schema: Schema): string {
  const specs: readonly (ColSpec | TensorSpec)[] = schema.kind === 'columns' ? schema.columns : schema.tensors
  return `[${specs.map(describeSpec).join(', ')}]`
}

/** `'a': double (required)`, `'x': Tensor('float32', (-1, 3))`, either without a name. */
export function describeSpec(spec: ColSpec | TensorSpec): string {
  const prefix = spec.name === undefined ? '' : `'${spec.name}': `
  if ('dtype' in spec) return `${prefix}Tensor('${spec.dtype}', ${describeShape(spec.shape)})`
  return `${prefix}${describeType(spec.type)} (${spec.required ? 'required' : 'optional'})`
}

/** A shape as Python prints a tuple: `()`, `(3,)`, `(2, 3)`. */
export function describeShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
}
