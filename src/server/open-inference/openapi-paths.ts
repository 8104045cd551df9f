import type { TensorMetadata } from '../../core/predictor.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { JsonSchema } from '../openapi-schemas.ts'

/** The errors of V2 and V1, under `components`. */
export const OPEN_INFERENCE_ERROR: JsonSchema = {
  type: 'object',
  required: ['error'],
  properties: { error: { type: 'string' } },
}

const ERROR = { content: { 'application/json': { schema: { $ref: '#/components/schemas/ProtocolError' } } } }

const ERRORS = {
  400: { description: 'The request cannot be read, or does not fit the model', ...ERROR },
  404: { description: 'No such model, or no such version of it', ...ERROR },
  413: { description: 'The body is too large', ...ERROR },
  415: { description: 'The body has a Content-Encoding that is not gzip or deflate', ...ERROR },
  429: { description: 'Too much is waiting; see Retry-After', ...ERROR },
  503: { description: 'Not served at the moment; see Retry-After', ...ERROR },
  504: { description: 'Not answered in time', ...ERROR },
}

const ANYTHING: JsonSchema = {}

/** What V2 and V1 have at paths of their own, whatever is served. */
export const SERVER_PATHS: Readonly<Record<string, JsonSchema>> = {
  '/v2': described('The server and the extensions of the protocol that it has'),
  '/v2/health/live': open('Whether the server lives'),
  '/v2/health/ready': open('Whether requests should be sent here'),
  '/v2/models/stats': described('What the models have done so far'),
  '/v1/models': described('The names of the models'),
}

/** Paths of V2 and V1 for each model; one of several versions has them by its version besides. */
export function modelPaths(models: readonly ServedModel[]): Readonly<Record<string, JsonSchema>> {
  const paths: Record<string, JsonSchema> = {}
  for (const model of models) {
    const name = encodeURIComponent(model.name)
    const version = encodeURIComponent(model.version)
    const several = models.filter((other) => other.name === model.name).length > 1
    if (several) Object.assign(paths, pathsAt(model, `${name}/versions/${version}`))
    if (paths[`/v2/models/${name}`] === undefined) Object.assign(paths, pathsAt(model, name))
  }
  return paths
}

/** Where a model is asked by each protocol. */
export function inferPathsOf(model: ServedModel): readonly string[] {
  const name = encodeURIComponent(model.name)
  return [`/v2/models/${name}/infer`, `/v1/models/${name}:predict`]
}

function pathsAt(model: ServedModel, at: string): Readonly<Record<string, JsonSchema>> {
  const tags = [model.name]
  return {
    [`/v2/models/${at}`]: described('The inputs and outputs of the model', tags),
    [`/v2/models/${at}/ready`]: described('Whether the model answers', tags),
    [`/v2/models/${at}/config`]: described('The configuration of the model, in the form of Triton', tags),
    [`/v2/models/${at}/stats`]: described('What the model has done so far', tags),
    [`/v2/models/${at}/infer`]: { post: inferOperation(model) },
    [`/v1/models/${at}`]: described('Whether the model answers', tags),
    [`/v1/models/${at}/metadata`]: described('The inputs and outputs of the model', tags),
    [`/v1/models/${at}:predict`]: { post: predictOperation(model) },
  }
}

function inferOperation({ name, predictor }: ServedModel): JsonSchema {
  const header = {
    name: 'Inference-Header-Content-Length',
    in: 'header',
    description: 'Bytes of JSON before binary tensors; 0 where the body is one tensor and nothing else',
    schema: { type: 'integer', minimum: 0 },
  }
  const octets = { schema: { type: 'string', format: 'binary' } }
  return {
    summary: 'Infer by the Open Inference Protocol V2',
    tags: [name],
    parameters: [header],
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: requestSchema(predictor.inputs) },
        'application/octet-stream': octets,
      },
    },
    responses: {
      200: {
        description: 'The outputs',
        content: {
          'application/json': { schema: replySchema(predictor.outputs) },
          'application/octet-stream': octets,
        },
      },
      ...ERRORS,
    },
  }
}

function requestSchema(inputs: readonly TensorMetadata[]): JsonSchema {
  const wanted = {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' }, parameters: { type: 'object' } },
  }
  return {
    type: 'object',
    required: ['inputs'],
    properties: {
      id: { type: 'string' },
      parameters: { type: 'object' },
      inputs: { type: 'array', items: tensorSchema(inputs) },
      outputs: { type: 'array', items: wanted },
    },
  }
}

function replySchema(outputs: readonly TensorMetadata[]): JsonSchema {
  return {
    type: 'object',
    required: ['model_name', 'outputs'],
    properties: {
      id: { type: 'string' },
      model_name: { type: 'string' },
      model_version: { type: 'string' },
      outputs: { type: 'array', items: tensorSchema(outputs) },
    },
  }
}

/** A tensor of any of these names; a request may name the columns of the signature instead. */
function tensorSchema(tensors: readonly TensorMetadata[]): JsonSchema {
  return {
    type: 'object',
    required: ['name', 'datatype', 'shape'],
    properties: {
      name: { type: 'string', examples: tensors.map(({ name }) => name) },
      datatype: { type: 'string', examples: [...new Set(tensors.map(({ datatype }) => datatype))] },
      shape: { type: 'array', items: { type: 'integer', minimum: 0 } },
      parameters: { type: 'object' },
      data: { type: 'array' },
    },
  }
}

function predictOperation({ name }: ServedModel): JsonSchema {
  const form = (key: string): JsonSchema => ({
    type: 'object',
    required: [key],
    properties: { [key]: ANYTHING },
  })
  const either = (...keys: readonly string[]): JsonSchema => ({ schema: { oneOf: keys.map(form) } })
  return {
    summary: 'Predict as TensorFlow Serving and KServe V1 do',
    tags: [name],
    requestBody: { required: true, content: { 'application/json': either('instances', 'inputs') } },
    responses: {
      200: {
        description: 'A prediction for each instance, or whole outputs for whole inputs',
        content: { 'application/json': either('predictions', 'outputs') },
      },
      ...ERRORS,
    },
  }
}

function described(summary: string, tags: readonly string[] = []): JsonSchema {
  const json = { content: { 'application/json': { schema: { type: 'object' } } } }
  return { get: { summary, tags, responses: { 200: { description: 'A JSON object', ...json } } } }
}

/** Without a key. */
function open(summary: string): JsonSchema {
  const responses = { 200: { description: 'It does' }, 503: { description: 'It does not' } }
  return { get: { summary, responses, security: [] } }
}
