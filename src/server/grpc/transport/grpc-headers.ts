import { badRequest } from '../../../core/errors.ts'

/** Milliseconds of each unit (gRPC over HTTP/2, "TimeoutUnit"). */
const UNITS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 }
const TIMEOUT = /^(\d{1,8})([HMSmun])$/

/** The `grpc-timeout` in milliseconds; undefined where the client waits as long as it takes. @throws ServingError BAD_REQUEST */
export function timeoutOf(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined
  const match = TIMEOUT.exec(String(header))
  if (match === null) throw badRequest(`The header grpc-timeout cannot be '${String(header).slice(0, 100)}'.`)
  return Number(match[1]) * UNITS[match[2]!]!
}

/** Whatever is not printable ASCII, and the percent sign itself. */
const UNSAFE = /[^ -$&-~]/
/** Bytes of the header; beyond 8 KB in all there are clients that refuse the trailers. */
const LONGEST_MESSAGE = 4000

/** The `grpc-message` of a text: percent-encoded UTF-8 (gRPC over HTTP/2, "Percent-Encoded"). */
export function statusMessage(text: string): string {
  if (!UNSAFE.test(text)) return text.slice(0, LONGEST_MESSAGE)
  let message = ''
  for (const character of text) {
    const encoded = UNSAFE.test(character) ? percentEncoded(character) : character
    if (message.length + encoded.length > LONGEST_MESSAGE) break
    message += encoded
  }
  return message
}

function percentEncoded(text: string): string {
  let encoded = ''
  for (const byte of Buffer.from(text)) encoded += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  return encoded
}
