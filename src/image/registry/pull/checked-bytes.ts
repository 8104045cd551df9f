import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { ServingError } from '../../../core/errors.ts'
import { Meter } from '../../oci/digest.ts'
import type { Descriptor } from './descriptor.ts'

/** Manifests and configurations; docker's own limit for the former is 4 MiB. */
export const MAX_TEXT_BYTES = 8 * 1024 * 1024

/**
 * The bytes of a blob as they are read. The end fails where they are not those that the digest is of.
 * @param name of the image, for messages
 */
export function checkedBytes(
  bytes: () => AsyncIterable<Uint8Array>,
  descriptor: Descriptor,
  name: string,
): Readable {
  return Readable.from(checked(bytes(), descriptor, name), { objectMode: false })
}

/** The text of a blob, as checked. */
export async function checkedText(
  bytes: () => AsyncIterable<Uint8Array>,
  descriptor: Descriptor,
  name: string,
): Promise<string> {
  if (descriptor.size > MAX_TEXT_BYTES) throw damaged(name, descriptor.digest)
  return (await buffer(checkedBytes(bytes, descriptor, name))).toString('utf8')
}

export function damaged(name: string, digest: string): ServingError {
  return new ServingError('INVALID_STATE', `${name}: what is there as ${digest} has another digest or size`)
}

async function* checked(
  source: AsyncIterable<Uint8Array>,
  { digest, size }: Descriptor,
  name: string,
): AsyncGenerator<Uint8Array> {
  const meter = new Meter()
  let length = 0
  for await (const chunk of meter.watch(source)) {
    length += chunk.byteLength
    // No more than was promised goes to whoever reads.
    if (length > size) throw damaged(name, digest)
    yield chunk
  }
  if (length !== size || meter.result().digest !== digest) throw damaged(name, digest)
}
