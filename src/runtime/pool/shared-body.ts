import { setImmediate } from 'node:timers/promises'
import { unavailable } from '../../core/errors.ts'

/** So much is copied at once; takes a few milliseconds. */
const PIECE_BYTES = 4 * 1024 * 1024

/**
 * A body in memory that threads share, copied once, unless it lies there already. A large one is copied in pieces,
 * with a turn of the event loop after each.
 * @throws ServingError TEMPORARILY_UNAVAILABLE where there is no memory for it.
 */
export async function shareBody(body: Uint8Array): Promise<Uint8Array> {
  if (body.buffer instanceof SharedArrayBuffer) return body
  const shared = new Uint8Array(allocateShared(body.length))
  for (let from = 0; from < body.length; from += PIECE_BYTES) {
    if (from > 0) await setImmediate()
    shared.set(body.subarray(from, from + PIECE_BYTES), from)
  }
  return shared
}

function allocateShared(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes)
  } catch (error) {
    throw unavailable(`There is no memory for a body of ${bytes} bytes`, { cause: error })
  }
}
