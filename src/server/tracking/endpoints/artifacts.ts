import { schemeOf } from '../../../artifacts/artifact-uri.ts'
import { safeArtifactPath } from '../../../artifacts/safe-artifact-path.ts'
import { invalidParameter, notImplemented } from '../../../core/errors.ts'
import {
  CreatePresignedDownloadUrl,
  CreatePresignedDownloadUrlResponse,
  CreatePresignedUploadUrl,
  CreatePresignedUploadUrlResponse,
} from '../../../protocols/mlflow-rest/messages/artifacts.ts'
import { isIntLike, isText, required } from '../../../protocols/mlflow-rest/request-rules.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'

/** Of the artifacts' calls those that need no file: the others are routes that stream. */

const LONGEST_EXPIRATION_SECONDS = 7 * 24 * 60 * 60

const presignUpload = endpoint({
  verb: 'POST',
  path: '/2.0/mlflow/artifacts/presigned-upload-url',
  access: 'read',
  request: CreatePresignedUploadUrl,
  rules: { run_id: [isText], model_id: [isText], path: [required, isText], expiration: [isIntLike] },
  reply: CreatePresignedUploadUrlResponse,
  handle: async ({ tracking }, { runId = '', modelId = '', path = '' }) => {
    if ((runId === '') === (modelId === '')) {
      throw invalidParameter('Exactly one of run_id and model_id must be provided.')
    }
    safeArtifactPath(path)
    const uri =
      runId === ''
        ? (await tracking.loggedModels.get(modelId)).artifactLocation
        : (await tracking.runs.getInfo(runId)).artifactUri
    throw unsigned('upload', uri, 'for proxied artifact storage', 'This endpoint requires')
  },
})

const presignDownload = endpoint({
  verb: 'POST',
  path: '/2.0/mlflow/artifacts/presigned-download-url',
  access: 'read',
  request: CreatePresignedDownloadUrl,
  rules: { run_id: [required, isText], path: [required, isText], expiration: [isIntLike] },
  reply: CreatePresignedDownloadUrlResponse,
  handle: async ({ tracking }, { runId = '', path = '', expiration }) => {
    safeArtifactPath(path)
    if (expiration !== undefined && (expiration < 1 || expiration > LONGEST_EXPIRATION_SECONDS)) {
      throw invalidParameter(
        `expiration must be between 1 and ${LONGEST_EXPIRATION_SECONDS} seconds (got ${expiration}).`,
      )
    }
    const uri = (await tracking.runs.getInfo(runId)).artifactUri
    throw unsigned(
      'download',
      uri,
      'for runs with proxied artifact storage',
      'This endpoint requires a run with',
    )
  },
})

export const artifactEndpoints: readonly Endpoint[] = [presignUpload, presignDownload]

/** Folders have no URLs that others could be given; what a client is told depends on whose they are. */
function unsigned(what: 'upload' | 'download', uri: string, where: string, required: string): Error {
  const scheme = schemeOf(uri)
  if (scheme === 'mlflow-artifacts' || scheme === 'http' || scheme === 'https') {
    return invalidParameter(
      `Presigned ${what} is not supported ${where} (artifact URI scheme: ${scheme}). ` +
        `${required} a direct cloud storage artifact URI.`,
    )
  }
  return notImplemented(`Presigned ${what} is not supported for the current artifact repository`)
}
