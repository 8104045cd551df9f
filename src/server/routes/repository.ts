import type { FastifyInstance, FastifyRequest } from 'fastify'
import { asciiJson } from '../../core/ascii-json.ts'
import { badRequest, notImplemented } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import { shortened } from '../../core/shortened.ts'
import { BodyReader } from '../body-reader.ts'
import type { ControlGuard } from '../control-guard.ts'
import { checkUnloadParameters, readLoadParameters } from '../control-parameters.ts'
import {
  answeredEarlier,
  failControl,
  headerOf,
  readJsonObject,
  refuseControlBytes,
} from '../control-request.ts'
import type { IndexedModel, ModelControl } from '../model-control.ts'
import { openInferenceErrorBody } from '../open-inference/error-body.ts'
import type { ServerLimits } from '../server-options.ts'

/** A body names a model at most. */
const MAX_BODY_BYTES = 64 * 1024
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024

export interface RepositoryRoutesInit {
  /** Without it each route answers that there is no such thing. */
  readonly control: ModelControl | undefined
  readonly guard: ControlGuard | undefined
  readonly limits: ServerLimits
}

/** A body as it was parsed, and the model of the path, if it names one. */
type Command = (
  control: ModelControl,
  body: Readonly<Record<string, unknown>>,
  name: string,
) => Promise<string>

/** Triton's model repository extension: what is there, and loading and unloading it while others are served. */
export function repositoryRoutes(app: FastifyInstance, init: RepositoryRoutesInit): void {
  const bodies = new BodyReader({
    ...init.limits,
    bodyBytes: MAX_BODY_BYTES,
    bufferedBytes: MAX_BUFFERED_BYTES,
  })
  const add = (path: string, command: Command, changesModels: boolean): void => {
    const onRequest = (request: FastifyRequest, reply: { hijack(): void }): void => {
      reply.hijack()
      void answer(request, modelOf(request), { ...init, bodies, command, changesModels })
    }
    for (const url of [path, `${path}/`]) app.post(url, { onRequest, handler: answeredEarlier })
  }
  add('/v2/repository/index', index, false)
  add('/v2/repository/models/:name/load', load, true)
  add('/v2/repository/models/:name/unload', unload, true)
  add('/v2/repository/models/:name/rollback', rollback, true)
}

async function index(control: ModelControl, { ready = false }: Readonly<Record<string, unknown>>) {
  if (typeof ready !== 'boolean') throw badRequest("'ready' is not true or false.")
  const models = control.index().filter(({ state }) => !ready || state === 'READY')
  return `[${models.map(indexEntry).join(',')}]`
}

async function load(control: ModelControl, body: Readonly<Record<string, unknown>>, name: string) {
  await control.load(name, readLoadParameters(parametersOf(body)))
  return ''
}

async function unload(control: ModelControl, body: Readonly<Record<string, unknown>>, name: string) {
  checkUnloadParameters(parametersOf(body))
  await control.unload(name)
  return ''
}

/** Not of Triton's extension. */
async function rollback(control: ModelControl, body: Readonly<Record<string, unknown>>, name: string) {
  for (const parameter of Object.keys(parametersOf(body))) {
    throw badRequest(`Unknown rollback parameter '${shortened(parameter)}'.`)
  }
  await control.rollback(name)
  return ''
}

function indexEntry({ name, version, state, reason }: IndexedModel): string {
  return `{"name":${asciiJson(name)},"version":${asciiJson(version)},"state":"${state}","reason":${asciiJson(reason)}}`
}

/** What is asked for elsewhere would be left out, and another model loaded than was meant. */
function parametersOf({ parameters = {}, ...others }: Readonly<Record<string, unknown>>) {
  for (const name of Object.keys(others)) {
    throw badRequest(
      `'${shortened(name)}' is not a member of this request: what is asked for stands in 'parameters'.`,
    )
  }
  if (!isRecord(parameters)) throw badRequest("'parameters' is not an object.")
  return parameters
}

interface AnswerInit extends RepositoryRoutesInit {
  readonly bodies: BodyReader
  readonly command: Command
  readonly changesModels: boolean
}

/** Never rejects. */
async function answer(request: FastifyRequest, name: string, init: AnswerInit): Promise<void> {
  const { exchange } = request
  exchange.errorBody = openInferenceErrorBody
  const { control, guard, bodies, command } = init
  try {
    if (control === undefined || guard === undefined) throw notImplemented('This server loads no models.')
    guard.check((header) => headerOf(request, header))
    const body = await bodies.read(exchange, { refuseBytes: refuseControlBytes })
    if (body === undefined) return
    const asked = readJsonObject(body)
    // Loading takes what it takes; the trial of the model has a time limit of its own.
    exchange.limitTo(Number.POSITIVE_INFINITY)
    exchange.changesModels = init.changesModels
    const text = await command(control, asked, name)
    if (text === '') exchange.sendEmpty(200)
    else exchange.send(200, 'application/json', text)
  } catch (error) {
    failControl(exchange, error)
  } finally {
    bodies.release(exchange)
  }
}

function modelOf({ params }: FastifyRequest): string {
  return (params as { readonly name?: string }).name ?? ''
}
