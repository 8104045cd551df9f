import type { IncomingMessage, ServerResponse } from 'node:http'
import { HTML, METHOD_NOT_ALLOWED_PAGE } from '../html-page.ts'
import type { RequestTarget, StreamedRoutes } from '../streamed-routes.ts'
import type { ArtifactCall, ArtifactHandler } from './artifact-call.ts'
import { ArtifactPlaces } from './artifact-places.ts'
import { replyDetail, replyFailure, replyText } from './artifact-reply.ts'
import { ProxiedRoutes } from './proxied-routes.ts'
import { type AskStores, StoredRoutes } from './stored-routes.ts'

export interface ArtifactRoutesInit {
  /** Path of the folder of what clients send; undefined where the server takes and gives no artifacts. */
  readonly destination: string | undefined
  /** Where new experiments have their artifacts: a folder of this machine is written to, as a URI or a path. */
  readonly defaultArtifactRoot?: string | undefined
  /** Undefined where the server has artifacts only. */
  readonly ask: AskStores | undefined
  /** `` or as `/mlflow`. */
  readonly staticPrefix: string
}

type Verb = 'GET' | 'PUT' | 'POST' | 'DELETE'

interface ArtifactRoute {
  /** The first group is the call's `rest`. */
  readonly path: RegExp
  readonly handlers: Readonly<Partial<Record<Verb, ArtifactHandler>>>
}

/** The routes of artifacts, in the thread that does HTTP: they stream files, and list folders without waiting. */
export class ArtifactRoutes implements StreamedRoutes {
  readonly #routes: readonly ArtifactRoute[]
  readonly #prefix: string

