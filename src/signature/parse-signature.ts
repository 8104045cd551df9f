import { invalidModel } from '../core/errors.ts'
import type { ColSpec, ModelSignature, Schema, TensorSpec } from './model-signature.ts'
import { parseColumnType } from './parse-column-type.ts'
import { parseParams } from './parse-params.ts'
import { type JsonObject, optionalText, readJsonList, requireObject } from './signature-json.ts'

export interface ParseSignatureOptions {
  /** `is_signature_from_type_hint` of the MLmodel file, where it stands beside the signature. */
  readonly fromTypeHint?: boolean
}

/**
 * The `signature` entry of an MLmodel file, whose `inputs`, `outputs` and `params` are JSON texts; undefined
 * where the model has none. Rules of MLflow 3.17.2, `mlflow/types/schema.py`.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function parseSignature(
  entry: unknown,
  options: ParseSignatureOptions = {},
): ModelSignature | undefined {
  if (entry === undefined || entry === null) return undefined
  const { inputs, outputs, params } = requireObject(entry, 'signature')
  return {
    inputs: parseSchema(inputs, 'signature.inputs'),
    outputs: parseSchema(outputs, 'signature.outputs'),
    params: params === undefined || params === null ? undefined : parseParams(params),
    fromTypeHint: options.fromTypeHint ?? false,
  }
}

function parseSchema(text: unknown, where: string): Schema | undefined {
  if (text === undefined || text === null) return undefined
  const entries = readJsonList(text, where).map((entry, i) => requireObject(entry, `${where}[${i}]`))
  if (entries.length === 0) throw invalidModel(`${where}: a schema must have at least one entry.`)
  const tensors = entries.filter((entry) => entry['type'] === 'tensor')
  if (tensors.length > 0 && tensors.length < entries.length) {
    throw invalidModel(`${where}: columns and tensors cannot stand in one schema.`)
  }
  const schema: Schema =
    tensors.length > 0
      ? { kind: 'tensors', tensors: entries.map((entry, i) => parseTensorSpec(entry, `${where}[${i}]`)) }
      : { kind: 'columns', columns: entries.map((entry, i) => parseColSpec(entry, `${where}[${i}]`)) }
  checkNames(schema, where)
  return schema
}

function parseColSpec(entry: JsonObject, where: string): ColSpec {
  const nested =
    typeof entry['type'] === 'string' && ['array', 'object', 'map', 'any'].includes(entry['type'])
  return {
    name: optionalText(entry['name'], `${where}.name`),
    type: parseColumnType(entry, where),
    // An older file without `required` means true for plain types and, in MLflow, false for the nested ones.
    required: typeof entry['required'] === 'boolean' ? entry['required'] : !nested,
  }
}

function parseTensorSpec(entry: JsonObject, where: string): TensorSpec {
  const { dtype, shape } = requireObject(entry['tensor-spec'], `${where}.tensor-spec`)
  if (typeof dtype !== 'string') throw invalidModel(`${where}.tensor-spec.dtype must be a text.`)
  if (!Array.isArray(shape) || !shape.every((dim) => Number.isInteger(dim) && dim >= -1)) {
    throw invalidModel(`${where}.tensor-spec.shape must be a list of whole numbers, -1 for any size.`)
  }
  return { name: optionalText(entry['name'], `${where}.name`), dtype, shape }
}

function checkNames(schema: Schema, where: string): void {
  const specs = schema.kind === 'columns' ? schema.columns : schema.tensors
  const named = specs.filter((spec) => spec.name !== undefined)
  if (named.length > 0 && named.length < specs.length) {
    throw invalidModel(`${where}: either all entries have a name or none has.`)
  }
  if (named.length > 0) return
  if (schema.kind === 'tensors' && specs.length > 1) {
    throw invalidModel(`${where}: several tensors must have names.`)
  }
  if (schema.kind === 'columns' && schema.columns.some((column) => !column.required)) {
    throw invalidModel(`${where}: an optional column must have a name.`)
  }
}
