import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { safeArtifactPath } from '../../../artifacts/safe-artifact-path.ts'
import { badRequest, invalidParameter, permissionDenied } from '../../../core/errors.ts'
import { ListArtifacts, ListArtifactsResponse } from '../../../protocols/mlflow-rest/messages/artifacts.ts'
import {
  ListLoggedModelArtifacts,
  ListLoggedModelArtifactsResponse,
} from '../../../protocols/mlflow-rest/messages/logged-models.ts'
import { isText, required } from '../../../protocols/mlflow-rest/request-rules.ts'
import { readRequest } from '../../../protocols/mlflow-rest/rest-request.ts'
import { writeMessage } from '../../../protocols/mlflow-rest/write-message.ts'
import { errorPage, HTML } from '../html-page.ts'
import type { StoreQuestion } from '../store-questions.ts'
import type { ArtifactCall, ArtifactHandler } from './artifact-call.ts'
import type { ArtifactPlaces } from './artifact-places.ts'
import { JSON_TYPE, replyText } from './artifact-reply.ts'
import { readSmallBody } from './read-small-body.ts'
import { sendArtifact } from './send-artifact.ts'

/** Asks the stores for the URI of artifacts. @throws ServingError for a run, version or model that is not there */
export type AskStores = (question: StoreQuestion, about: readonly string[]) => Promise<string>

/** The routes to artifacts by what has them: a run, a version of a registered model, a logged model. */
export class StoredRoutes {
  readonly #places: ArtifactPlaces
  readonly #ask: AskStores

  constructor(places: ArtifactPlaces, ask: AskStores) {
    this.#places = places
    this.#ask = ask
  }

  readonly list: ArtifactHandler = async ({ response, query }) => {
    const rules = { run_id: [isText, required], path: [isText], page_token: [isText] }
    const request = readRequest(ListArtifacts, rules, { query })
    const path = request.path === undefined ? undefined : safeArtifactPath(request.path)
    const rootUri = await this.#ask('artifactUriOfRun', [request.runId || request.runUuid || ''])
    const files = await this.#places.list(rootUri, path)
    replyText(response, 200, JSON_TYPE, writeMessage(ListArtifactsResponse, { rootUri, files }))
  }

  readonly listOfLoggedModel: ArtifactHandler = async ({ response, query, rest }) => {
    const rules = { artifact_directory_path: [isText] }
    const { artifactDirectoryPath } = readRequest(ListLoggedModelArtifacts, rules, { query })
    const path = artifactDirectoryPath === undefined ? undefined : safeArtifactPath(artifactDirectoryPath)
    const rootUri = await this.#ask('artifactUriOfLoggedModel', [rest])
    const files = await this.#places.list(rootUri, path)
    replyText(response, 200, JSON_TYPE, writeMessage(ListLoggedModelArtifactsResponse, { rootUri, files }))
  }

  readonly ofRun: ArtifactHandler = async (call) => {
    const parameters = new URLSearchParams(call.query)
    const runId = parameters.get('run_id') || parameters.get('run_uuid')
    await this.#send(call, parameters.get('path'), 'artifactUriOfRun', [runId ?? 'None'])
  }

  readonly ofVersion: ArtifactHandler = async (call) => {
    const parameters = new URLSearchParams(call.query)
    const version = [parameters.get('name') ?? '', parameters.get('version') ?? '']
    await this.#send(call, parameters.get('path'), 'artifactUriOfVersion', version)
  }

  readonly ofLoggedModel: ArtifactHandler = async (call) => {
    const path = new URLSearchParams(call.query).get('artifact_file_path')
    if (!path) throw badRequest('Request must include the "artifact_file_path" query parameter.')
    await this.#send(call, path, 'artifactUriOfLoggedModel', [call.rest])
  }

  /** As a page of MLflow's UI sends a small file: with a POST, and 10 MB at most. */
  readonly upload: ArtifactHandler = async ({ request, response, query }) => {
    const parameters = new URLSearchParams(query)
    const runId = parameters.get('run_uuid')
    if (!runId) throw invalidParameter('Request must specify run_uuid.')
    const named = parameters.get('path')
    if (!named) throw invalidParameter('Request must specify path.')
    const path = safeArtifactPath(named)
    const content = await readSmallBody(request, 'Artifact size is too large. Max size is 10MB.')
    const isForm = FORMS.test(request.headers['content-type'] ?? '')
    if (content.length === 0 || isForm) throw invalidParameter('Request must specify data.')
    const rootUri = await this.#ask('artifactUriOfRun', [runId])
    await this.#write(rootUri, path, content)
    response.writeHead(200, { 'content-type': JSON_TYPE, 'content-length': 0 }).end()
  }

  /** What lies elsewhere on this machine is read, since the database says so, but never written. */
  async #write(rootUri: string, path: string, content: Buffer): Promise<void> {
    const place = this.#places.locate(rootUri, path)
    if (!place.isProxied && !this.#places.mayWrite(place)) {
      throw permissionDenied(
        `The artifacts of this run are at ${rootUri}, where this server writes nothing: it writes below its ` +
          'artifacts destination and below a default artifact root that is a folder of its machine',
      )
    }
    await place.folder.write(posix.normalize(place.path), Readable.from([content]), { bytes: content.length })
  }

  async #send(
    call: ArtifactCall,
    path: string | null,
    question: StoreQuestion,
    about: readonly string[],
  ): Promise<void> {
    if (path === null) return replyText(call.response, 400, HTML, BAD_REQUEST_PAGE)
    const safe = safeArtifactPath(path)
    const place = this.#places.locate(await this.#ask(question, about), safe)
    await sendArtifact(call, place.folder, place.path)
  }
}

/** Of these MLflow's framework leaves no bytes to its handlers. */
const FORMS = /^(?:multipart\/form-data|application\/x-(?:www-form-urlencoded|url-encoded))\b/i

const BAD_REQUEST_PAGE = errorPage(
  '400 Bad Request',
  'The browser (or proxy) sent a request that this server could not understand.',
)
