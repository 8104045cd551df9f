const PREFIX = '/v2/models/'
const VERSIONS = 'versions'
const INFER = '/infer'

/** The model that a path names. */
export interface ModelPath {
  readonly name: string
  readonly version: string | undefined
}

/**
 * The model of `/v2/models/NAME[/versions/VERSION]/infer`, with or without a slash at the end and a query; undefined
 * where the URL is another one. Read by hand, since every inference passes here.
 */
export function inferPath(url: string): ModelPath | undefined {
  if (!url.startsWith(PREFIX)) return undefined
  let end = url.indexOf('?')
  if (end < 0) end = url.length
  if (url.charCodeAt(end - 1) === SLASH) end -= 1
  const modelEnd = end - INFER.length
  if (modelEnd <= PREFIX.length || !url.startsWith(INFER, modelEnd)) return undefined
  return modelPath(url.slice(PREFIX.length, modelEnd))
}

const SLASH = 47

/** `NAME` or `NAME/versions/VERSION`. */
function modelPath(text: string): ModelPath | undefined {
  const slash = text.indexOf('/')
  if (slash < 0) return decodedPath(text, undefined)
  const [name = '', versions, version, ...more] = text.split('/')
  if (versions !== VERSIONS || version === undefined || version === '' || more.length > 0) return undefined
  return decodedPath(name, version)
}

function decodedPath(name: string, version: string | undefined): ModelPath | undefined {
  if (name === '') return undefined
  if (!name.includes('%') && version?.includes('%') !== true) return { name, version }
  try {
    return {
      name: decodeURIComponent(name),
      version: version === undefined ? undefined : decodeURIComponent(version),
    }
  } catch {
    return undefined
  }
}
