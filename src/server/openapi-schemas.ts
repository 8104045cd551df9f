import type {
  ColSpec,
  ColumnType,
  ModelSignature,
  ParamSpec,
  ScalarType,
  Schema,
  TensorSpec,
} from '../signature/model-signature.ts'

/** A JSON Schema (draft 2020-12, the dialect of OpenAPI 3.1). */
export type JsonSchema = { readonly [keyword: string]: unknown }

const ANYTHING: JsonSchema = {}

const SCALARS: Readonly<Record<ScalarType, JsonSchema>> = {
  boolean: { type: 'boolean' },
  integer: { type: 'integer', format: 'int32' },
  long: { type: 'integer', format: 'int64' },
  float: { type: 'number', format: 'float' },
  double: { type: 'number', format: 'double' },
  string: { type: 'string' },
  binary: { type: 'string', contentEncoding: 'base64' },
  datetime: { type: 'string', format: 'date-time' },
  any: ANYTHING,
  sparkml_vector: ANYTHING,
}

/** What a model's `/invocations` takes: exactly one of MLflow's four forms, with `params` beside it. */
export function requestSchema(signature: ModelSignature | undefined): JsonSchema {
  const params = signature?.params?.length ? { params: paramsSchema(signature.params) } : {}
  const forms = formSchemas(signature?.inputs)
  return {
    oneOf: Object.entries(forms).map(([form, schema]) => ({
      type: 'object',
      title: form,
      required: [form],
      properties: { [form]: schema, ...params },
    })),
  }
}

/** The reply: records where a frame was sent, an object of arrays where arrays were. */
export function replySchema(outputs: Schema | undefined): JsonSchema {
  return {
    type: 'object',
    required: ['predictions'],
    properties: { predictions: outputs === undefined ? ANYTHING : predictionsSchema(outputs) },
  }
}

/** Schemas of the four forms, under their keys. */
function formSchemas(inputs: Schema | undefined): Readonly<Record<string, JsonSchema>> {
  if (inputs === undefined) return freeForms(ANYTHING)
  if (inputs.kind === 'tensors') return freeForms(tensorsSchema(inputs.tensors))
  const { columns } = inputs
  const row = rowSchema(columns)
  const rows = arrayOf(row)
  return {
    dataframe_split: splitSchema(columns),
    dataframe_records: rows,
    inputs: { anyOf: [columnArrays(columns), rows] },
    instances: rows,
  }
}

function freeForms(inputs: JsonSchema): Readonly<Record<string, JsonSchema>> {
  const data = arrayOf({ type: 'array' })
  return {
    inputs,
    instances: inputs,
    dataframe_split: { type: 'object', required: ['data'], properties: { columns: { type: 'array' }, data } },
    dataframe_records: arrayOf({ type: 'object' }),
  }
}

function splitSchema(columns: readonly ColSpec[]): JsonSchema {
  const names = columns.flatMap(({ name }) => (name === undefined ? [] : [name]))
  return {
    type: 'object',
    required: names.length > 0 ? ['columns', 'data'] : ['data'],
    properties: {
      columns:
        names.length > 0
          ? { type: 'array', items: { type: 'string' }, examples: [names] }
          : { type: 'array' },
      data: arrayOf({ type: 'array', prefixItems: columns.map(({ type }) => columnSchema(type)) }),
      index: { type: 'array' },
    },
    additionalProperties: false,
  }
}

function rowSchema(columns: readonly ColSpec[]): JsonSchema {
  return objectOf(columns.map((column) => [column, columnSchema(column.type)]))
}

function columnArrays(columns: readonly ColSpec[]): JsonSchema {
  return objectOf(columns.map((column) => [column, arrayOf(columnSchema(column.type))]))
}

/** Unnamed columns have the numbers of their places as names. */
function objectOf(columns: readonly (readonly [ColSpec, JsonSchema])[]): JsonSchema {
  const named = columns.map(([{ name, required }, schema], place) => ({
    name: name ?? String(place),
    required,
    schema,
  }))
  return {
    type: 'object',
    required: named.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(named.map(({ name, schema }) => [name, schema])),
  }
}

function columnSchema(type: ColumnType): JsonSchema {
  if (typeof type === 'string') return SCALARS[type]
  if (type.kind === 'array') return arrayOf(columnSchema(type.items))
  if (type.kind === 'map') return { type: 'object', additionalProperties: columnSchema(type.values) }
  return {
    type: 'object',
    required: type.properties.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(
      type.properties.map((property) => [property.name, columnSchema(property.type)]),
    ),
    additionalProperties: false,
  }
}

function tensorsSchema(tensors: readonly TensorSpec[]): JsonSchema {
  const [first] = tensors
  if (first !== undefined && tensors.length === 1 && first.name === undefined) return tensorSchema(first)
  const names = tensors.map(({ name }, place) => name ?? String(place))
  return {
    type: 'object',
    required: names,
    properties: Object.fromEntries(tensors.map((tensor, place) => [names[place], tensorSchema(tensor)])),
  }
}

/** Nested arrays, one level for each dimension; a fixed dimension states its length. */
function tensorSchema({ dtype, shape }: TensorSpec): JsonSchema {
  return shape.reduceRight<JsonSchema>(
    (items, dim) => (dim < 0 ? arrayOf(items) : { ...arrayOf(items), minItems: dim, maxItems: dim }),
    elementSchema(dtype),
  )
}

function elementSchema(dtype: string): JsonSchema {
  if (dtype === 'bool') return { type: 'boolean' }
  if (/^u?int/.test(dtype)) return { type: 'integer', format: dtype }
  if (dtype.startsWith('float')) return { type: 'number', format: dtype === 'float32' ? 'float' : 'double' }
  return dtype.startsWith('str') || dtype.startsWith('<U') ? { type: 'string' } : ANYTHING
}

function predictionsSchema(outputs: Schema): JsonSchema {
  if (outputs.kind === 'tensors')
    return { anyOf: [tensorsSchema(outputs.tensors), arrayOf({ type: 'object' })] }
  return { anyOf: [arrayOf(rowSchema(outputs.columns)), columnArrays(outputs.columns)] }
}

function paramsSchema(params: readonly ParamSpec[]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(params.map((param) => [param.name, paramSchema(param)])),
  }
}

function paramSchema({ type, shape, default: value }: ParamSpec): JsonSchema {
  const one = columnSchema(type)
  return { ...(shape === undefined ? one : arrayOf(one)), default: value }
}

function arrayOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items }
}
