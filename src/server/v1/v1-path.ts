/** What a path of V1 names: `/v1/models[/NAME[/versions/VERSION|/labels/LABEL][:VERB|/metadata]]`. */
export interface V1Path {
  /** Undefined for all models. */
  readonly name: string | undefined
  readonly version: string | undefined
  readonly label: string | undefined
  /** `status` where the path says no more. */
  readonly action: 'predict' | 'metadata' | 'status'
}

const ROOT = '/v1/models'
const PREDICT = ':predict'
const METADATA = '/metadata'
/** What TensorFlow Serving and KServe have besides. */
const OTHER_VERBS = /:(?:classify|regress|explain)$/

/** With or without a slash at its end; undefined where there is no such route. @param path without a query. */
export function v1Path(path: string): V1Path | undefined {
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path
  if (trimmed === ROOT) {
    return { name: undefined, version: undefined, label: undefined, action: 'status' }
  }
  if (!trimmed.startsWith(`${ROOT}/`)) return undefined
  const rest = trimmed.slice(ROOT.length + 1)
  if (OTHER_VERBS.test(rest)) return undefined
  if (rest.endsWith(PREDICT)) return modelPath(rest.slice(0, -PREDICT.length), 'predict')
  if (rest.endsWith(METADATA)) return modelPath(rest.slice(0, -METADATA.length), 'metadata')
  return modelPath(rest, 'status')
}

/** `NAME`, `NAME/versions/VERSION` or `NAME/labels/LABEL`. */
function modelPath(text: string, action: V1Path['action']): V1Path | undefined {
  const [name, kind, which, ...more] = text.split('/').map(decoded)
  if (name === undefined || name === '' || more.length > 0) return undefined
  if (kind === undefined) return { name, version: undefined, label: undefined, action }
  if (which === undefined || which === '') return undefined
  if (kind === 'versions') return { name, version: which, label: undefined, action }
  return kind === 'labels' ? { name, version: undefined, label: which, action } : undefined
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
