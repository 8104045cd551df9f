import { posix } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ReadableStream } from 'node:stream/web'
import { createGunzip } from 'node:zlib'
import { createTarDecoder } from 'modern-tar'
import { invalidParameter, messageOf, ServingError } from '../../core/errors.ts'
import type { BaseImage } from '../image.ts'
import type { Layer } from '../oci/blob.ts'
import { LAYER, LAYER_GZIP } from '../oci/media-types.ts'
import type { Platform } from '../platform.ts'

/** The loader of the GNU C library that Node's program header names (System V ABI, supplements of the processors). */
const LOADERS: Readonly<Record<Platform, string>> = {
  'linux/amd64': 'ld-linux-x86-64.so.2',
  'linux/arm64': 'ld-linux-aarch64.so.1',
}

/**
 * Looks for the loader in a base image: Alpine has another, and a container without it ends with nothing but "no such file or
 * directory". Its name suffices, since its folder may be a link. Layers are read from the lowest on, up to the one that has it.
 * @throws ServingError INVALID_PARAMETER_VALUE where none has it, or a layer cannot be unpacked; the signal's reason
 */
export async function expectLoader(
  { name, platform, layers }: BaseImage,
  signal: AbortSignal,
): Promise<void> {
  const loader = LOADERS[platform]
  for (const layer of layers.filter(isReadable)) {
    const names = await namesIn(layer, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      if (error instanceof ServingError) throw error
      throw invalidParameter(
        `The base image ${name} cannot be used: its layer ${layer.digest} cannot be unpacked (${messageOf(error)})`,
      )
    })
    if (names.has(loader)) return
  }
  if (!layers.every(isReadable)) return
  throw invalidParameter(
    `The base image ${name} cannot be used: it has no ${loader}, the loader of the GNU C library, without which Node does not ` +
      'start. node:24-slim has it, for example, and Alpine has not',
  )
}

/** Of zstd Node reads no more than the first of several frames. */
function isReadable({ mediaType }: Layer): boolean {
  return mediaType === LAYER || mediaType === LAYER_GZIP
}

/** Of files and links, without their folders. */
async function namesIn(layer: Layer, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  const unpacked = layer.mediaType === LAYER_GZIP ? createGunzip() : new PassThrough()
  const readNames = async (bytes: AsyncIterable<Uint8Array>): Promise<void> => {
    const entries = ReadableStream.from(bytes).pipeThrough(createTarDecoder())
    for await (const { header, body } of entries) {
      names.add(posix.basename(header.name))
      await body.cancel()
    }
  }
  await pipeline(layer.open(), unpacked, readNames, { signal })
  return names
}