  constructor({ destination, defaultArtifactRoot, ask, staticPrefix }: ArtifactRoutesInit) {
    const places = new ArtifactPlaces(destination, defaultArtifactRoot)
    const proxied = places.destination && new ProxiedRoutes(places.destination)
    this.#routes = [
      ...(proxied === undefined ? unservedRoutes() : proxiedRoutes(proxied)),
      ...(ask === undefined ? artifactsOnlyRoutes() : storedRoutes(new StoredRoutes(places, ask))),
    ]
    this.#prefix = staticPrefix
  }

  handle(
    request: IncomingMessage,
    response: ServerResponse,
    { path, query }: RequestTarget,
    failed: ArtifactCall['failed'],
  ): boolean {
    if (!path.startsWith(this.#prefix)) return false
    const own = path.slice(this.#prefix.length)
    for (const route of this.#routes) {
      const found = route.path.exec(own)
      if (found !== null) {
        void answer(route, { request, response, rest: found[1] ?? '', query, failed })
        return true
      }
    }
    return false
  }
}

async function answer({ handlers }: ArtifactRoute, call: ArtifactCall): Promise<void> {
  const { request, response } = call
  const handler = handlerOf(handlers, request.method)
  try {
    if (handler === undefined) answerOtherVerb(handlers, request, response)
    else await handler(call)
  } catch (error) {
    replyFailure(response, call.failed(error))
  } finally {
    boundRest(request)
  }
}

/** How long a client that was answered before its body's end may go on sending it, to no effect. */
const REST_MS = 60_000

/** A client that is cut off while it sends never reads the answer; one that sends for ever is cut off some time. */
function boundRest(request: IncomingMessage): void {
  if (request.complete) return
  const timer = setTimeout(() => request.socket.destroy(), REST_MS).unref()
  request.once('close', () => clearTimeout(timer))
}

function handlerOf(
  handlers: ArtifactRoute['handlers'],
  verb: string | undefined,
): ArtifactHandler | undefined {
  return Object.entries(handlers).find(([known]) => known === (verb === 'HEAD' ? 'GET' : verb))?.[1]
}

function answerOtherVerb(
  handlers: ArtifactRoute['handlers'],
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const verbs = [...Object.keys(handlers), 'OPTIONS', ...('GET' in handlers ? ['HEAD'] : [])]
  response.setHeader('allow', verbs.join(', '))
  if (request.method === 'OPTIONS') response.writeHead(204).end()
  else replyText(response, 405, HTML, METHOD_NOT_ALLOWED_PAGE)
}

const API = String.raw`^/(?:ajax-)?api/2\.0`
const LIST = new RegExp(`${API}/mlflow-artifacts/artifacts$`)
const FILE = new RegExp(`${API}/mlflow-artifacts/artifacts/([^\\n]*)$`)
const CREATE_UPLOAD = new RegExp(`${API}/mlflow-artifacts/mpu/create/(.+)$`)
const COMPLETE_UPLOAD = new RegExp(`${API}/mlflow-artifacts/mpu/complete/(.+)$`)
const ABORT_UPLOAD = new RegExp(`${API}/mlflow-artifacts/mpu/abort/(.+)$`)
const PRESIGNED = new RegExp(`${API}/mlflow-artifacts/presigned/(.+)$`)
const LIST_OF_RUN = new RegExp(`${API}/mlflow/artifacts/list$`)
const LIST_OF_MODEL = new RegExp(`${API}/mlflow/logged-models/([^/]+)/artifacts/directories$`)
const FILE_OF_MODEL = /^\/ajax-api\/2\.0\/mlflow\/logged-models\/([^/]+)\/artifacts\/files$/
const UPLOAD = /^\/ajax-api\/2\.0\/mlflow\/upload-artifact$/
const FILE_OF_RUN = /^\/get-artifact$/
const FILE_OF_VERSION = /^\/model-versions\/get-artifact$/

function proxiedRoutes(routes: ProxiedRoutes): readonly ArtifactRoute[] {
  return [
    { path: LIST, handlers: { GET: routes.list } },
    { path: FILE, handlers: { GET: routes.download, DELETE: routes.remove, PUT: routes.upload } },
    { path: CREATE_UPLOAD, handlers: { POST: routes.createMultipartUpload } },
    { path: COMPLETE_UPLOAD, handlers: { POST: routes.completeMultipartUpload } },
    { path: ABORT_UPLOAD, handlers: { POST: routes.abortMultipartUpload } },
    { path: PRESIGNED, handlers: { GET: routes.presign } },
  ]
}

function storedRoutes(routes: StoredRoutes): readonly ArtifactRoute[] {
  return [
    { path: LIST_OF_RUN, handlers: { GET: routes.list } },
    { path: LIST_OF_MODEL, handlers: { GET: routes.listOfLoggedModel } },
    { path: FILE_OF_MODEL, handlers: { GET: routes.ofLoggedModel } },
    { path: UPLOAD, handlers: { POST: routes.upload } },
    { path: FILE_OF_RUN, handlers: { GET: routes.ofRun } },
    { path: FILE_OF_VERSION, handlers: { GET: routes.ofVersion } },
  ]
}

/** `--no-serve-artifacts`: the routes are there, and say that they do nothing. */
function unservedRoutes(): readonly ArtifactRoute[] {
  const bytes: ArtifactHandler = async ({ response }) =>
    replyDetail(
      response,
      503,
      'Artifact serving is disabled. Run `mlflow server` with `--serve-artifacts` to enable.',
    )
  const other = disabled(
    'due to the mlflow server running with `--no-serve-artifacts`. To enable artifacts server functionality, run ' +
      '`mlflow server` with `--serve-artifacts`',
  )
  return [
    { path: LIST, handlers: { GET: other } },
    { path: FILE, handlers: { GET: bytes, DELETE: other, PUT: bytes } },
    { path: CREATE_UPLOAD, handlers: { POST: other } },
    { path: COMPLETE_UPLOAD, handlers: { POST: other } },
    { path: ABORT_UPLOAD, handlers: { POST: other } },
    { path: PRESIGNED, handlers: { GET: other } },
  ]
}

/** `--artifacts-only`: there is no database to ask. */
function artifactsOnlyRoutes(): readonly ArtifactRoute[] {
  const handler = disabled(
    'due to the mlflow server running in `--artifacts-only` mode. To enable tracking server functionality, run ' +
      '`mlflow server` without `--artifacts-only`',
  )
  return [LIST_OF_RUN, LIST_OF_MODEL, FILE_OF_MODEL, UPLOAD, FILE_OF_RUN, FILE_OF_VERSION].map((path) => ({
    path,
    handlers: { GET: handler, POST: handler },
  }))
}

function disabled(reason: string): ArtifactHandler {
  return async ({ request, response }) => {
    const path = (request.url ?? '').replace(/\?.*$/s, '').replace(/[^\w./-]/g, '')
    replyText(response, 503, HTML, `Endpoint: ${path} disabled ${reason}`)
  }
}
