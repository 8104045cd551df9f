import { invalidModel } from '../core/errors.ts'
import type { ColumnType, ObjectType, Property, ScalarType } from './model-signature.ts'
import { type JsonObject, requireObject } from './signature-json.ts'

/** A signature nested deeper than this is a defect of the file, not a type. */
const MAX_DEPTH = 32

const SCALAR_TYPES: readonly ScalarType[] = [
  'boolean',
  'integer',
  'long',
  'float',
  'double',
  'string',
  'binary',
  'datetime',
  'any',
  'sparkml_vector',
]

/**
 * The type that an entry `{"type": …}` of a schema states: a scalar's name, or array, object or map with what
 * they hold. @throws ServingError INVALID_PARAMETER_VALUE
 */
export function parseColumnType(entry: JsonObject, where: string, depth = 0): ColumnType {
  if (depth > MAX_DEPTH) throw invalidModel(`${where}: types are nested deeper than ${MAX_DEPTH} levels.`)
  switch (entry['type']) {
    case 'array':
      return { kind: 'array', items: inner(entry['items'], `${where}.items`, depth) }
    case 'map':
      return { kind: 'map', values: inner(entry['values'], `${where}.values`, depth) }
    case 'object':
      return parseObjectType(entry, where, depth)
    default:
      return parseScalarType(entry['type'], where)
  }
}

function inner(entry: unknown, where: string, depth: number): ColumnType {
  return parseColumnType(requireObject(entry, where), where, depth + 1)
}

/** Properties are sorted by name, as MLflow keeps them. */
export function parseObjectType(entry: JsonObject, where: string, depth = 0): ObjectType {
  const properties = Object.entries(requireObject(entry['properties'], `${where}.properties`))
  if (properties.length === 0) throw invalidModel(`${where}: an object must have at least one property.`)
  return {
    kind: 'object',
    properties: properties
      .map(([name, value]) => parseProperty(name, value, `${where}.properties.${name}`, depth))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

function parseProperty(name: string, value: unknown, where: string, depth: number): Property {
  const entry = requireObject(value, where)
  return { name, type: parseColumnType(entry, where, depth + 1), required: entry['required'] !== false }
}

export function parseScalarType(type: unknown, where: string): ScalarType {
  const known = SCALAR_TYPES.find((name) => name === type)
  if (known === undefined)
    throw invalidModel(`${where}: there is no type ${JSON.stringify(type) ?? 'undefined'}.`)
  return known
}
