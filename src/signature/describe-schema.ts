import type { ColumnType, Property, Schema } from './model-signature.ts'

/** A type as MLflow prints it: `double`, `Array(string)`, `{a: long (required)}`, `Map(str -> double)`, `Any`. */
export function describeType(type: ColumnType): string {
  if (typeof type === 'string')
    return type === 'any' ? 'Any' : type === 'sparkml_vector' ? 'SparkML vector' : type
  switch (type.kind) {
    case 'array':
      return `Array(${describeType(type.items)})`
    case 'map':
      return `Map(str -> ${describeType(type.values)})`
    default:
      return `{${type.properties.map(describeProperty).join(', ')}}`
  }
}

function describeProperty({ name, type, required }: Property): string {
  return `${name}: ${describeType(type)} (${required ? 'required' : 'optional'})`
}

/** A schema as MLflow prints it in its messages. */
export function describeSchema(schema: Schema): string {
  const specs =
    schema.kind === 'columns'
      ? schema.columns.map(({ name, type, required }) => {
          return `${namePrefix(name)}${describeType(type)} (${required ? 'required' : 'optional'})`
        })
      : schema.tensors.map(({ name, dtype, shape }) => {
          return `${namePrefix(name)}Tensor('${dtype}', ${describeShape(shape)})`
        })
  return `[${specs.join(', ')}]`
}

function namePrefix(name: string | undefined): string {
  return name === undefined ? '' : `'${name}': `
}

export function describeShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
}
