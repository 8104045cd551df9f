import type { JsonSchema } from './openapi-schemas.ts'

/** What a server lets itself be told besides requests for predictions. */
export interface DescribedControl {
  /** Models are loaded, unloaded and rolled back. */
  readonly models: boolean
  /** Names of its rollouts. */
  readonly rollouts: readonly string[]
}

/** Where the token goes: of every control route, whatever scoring needs. */
export const CONTROL_SCHEMES: JsonSchema = {
  controlBearer: { type: 'http', scheme: 'bearer', description: 'The control token' },
  controlToken: { type: 'apiKey', in: 'header', name: 'X-Headrace-Control-Token' },
}

const SECURITY = [{ controlBearer: [] }, { controlToken: [] }]

/** The paths of the repository extension of V2 with Headrace's own, and of rollouts. */
export function controlPaths(control: DescribedControl): Readonly<Record<string, JsonSchema>> {
  return {
    ...(control.models ? MODEL_PATHS : {}),
    ...(control.rollouts.length > 0 ? rolloutPaths(control.rollouts) : {}),
  }
}

const NAME = { name: 'name', in: 'path', required: true, schema: { type: 'string' } }

const MODEL_PATHS: Readonly<Record<string, JsonSchema>> = {
  '/v2/repository/index': post('The models that are known here', {
    body: object({ ready: { type: 'boolean' } }),
    schema: { type: 'array', items: { type: 'object' } },
  }),
  '/v2/repository/models/{name}/load': post('Load a model, or another version of it', {
    parameters: [NAME],
    body: object({ parameters: { type: 'object' } }),
  }),
  '/v2/repository/models/{name}/unload': post('Unload a model', { parameters: [NAME], body: object({}) }),
  '/v2/repository/models/{name}/rollback': post('Go back to the version before', {
    parameters: [NAME],
    body: object({}),
  }),
  '/models/{name}/history': get('What has become of the model: loaded, refused, rolled back', {
    parameters: [NAME],
  }),
}

const PERCENT = { type: 'number', minimum: 0, maximum: 100, multipleOf: 0.1 }

const OUTCOME = object({ outcome_id: { type: 'string' }, value: { type: 'number' } }, ['outcome_id', 'value'])

function rolloutPaths(names: readonly string[]): Readonly<Record<string, JsonSchema>> {
  const parameters = [{ ...NAME, schema: { type: 'string', enum: names } }]
  const direct = (summary: string, body: JsonSchema) => post(summary, { parameters, body })
  return {
    '/rollouts': get('All rollouts'),
    '/rollouts/{name}': get('Shares, figures, guards and the decision so far', { parameters }),
    '/rollouts/{name}/report': get('The same as a page', { parameters, type: 'text/html' }),
    '/rollouts/{name}/outcomes': post('Report what became of answers, by their X-Headrace-Outcome-Id', {
      parameters,
      body: { oneOf: [OUTCOME, object({ outcomes: { type: 'array', items: OUTCOME, maxItems: 1000 } })] },
      isForScorers: true,
    }),
    '/rollouts/{name}/split': direct(
      'Set the shares, in percent',
      object({ split: { type: 'object', additionalProperties: PERCENT } }, ['split']),
    ),
    '/rollouts/{name}/promote': direct(
      'Give all keys to a variant',
      object({ variant: { type: 'string' } }, ['variant']),
    ),
    '/rollouts/{name}/abort': direct('Give all keys to the control', object({ cause: { type: 'string' } })),
    '/rollouts/{name}/restart': direct('Begin anew', object({})),
  }
}

interface Operation {
  readonly parameters?: readonly JsonSchema[]
  readonly body?: JsonSchema
  /** Of the answer; an object unless set. */
  readonly schema?: JsonSchema
  readonly type?: string
  /** Whoever may score may do it. */
  readonly isForScorers?: true
}

function get(summary: string, operation: Operation = {}): { readonly get: JsonSchema } {
  return { get: described(summary, operation) }
}

function post(summary: string, operation: Operation): { readonly post: JsonSchema } {
  const { body = {} } = operation
  const requestBody = { content: { 'application/json': { schema: body } } }
  return { post: { ...described(summary, operation), requestBody } }
}

function described(
  summary: string,
  { parameters = [], schema = { type: 'object' }, type = 'application/json', isForScorers }: Operation,
): JsonSchema {
  const content = { [type]: { schema: type === 'text/html' ? { type: 'string' } : schema } }
  return {
    summary,
    tags: ['control'],
    parameters,
    ...(isForScorers ? {} : { security: SECURITY }),
    responses: {
      200: { description: 'Done', content },
      401: { description: 'The control token is needed' },
      403: { description: 'Not from there without a control token' },
      404: { description: 'No such thing' },
    },
  }
}

function object(properties: JsonSchema, required?: readonly string[]): JsonSchema {
  return { type: 'object', properties, ...(required === undefined ? {} : { required }) }
}
