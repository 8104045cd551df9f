import type { ColumnType, Schema } from '../../signature/model-signature.ts'
import type { Example } from './example.ts'

/** A schema that an example fits, for a model without a signature; undefined where it has no values. */
export function schemaOfExample({ columns, tensors, isFrame }: Example): Schema | undefined {
  if (!isFrame) {
    const specs = [...tensors].map(([name, array]) => ({
      name: name === '' ? undefined : name,
      dtype: dtypeOf(array),
      shape: openShape(array),
    }))
    return specs.length === 0 ? undefined : { kind: 'tensors', tensors: specs }
  }
  const specs = [...columns].map(([name, cells]) => ({ name, type: typeOf(cells), required: true }))
  return specs.length === 0 ? undefined : { kind: 'columns', columns: specs }
}

function typeOf(cells: readonly unknown[]): ColumnType {
  const all = (type: string) => cells.every((cell) => typeof cell === type)
  if (all('number')) return cells.every(Number.isSafeInteger) ? 'long' : 'double'
  if (all('string')) return 'string'
  return all('boolean') ? 'boolean' : 'any'
}

function dtypeOf(array: unknown): string {
  const type = typeOf([array].flat(Number.POSITIVE_INFINITY))
  if (type === 'long') return 'int64'
  if (type === 'double') return 'float64'
  return type === 'boolean' ? 'bool' : 'str'
}

/** Any number of rows. */
function openShape(array: unknown): readonly number[] {
  const [, ...inner] = shapeOf(array)
  return Array.isArray(array) ? [-1, ...inner] : []
}

/** The sizes of arrays within arrays, as the first ones are. */
export function shapeOf(nested: unknown): readonly number[] {
  return Array.isArray(nested) ? [nested.length, ...shapeOf(nested[0])] : []
}
