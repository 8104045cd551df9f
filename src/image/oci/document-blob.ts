import { Readable } from 'node:stream'
import type { Blob } from './blob.ts'
import { digestOf } from './digest.ts'

/** Of a document: a configuration, a manifest. */
export function documentBlob(mediaType: string, document: unknown): Blob {
  const bytes = Buffer.from(JSON.stringify(document))
  return {
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
    open: () => Readable.from([bytes]),
  }
}
