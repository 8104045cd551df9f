/** A URI in its parts, split as Python's `urllib.parse.urlparse` (3.11) does, which refuses next to nothing. */
export interface UriParts {
  /** In lower case; empty for a path. */
  readonly scheme: string
  /** Between `//` and the next `/`, `?` or `#`, with user and port. */
  readonly authority: string
  /** Without the parameters of the last segment, behind `;`, where the scheme has such. */
  readonly path: string
  readonly parameters: string
  readonly query: string
  readonly fragment: string
}

/** Spaces and control characters before a URI, and what lies in it of the second kind, do not count (WHATWG). */
const LEADING = /^[\0-\x20]+/
const REMOVED = /[\t\r\n]/g
const SCHEME = /^([a-z][a-z0-9+.-]*):/i
const WITH_PARAMETERS = new Set([
  '',
  'ftp',
  'hdl',
  'prospero',
  'http',
  'https',
  'shttp',
  'rtsp',
  'rtsps',
  'sip',
])
for (const scheme of ['sips', 'mms', 'sftp', 'tel']) WITH_PARAMETERS.add(scheme)

/** @param fragments whether `#` begins a fragment, or is a part of the path */
export function uriParts(uri: string, { fragments = true } = {}): UriParts {
  let rest = uri.replace(LEADING, '').replace(REMOVED, '')
  const scheme = SCHEME.exec(rest)?.[1]?.toLowerCase() ?? ''
  if (scheme !== '') rest = rest.slice(scheme.length + 1)
  let authority = ''
  if (rest.startsWith('//')) {
    authority = /^[^/?#]*/.exec(rest.slice(2))?.[0] ?? ''
    rest = rest.slice(2 + authority.length)
  }
  const [withoutFragment, fragment] = fragments ? cut(rest, '#') : [rest, '']
  const [whole, query] = cut(withoutFragment, '?')
  const [path, parameters] = WITH_PARAMETERS.has(scheme) ? cutParameters(whole) : [whole, '']
  return { scheme, authority, path, parameters, query, fragment }
}

/** The name of the host in an authority, in lower case; empty where there is none. */
export function hostOf(authority: string): string {
  const place = authority.slice(authority.lastIndexOf('@') + 1)
  const bracketed = /^[^[]*\[([^\]]*)\]/.exec(place)
  return (bracketed?.[1] ?? cut(place, ':')[0]).toLowerCase()
}

function cut(text: string, mark: string): readonly [before: string, behind: string] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)]
}

function cutParameters(path: string): readonly [path: string, parameters: string] {
  const at = path.indexOf(';', Math.max(0, path.lastIndexOf('/')))
  return at < 0 ? [path, ''] : [path.slice(0, at), path.slice(at + 1)]
}
