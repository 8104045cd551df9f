import { createHash } from 'node:crypto'
import { unusableFile } from '../../core/errors.ts'
import type { Blob } from './blob.ts'

/** `sha256:` and 64 hex digits. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** Counts and digests bytes as they pass. */
export class Meter {
  readonly #hash = createHash('sha256')
  #size = 0

  async *watch(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.#hash.update(chunk)
      this.#size += chunk.length
      yield chunk
    }
  }

  /** Of all bytes that have passed; to be called once. */
  result(): { readonly digest: string; readonly size: number } {
    return { digest: `sha256:${this.#hash.digest('hex')}`, size: this.#size }
  }
}

/**
 * The bytes of a source, which must be those that were expected.
 * @param what they are, for the error: `The layer of the model`.
 * @throws ServingError INVALID_STATE at the end, where they are not
 */
export async function* checked(
  source: AsyncIterable<Uint8Array>,
  { digest, size }: Pick<Blob, 'digest' | 'size'>,
  what: string,
): AsyncGenerator<Uint8Array> {
  const meter = new Meter()
  yield* meter.watch(source)
  const found = meter.result()
  if (found.digest === digest && found.size === size) return
  throw unusableFile(`${what} changed while the image was being built: build it again`)
}

/** Reads a source to its end, for what is learnt on the way. */
export async function drain(source: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of source);
}
