import { randomBytes } from 'node:crypto'

/** W3C Trace Context, section 3.2: version, trace id, parent id, flags; later versions may append fields. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
/** Sampled and random trace id (Trace Context Level 2, section 3.2.2.5); the others have to be sent on as zero. */
const KNOWN_FLAGS = 0x03
const NO_TRACE = '0'.repeat(32)
const NO_SPAN = '0'.repeat(16)

/**
 * The `traceparent` of our own span inside the caller's trace: its trace id and flags, a new span id.
 * Undefined where the header is absent, repeated or invalid (section 3.2.2: an invalid one is ignored).
 */
export function childTraceparent(header: string | string[] | undefined): string | undefined {
  if (typeof header !== 'string') return undefined
  const match = TRACEPARENT.exec(header)
  if (match === null) return undefined
  const [, version, traceId, parentId, flags, rest] = match
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (traceId === NO_TRACE || parentId === NO_SPAN) return undefined
  const kept = Number.parseInt(flags!, 16) & KNOWN_FLAGS
  return `00-${traceId}-${randomBytes(8).toString('hex')}-0${kept}`
}
