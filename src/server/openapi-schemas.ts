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

/** Types whose columns may hold nothing: pandas has a missing value of them, and MLflow's enforcement lets it pass. */
const NULLABLE: ReadonlySet<ColumnType> = new Set(['float', 'double', 'string', 'datetime'])

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
  if (inputs === undefined) return freeForms(ANYTHING, ANYTHING)
  if (inputs.kind === 'tensors') {
    const arrays = arraysSchemas(inputs.tensors)
    return freeForms(oneOfSeveral(arrays), oneOfSeveral([...arrays, tensorRows(inputs.tensors)]))
  }
  const { columns } = inputs
  const rows = arrayOf(recordSchema(columns))
  const arrays = { anyOf: [columnArrays(columns), rows] }
  return { dataframe_split: splitSchema(columns), dataframe_records: rows, inputs: arrays, instances: arrays }
}

function freeForms(inputs: JsonSchema, instances: JsonSchema): Readonly<Record<string, JsonSchema>> {
  const data = arrayOf({ type: 'array' })
  return {
    inputs,
    instances,
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
      data: arrayOf(rowSchema(columns, names.length > 0)),
      index: { type: 'array' },
    },
    additionalProperties: false,
  }
}

/** A row of cells. Named columns come in any order, so that all cells have to be one of their types. */
function rowSchema(columns: readonly ColSpec[], named: boolean): JsonSchema {
  const cells = columns.map(({ type }) => cellSchema(type))
  if (!named) return { type: 'array', prefixItems: cells }
  const distinct = new Map(cells.map((cell) => [JSON.stringify(cell), cell]))
  return { type: 'array', items: oneOfSeveral([...distinct.values()]) }
}

/** One record of several, of which some may lack what can be missing. */
function recordSchema(columns: readonly ColSpec[]): JsonSchema {
  return objectOf(
    columns.map((column) => [
      { ...column, required: column.required && !NULLABLE.has(column.type) },
      cellSchema(column.type),
    ]),
  )
}

function columnArrays(columns: readonly ColSpec[]): JsonSchema {
  return objectOf(columns.map((column) => [column, arrayOf(cellSchema(column.type))]))
}

function cellSchema(type: ColumnType): JsonSchema {
  const schema = columnSchema(type)
  return NULLABLE.has(type) ? orNull(schema) : schema
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

/** The whole arrays that `inputs` and `instances` take: of one tensor alone, too, or all of them by their names. */
function arraysSchemas(tensors: readonly TensorSpec[]): readonly JsonSchema[] {
  const [first, ...more] = tensors
  if (first === undefined || more.length > 0) return [tensorsSchema(tensors)]
  return first.name === undefined ? [tensorSchema(first)] : [tensorSchema(first), tensorsSchema(tensors)]
}

/** One object a row, with each tensor's part of it. */
function tensorRows(tensors: readonly TensorSpec[]): JsonSchema {
  return arrayOf(tensorsSchema(tensors.map((tensor) => ({ ...tensor, shape: tensor.shape.slice(1) }))))
}

/** All tensors by their names; those without one have their place. */
function tensorsSchema(tensors: readonly TensorSpec[]): JsonSchema {
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
  if (outputs.kind === 'tensors') {
    return { anyOf: [...arraysSchemas(outputs.tensors), arrayOf({ type: 'object' })] }
  }
  const { columns } = outputs
  // The reply names all that the model gives, whatever the signature knows of it.
  if (columns.some(({ name }) => name === undefined)) return ANYTHING
  const row = objectOf(columns.map((column) => [column, cellSchema(column.type)]))
  return { anyOf: [arrayOf(row), columnArrays(columns)] }
}

/** A param that is null has its default, and so have all of them where `params` is. */
function paramsSchema(params: readonly ParamSpec[]): JsonSchema {
  return {
    type: ['object', 'null'],
    properties: Object.fromEntries(params.map((param) => [param.name, paramSchema(param)])),
  }
}

function paramSchema({ type, shape, default: value }: ParamSpec): JsonSchema {
  const one = columnSchema(type)
  return { ...orNull(shape === undefined ? one : arrayOf(one)), default: value }
}

/** A schema without a type admits null already. */
function orNull(schema: JsonSchema): JsonSchema {
  return schema['type'] === undefined ? schema : { ...schema, type: [schema['type'], 'null'] }
}

function oneOfSeveral(schemas: readonly JsonSchema[]): JsonSchema {
  const [first, ...more] = schemas
  return first !== undefined && more.length === 0 ? first : { anyOf: schemas }
}

function arrayOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items }
}
