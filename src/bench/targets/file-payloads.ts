import { basename } from 'node:path'
import { invalidParameter } from '../../core/errors.ts'
import { type FileBody, fileBodies } from '../payloads/file-bodies.ts'
import { readWeightedFile } from '../payloads/weighted-file.ts'
import type { AnswerForm, Dialect, Payload } from '../target.ts'
import type { TargetOptions } from './target-options.ts'
import { knownPath, modelPath, type TargetUrl } from './target-url.ts'

export interface FilePayloads {
  readonly payloads: readonly Payload[]
  readonly dialect: Dialect
  readonly form: AnswerForm
  /** For a person. */
  readonly found: readonly string[]
}

const GRPC_PATH = '/inference.GRPCInferenceService/ModelInfer'

/**
 * Payloads that the user gives, sent to the path of the URL, or to the one of the dialect, which is MLflow's unless it is
 * said. By gRPC a file is the bytes of a `ModelInferRequest`.
 * @throws ServingError INVALID_PARAMETER_VALUE for a file that is wrong, or where a model has to be named
 */
export async function filePayloads(where: TargetUrl, options: TargetOptions): Promise<FilePayloads> {
  const isGrpc = where.transport === 'grpc'
  const dialect = options.dialect ?? dialectOf(where)
  const files = options.payloadFiles.map(readWeightedFile)
  const reading = {
    ...{ dialect, contentType: options.contentType, rows: options.rows ?? 1 },
    signature: options.model?.signature,
  }
  const payloads: Payload[] = []
  let isAnyCut = false
  for (const { path, weight } of files) {
    const { bodies, isCut } = await fileBodies(
      path,
      isGrpc ? { ...reading, contentType: 'application/grpc' } : reading,
    )
    isAnyCut ||= isCut
    for (const body of bodies) {
      payloads.push({
        ...{ name: basename(path), weight: weight / bodies.length, method: 'POST' },
        path: isGrpc ? GRPC_PATH : (where.path ?? pathOf(dialect, options)),
        headers: isGrpc ? options.headers : { 'content-type': body.contentType, ...options.headers },
        ...{ body: body.bytes, rows: body.rows, expected: { status: isGrpc ? 0 : 200 } },
      })
    }
  }
  const form = isGrpc ? 'protobuf' : options.binary === true ? 'binary' : 'json'
  const source = filesText(files.length, payloads)
  return {
    payloads,
    dialect,
    form,
    found: isAnyCut ? [source, 'of longer files the rest is left out'] : [source],
  }
}

function filesText(files: number, payloads: readonly Pick<FileBody, 'rows'>[]): string {
  const [first] = payloads
  const sameRows = first?.rows !== undefined && payloads.every(({ rows }) => rows === first.rows)
  const ofRows = sameRows ? ` of ${first.rows === 1 ? '1 row' : `${first.rows} rows`}` : ''
  const bodies = payloads.length === 1 ? '1 body' : `${payloads.length} bodies`
  return `${bodies}${ofRows} from ${files === 1 ? 'a file' : `${files} files`}`
}

function dialectOf({ transport, path }: TargetUrl): Dialect {
  if (transport === 'grpc') return 'open-inference'
  return path === undefined ? 'mlflow' : knownPath(path).dialect
}

function pathOf(dialect: Dialect, { modelName, modelVersion }: TargetOptions): string {
  if (dialect === 'plain') return '/'
  if (dialect === 'mlflow')
    return modelName === undefined ? '/invocations' : `/models/${encodeURIComponent(modelName)}/invocations`
  if (modelName !== undefined) return modelPath(dialect, { name: modelName, version: modelVersion })
  throw invalidParameter(
    'With --payload nothing is asked of the server: name the model with --model, or give a URL with its path',
  )
}
