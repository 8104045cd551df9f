import { invalidModel } from '../core/errors.ts'
import type { ParamSpec } from './model-signature.ts'
import { parseObjectType, parseScalarType } from './parse-column-type.ts'
import { type JsonObject, readJsonList, requireObject } from './signature-json.ts'

/** `params` of a signature. Files of MLflow before 2.8 say `dtype` for `type`. @throws ServingError */
export function parseParams(text: unknown): readonly ParamSpec[] {
  const where = 'signature.params'
  const params = readJsonList(text, where).map((entry, i) => {
    return parseParam(requireObject(entry, `${where}[${i}]`), `${where}[${i}]`)
  })
  const names = new Set(params.map(({ name }) => name))
  if (names.size < params.length) throw invalidModel(`${where}: a name occurs twice.`)
  return params
}

function parseParam(entry: JsonObject, where: string): ParamSpec {
  const { name, shape } = entry
  if (name === undefined) throw invalidModel(`${where} has no name.`)
  if (!('default' in entry)) throw invalidModel(`${where} has no default.`)
  const type = entry['type'] ?? entry['dtype']
  if (type === 'binary') throw invalidModel(`${where}: a parameter cannot be binary.`)
  return {
    name: String(name),
    type: type === 'object' ? parseObjectType(entry, where) : parseScalarType(type, where),
    default: entry['default'],
    shape: parseShape(shape, where),
  }
}

function parseShape(shape: unknown, where: string): readonly number[] | undefined {
  if (shape === undefined || shape === null) return undefined
  if (Array.isArray(shape) && shape.length === 1 && shape[0] === -1) return [-1]
  throw invalidModel(`${where}: the shape must be null for a scalar or [-1] for a list.`)
}
