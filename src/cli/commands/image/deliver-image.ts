import { pipeline } from 'node:stream/promises'
import type { Logger } from 'pino'
import type { Image } from '../../../image/image.ts'
import { archiveOf, writeArchive } from '../../../image/oci/write-archive.ts'
import { cannotWrite } from '../../../image/oci/write-beside.ts'
import { writeLayout } from '../../../image/oci/write-layout.ts'
import type { ImageReference } from '../../../image/registry/image-reference.ts'
import { checkRegistry, pushImage } from '../../../image/registry/push-image.ts'
import type { ImageSettings } from '../../image-settings.ts'
import { Progress } from '../../progress.ts'
import type { ImageTarget } from './image-target.ts'

export interface Delivery {
  /** In full: `localhost/iris:latest`. */
  readonly name: string
  readonly settings: ImageSettings
  readonly logger: Logger
  readonly signal: AbortSignal
}

/** Writes an image to a file, a folder or standard output. @throws ServingError INVALID_STATE, RESOURCE_EXHAUSTED; the signal's reason */
export async function writeImage(
  image: Image,
  target: ImageTarget,
  { name, settings, logger, signal }: Delivery,
): Promise<void> {
  const progress = new Progress({ title: 'Writing', unit: 'bytes', logger, enabled: !settings.noProgress })
  const total = image.layers.reduce((sum, { size }) => sum + size, 0)
  let done = 0
  const onProgress = (bytes: number): void => {
    done += bytes
    progress.update({ done: Math.min(done, total), total, note: name })
  }
  try {
    if (target.kind === 'archive') await writeArchive(image, { ...target, name, signal, onProgress })
    if (target.kind === 'layout') await writeLayout(image, { ...target, name, signal, onProgress })
    if (target.kind === 'stream') {
      await pipeline(archiveOf(image, name), process.stdout, { signal, end: false }).catch(
        (error: unknown) => {
          throw cannotWrite('Standard output', error)
        },
      )
    }
  } finally {
    await progress.stop()
  }
}

/** Before an image is built that nobody takes. @throws ServingError where the registry is not there, or refuses us */
export async function expectRegistry(
  reference: ImageReference | undefined,
  { settings, logger, signal }: Omit<Delivery, 'name'>,
): Promise<void> {
  if (reference === undefined) return
  await checkRegistry(reference, { plainHttp: settings.plainHttp, signal, log: logger })
}

/** Sends an image to a registry. @returns the digest that it has there */
export async function sendImage(
  image: Image,
  reference: ImageReference,
  { settings, logger, signal }: Omit<Delivery, 'name'>,
): Promise<string> {
  const progress = new Progress({ title: 'Pushing', unit: 'bytes', logger, enabled: !settings.noProgress })
  try {
    const { digest } = await pushImage(image, reference, {
      plainHttp: settings.plainHttp,
      signal,
      log: logger,
      onProgress: ({ doneBytes, totalBytes, blobsDone, blobs, blobsThere }) => {
        const note = `${blobsDone} of ${blobs} blobs, ${blobsThere} were there`
        progress.update({ done: doneBytes, total: totalBytes, note })
      },
    })
    return digest
  } finally {
    await progress.stop()
  }
}
