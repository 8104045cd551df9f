import type { RequestHead } from './request-head.ts'

/** How the bytes of a body stand for it (RFC 9110, section 8.4.1), where not as they are. */
export type ContentCoding = 'gzip' | 'deflate'

/** What this server takes, for the `Accept-Encoding` of a 415. */
export const TAKEN_CODINGS = 'gzip, deflate, identity'

const CODINGS: ReadonlyMap<string, ContentCoding | 'identity'> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['identity', 'identity'],
  ['', 'identity'],
])

/** The coding of a request's body; undefined where it has one that is not taken, or several. */
export function codingOf({ headers }: RequestHead): ContentCoding | 'identity' | undefined {
  const header = headers['content-encoding']
  if (header === undefined) return 'identity'
  return CODINGS.get(header.trim().toLowerCase())
}

/** Clients send the same few headers over and over. */
const MAX_KNOWN_HEADERS = 64

const known = new Map<string, ContentCoding | undefined>()

/** The coding that a client would have its reply in (RFC 9110, section 12.5.3); undefined for none. */
export function wantedCoding({ headers }: RequestHead): ContentCoding | undefined {
  const header = headers['accept-encoding']
  if (header === undefined) return undefined
  const text = String(header)
  if (known.has(text)) return known.get(text)
  if (known.size >= MAX_KNOWN_HEADERS) known.clear()
  const coding = preferred(weights(text))
  known.set(text, coding)
  return coding
}

/** What is worth most; gzip where both are worth the same, nothing where the plain body is worth more. */
function preferred(weightOf: ReadonlyMap<string, number>): ContentCoding | undefined {
  const others = weightOf.get('*') ?? 0
  const gzip = weightOf.get('gzip') ?? weightOf.get('x-gzip') ?? others
  const deflate = weightOf.get('deflate') ?? others
  const most = Math.max(gzip, deflate)
  if (most === 0 || (weightOf.get('identity') ?? 0) > most) return undefined
  return gzip >= deflate ? 'gzip' : 'deflate'
}

function weights(header: string): ReadonlyMap<string, number> {
  const weightOf = new Map<string, number>()
  for (const item of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    const value = weight === undefined ? 1 : Number(weight.slice('q='.length))
    if (name !== '') weightOf.set(name, value >= 0 && value <= 1 ? value : 0)
  }
  return weightOf
}
