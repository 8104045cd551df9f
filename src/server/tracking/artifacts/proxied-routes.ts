import type { ArtifactFolder } from '../../../artifacts/artifact-folder.ts'
import { safeArtifactPath } from '../../../artifacts/safe-artifact-path.ts'
import { notImplemented, ServingError } from '../../../core/errors.ts'
import type { Message } from '../../../protocols/mlflow-rest/message.ts'
import {
  ProxiedAbortMultipartUpload,
  ProxiedCompleteMultipartUpload,
  ProxiedCreateMultipartUpload,
  ProxiedListArtifacts,
  ProxiedListArtifactsResponse,
} from '../../../protocols/mlflow-rest/messages/artifacts.ts'
import {
  isIntLike,
  isText,
  type RequestRules,
  required,
} from '../../../protocols/mlflow-rest/request-rules.ts'
import { readRequest } from '../../../protocols/mlflow-rest/rest-request.ts'
import { writeMessage } from '../../../protocols/mlflow-rest/write-message.ts'
import { HTML, NOT_FOUND_PAGE } from '../html-page.ts'
import type { ArtifactCall, ArtifactHandler } from './artifact-call.ts'
import { JSON_TYPE, replyDetail, replyText } from './artifact-reply.ts'
import { readSmallBody } from './read-small-body.ts'
import { receiveArtifact } from './receive-artifact.ts'
import { sendArtifact } from './send-artifact.ts'

/** The routes below `/mlflow-artifacts`: files that clients send to this server and fetch from it. */
export class ProxiedRoutes {
  readonly #folder: ArtifactFolder

  constructor(folder: ArtifactFolder) {
    this.#folder = folder
  }

  readonly list: ArtifactHandler = async ({ response, query }) => {
    const { path } = readRequest(ProxiedListArtifacts, {}, { query })
    const entries = await this.#folder.list(path === undefined ? '' : safeArtifactPath(path))
    const files = entries.map(({ name, isFolder, bytes }) => ({
      path: name,
      isDir: isFolder,
      fileSize: bytes || undefined,
    }))
    replyText(response, 200, JSON_TYPE, writeMessage(ProxiedListArtifactsResponse, { files }))
  }

  readonly download: ArtifactHandler = async (call) => {
    try {
      await sendArtifact(call, this.#folder, safeArtifactPath(call.rest))
    } catch (error) {
      if (!(error instanceof ServingError) || error.details['isFolder'] !== true) throw error
      replyDetail(call.response, 400, error.message)
    }
  }

  readonly upload: ArtifactHandler = async ({ request, response, rest }) => {
    const path = safeArtifactPath(rest)
    if (path === '' || path.endsWith('/')) {
      return replyDetail(response, 400, "Artifact path must include a filename (cannot end with '/').")
    }
    await receiveArtifact(request, response, this.#folder, path)
    response.writeHead(200, { 'content-length': 0 }).end()
  }

  readonly remove: ArtifactHandler = async ({ response, rest }) => {
    if (rest === '') return replyText(response, 404, HTML, NOT_FOUND_PAGE)
    await this.#folder.remove(safeArtifactPath(rest))
    replyText(response, 200, JSON_TYPE, '{}')
  }

  readonly createMultipartUpload = multipart(ProxiedCreateMultipartUpload, {
    path: [required, isText],
    num_parts: [isIntLike],
  })

  readonly completeMultipartUpload = multipart(ProxiedCompleteMultipartUpload, {
    path: [required, isText],
    upload_id: [isText],
    parts: [required],
  })

  readonly abortMultipartUpload = multipart(ProxiedAbortMultipartUpload, {
    path: [required, isText],
    upload_id: [isText],
  })

  readonly presign: ArtifactHandler = async ({ rest }) => {
    safeArtifactPath(rest)
    throw notImplemented('Multipart download is not supported for the current artifact repository')
  }
}

/** Folders of this machine take files whole; what is wrong with the request is told first. */
function multipart(type: Message, rules: RequestRules): ArtifactHandler {
  return async ({ request, rest }: ArtifactCall) => {
    safeArtifactPath(rest)
    const body = await readSmallBody(request)
    readRequest(type, rules, { contentType: request.headers['content-type'], body })
    throw notImplemented('Multipart upload is not supported for the current artifact repository')
  }
}
