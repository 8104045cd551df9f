import { readModelFile } from '../flavors/model-file.ts'
import type { ServedModel } from '../runtime/served-model.ts'
import { modelPaths, OPEN_INFERENCE_ERROR, SERVER_PATHS } from './open-inference/openapi-paths.ts'
import { CONTROL_SCHEMES, controlPaths, type DescribedControl } from './openapi-control-paths.ts'
import { type JsonSchema, replySchema, requestSchema } from './openapi-schemas.ts'

/** A serving input example larger than this is left out of the document. */
const MAX_EXAMPLE_BYTES = 64 * 1024

export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: Readonly<Record<string, string>>
  readonly paths: Readonly<Record<string, JsonSchema>>
  readonly components: JsonSchema
  readonly security?: readonly JsonSchema[]
}

export interface DescribedModel {
  readonly model: ServedModel
  /** Of several versions of its name, the one that requests without a version mean. */
  readonly isPreferred: boolean
  /** Body that MLflow wrote from the input example, as JSON value. */
  readonly example: unknown
}

export interface DescribedServer extends DescribedControl {
  readonly needsApiKey: boolean
}

/**
 * Reads the serving input example that came with each model; models without one have none.
 * @param models of each name the preferred version first.
 */
export function describeModels(models: readonly ServedModel[]): Promise<readonly DescribedModel[]> {
  return Promise.all(
    models.map(async (model) => ({
      model,
      isPreferred: models.find(({ name }) => name === model.name) === model,
      example: await servingInput(model),
    })),
  )
}

/** OpenAPI 3.1 of what is served: each model's requests and replies, from its signature. */
export function openApiDocument(
  described: readonly DescribedModel[],
  defaultModel: ServedModel | undefined,
  { needsApiKey, ...control }: DescribedServer,
): OpenApiDocument {
  const byDefault = described.filter(({ model }) => model === defaultModel)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Headrace',
      version: '1.0.0',
      description:
        "The models served here, their inputs and their outputs: by MLflow's scoring protocol, the Open Inference " +
        'Protocol V2, and V1 of TensorFlow Serving and KServe.',
    },
    paths: {
      ...Object.fromEntries(byDefault.map((entry) => ['/invocations', scoringPath(entry)])),
      ...Object.fromEntries(described.map((entry) => [namedPath(entry), scoringPath(entry)])),
      ...modelPaths(described.map(({ model }) => model)),
      ...SERVER_PATHS,
      ...HEALTH_PATHS,
      ...controlPaths(control),
    },
    components: {
      schemas: { Error: ERROR_SCHEMA, ProtocolError: OPEN_INFERENCE_ERROR },
      securitySchemes: { ...CONTROL_SCHEMES, ...(needsApiKey ? KEY_SCHEMES : {}) },
    },
    ...(needsApiKey ? { security: [{ bearer: [] }, { apiKey: [] }] } : {}),
  }
}

/** Where a model is scored by its name, and by its version where its name means another one. */
export function namedPath({ model, isPreferred }: DescribedModel): string {
  const version = isPreferred ? '' : `/versions/${encodeURIComponent(model.version)}`
  return `/models/${encodeURIComponent(model.name)}${version}/invocations`
}

async function servingInput({ mlmodel }: ServedModel): Promise<unknown> {
  if (mlmodel.servingInputPath === undefined) return undefined
  try {
    const bytes = await readModelFile(mlmodel.directory, mlmodel.servingInputPath, MAX_EXAMPLE_BYTES)
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    // The example only decorates the document: it may be missing, too large, or hold NaN, which is not JSON.
    return undefined
  }
}

function scoringPath({ model, example }: DescribedModel): JsonSchema {
  const { signature } = model.mlmodel
  const text = { schema: { type: 'string' } }
  const json = { schema: requestSchema(signature), ...(example === undefined ? {} : { example }) }
  return {
    post: {
      summary: `Score ${model.source.canonicalUri}`,
      tags: [model.name],
      requestBody: {
        required: true,
        content: { 'application/json': json, 'text/csv': text, 'application/vnd.apache.parquet': text },
      },
      responses: {
        200: {
          description: 'The predictions',
          content: { 'application/json': { schema: replySchema(signature?.outputs) } },
        },
        ...ERROR_RESPONSES,
      },
    },
  }
}

const ERROR_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['error_code', 'message'],
  properties: {
    error_code: { type: 'string', examples: ['BAD_REQUEST'] },
    message: { type: 'string' },
    sqlstate: { type: 'string' },
    error_class: { type: 'string' },
  },
}

const ERROR_RESPONSES = Object.fromEntries(
  Object.entries({
    400: 'The request cannot be read, or does not fit the signature',
    413: 'The body is too large',
    415: 'Another content type than JSON, CSV or parquet, in UTF-8',
    429: 'Too much is waiting; see Retry-After',
    503: 'Not served at the moment; see Retry-After',
    504: 'Not answered in time',
  }).map(([status, description]) => [
    status,
    { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
  ]),
)

const KEY_SCHEMES: JsonSchema = {
  bearer: { type: 'http', scheme: 'bearer' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
}

const HEALTH_PATHS: Readonly<Record<string, JsonSchema>> = {
  '/ping': getPath('The server lives', { 200: { description: 'One newline' } }),
  '/health': getPath('The server lives', { 200: { description: 'One newline' } }),
  '/version': getPath('The MLflow version whose behaviour this server has', {
    200: { description: 'Bare text' },
  }),
  '/ready': getPath('Whether requests should be sent here', {
    200: { description: 'All models are loaded' },
    503: { description: 'Still loading, or on the way out' },
  }),
}

/** Open without a key. */
function getPath(summary: string, responses: JsonSchema): JsonSchema {
  return { get: { summary, responses, security: [] } }
}
