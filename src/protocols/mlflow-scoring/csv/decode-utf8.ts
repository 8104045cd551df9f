import { badRequest, messageOf } from '../../../core/errors.ts'

/** Leaves out a byte order mark, which pandas skips too. */
const WHOLE = new TextDecoder('utf-8', { fatal: true })
/** In the middle of a file the same three bytes are text. */
const PART = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of a whole file or of its beginning. @throws ServingError BAD_REQUEST */
export function decodeUtf8(body: Uint8Array): string {
  return decode(WHOLE, body)
}

/** The text of a part that is not the file's beginning. @throws ServingError BAD_REQUEST */
export function decodeUtf8Part(bytes: Uint8Array): string {
  return decode(PART, bytes)
}

function decode(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (error) {
    throw badRequest(
      `Invalid input. Ensure that input is a valid UTF-8 encoded string. Error: '${messageOf(error)}'`,
    )
  }
}
