import { posix } from 'node:path'
import { invalidParameter, type ServingError } from '../core/errors.ts'

/**
 * The path of an artifact that a client names, as MLflow 3.17.2 reads it (`validate_path_is_safe`): decoded as often
 * as it was encoded, control characters escaped, and never one that leads out of the folder it is joined to.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function safeArtifactPath(path: string): string {
  const decoded = fullyDecoded(path)
  if (decoded === undefined || decoded.includes('#')) throw invalidPath()
  const escaped = decoded.replace(CONTROL_CHARACTERS, percentEscape)
  const leadsAway =
    escaped.startsWith('/') || escaped.split('/').includes('..') || WINDOWS_ABSOLUTE.test(escaped)
  if (leadsAway || NETWORK_SCHEME.test(escaped)) throw invalidPath()
  if (posix.sep !== '/' || process.platform === 'win32') return withoutBackslashes(escaped)
  return escaped
}

function invalidPath(): ServingError {
  return invalidParameter('Invalid path')
}

/** Drives and shares: `C:\x`, `C:/x`, `\\host\share`. */
const WINDOWS_ABSOLUTE = /^(?:[a-z]:[\\/]|[\\/]{2}[^\\/]+[\\/]+[^\\/])/i
/** Of these, Python's `urlunparse` makes URIs with a host: no path of an artifact begins so. */
const NETWORK_SCHEME =
  /^(?:file|ftp|gopher|nntp|telnet|imap|wais|mms|https?|shttp|snews|prospero|rtsp|rtsps|rtspu|rsync|svn|svn\+ssh|sftp|nfs|git|git\+ssh|wss?|itms-services):/
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are looked for
const CONTROL_CHARACTERS = /[\0-\x1f\x7f]/g
const MAX_DECODINGS = 10

/** Undefined where there is no end of it. */
function fullyDecoded(path: string): string | undefined {
  let text = path
  for (let round = 0; round < MAX_DECODINGS; round += 1) {
    const next = withoutEmptyParts(percentDecoded(text))
    if (next === text) return text
    text = next
  }
  return undefined
}

/** What taking a URI apart and putting it together again leaves of it in Python. */
function withoutEmptyParts(uri: string): string {
  const visible = uri.replace(/^[\0-\x20]+/, '').replace(/[\t\r\n]/g, '')
  const lowered = visible.replace(/^[a-z][a-z0-9+.-]*:/i, (scheme) => scheme.toLowerCase())
  return lowered
    .replace(/^([^#]*)#$/, '$1')
    .replace(/^([^?#]*)\?(?=$|#)/, '$1')
    .replace(/;$/, withoutParameterMark)
}

/** `a;` ends in a mark without parameters, `a;b;` in one that is a part of them. */
function withoutParameterMark(mark: string, at: number, whole: string): string {
  return whole.indexOf(';', whole.lastIndexOf('/') + 1) === at ? '' : mark
}

/** Python's `unquote`: what is no UTF-8 becomes U+FFFD. */
function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
  )
}

function percentEscape(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}

function withoutBackslashes(path: string): string {
  if (path.includes('\\') || path[1] === ':') throw invalidPath()
  return path
}
