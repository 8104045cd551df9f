/** Names of the codes, in their order (RFC 9113, section 7). */
const NAMES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const

/** The server did not look at the call. */
export const REFUSED_STREAM = 'REFUSED_STREAM'

/** @returns how a stream was reset, in a word. */
export function http2ErrorName(code: number): string {
  return NAMES[code] ?? `HTTP/2 error ${code}`
}
