import { invalidParameter } from '../../core/errors.ts'
import type { Dialect } from '../target.ts'

/** A URL that load is to go to, taken apart. */
export interface TargetUrl {
  readonly transport: 'http' | 'grpc'
  /** `http://host:port`, `grpc://host:port`. */
  readonly origin: string
  readonly host: string
  /** With the query, percent-encoded; undefined where the URL names a server alone. */
  readonly path: string | undefined
}

/** @throws ServingError INVALID_PARAMETER_VALUE for what is no URL of a server */
export function readTargetUrl(text: string): TargetUrl {
  const url = URL.parse(text)
  const scheme = url?.protocol.slice(0, -1)
  if (url === null || !['http', 'https', 'grpc', 'grpcs'].includes(scheme ?? '') || url.host === '') {
    const meant = URL.canParse(`http://${text}`) ? `http://${text}, ` : 'http://host:port, '
    throw invalidParameter(`'${text}' is no URL that load can go to: ${meant}https://… or grpc://…`)
  }
  if (url.username !== '' || url.password !== '') {
    throw invalidParameter('A URL that load goes to has no password in it: give it as a header')
  }
  const path = `${url.pathname}${url.search}`
  return {
    transport: scheme?.startsWith('grpc') === true ? 'grpc' : 'http',
    origin: `${scheme}://${url.host}`,
    host: url.host,
    path: path === '' || path === '/' ? undefined : path,
  }
}

/** The dialect that a path is of, and the model that it names. */
export interface KnownPath {
  readonly dialect: Dialect
  readonly modelName?: string
  readonly modelVersion?: string
}

const OPEN_INFERENCE = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?\/infer\/?(?:\?|$)/
const V1 = /^\/v1\/models\/([^/:]+)(?:\/versions\/([^/:]+))?:predict\/?(?:\?|$)/
const SCORING = /\/invocations\/?(?:\?|$)/

export function knownPath(path: string): KnownPath {
  const [, name, version] = OPEN_INFERENCE.exec(path) ?? []
  if (name !== undefined) return { dialect: 'open-inference', ...namesOf(name, version) }
  const [, predictor, predictorVersion] = V1.exec(path) ?? []
  if (predictor !== undefined) return { dialect: 'v1', ...namesOf(predictor, predictorVersion) }
  return { dialect: SCORING.test(path) ? 'mlflow' : 'plain' }
}

function namesOf(name: string, version: string | undefined): Omit<KnownPath, 'dialect'> {
  const modelName = decoded(name)
  return version === undefined ? { modelName } : { modelName, modelVersion: decoded(version) }
}

/** A percent sign that encodes nothing stays as it is. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Where a model is asked by a dialect that names it in the path. */
export function modelPath(
  dialect: 'open-inference' | 'v1',
  { name, version }: { readonly name: string; readonly version?: string | undefined },
): string {
  const ofVersion = version === undefined ? '' : `/versions/${encodeURIComponent(version)}`
  const prefix = dialect === 'v1' ? '/v1' : '/v2'
  return `${prefix}/models/${encodeURIComponent(name)}${ofVersion}${dialect === 'v1' ? ':predict' : '/infer'}`
}
