import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { BaseImage } from '../../../src/image/image.ts'
import type { Layer } from '../../../src/image/oci/blob.ts'
import { writeLayout } from '../../../src/image/oci/write-layout.ts'
import { openBase } from '../../../src/image/registry/open-base.ts'
import { digestOf } from '../../fixtures/registry/reply.ts'
import { blobOf, descriptorOf, imageOf, layerOf, someBytes } from '../../fixtures/registry/test-image.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const NAME = 'localhost/base:1'
const BYTES = someBytes(1000)
const INDEX = 'application/vnd.oci.image.index.v1+json'

async function layoutOf(layers: readonly Layer[]): Promise<string> {
  const folder = join(temporaryFolder(), 'layout')
  await writeLayout(imageOf(layers), { folder, name: NAME })
  return folder
}

function open(folder: string): Promise<BaseImage> {
  return openBase(`oci:${folder}`, 'linux/amd64', { cacheFolder: temporaryFolder() })
}

/** A layout whose index is this document. */
function layoutWith(index: object): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion": "1.0.0"}')
  writeFileSync(join(folder, 'index.json'), JSON.stringify(index))
  return folder
}

const NO_TEXT = { toString: 1, valueOf: 1 }

test.each([
  [{ mediaType: NO_TEXT, layers: [] }, 'of a kind that no image has'],
  [
    {
      mediaType: INDEX,
      manifests: [
        { ...descriptorOf(blobOf(BYTES)), platform: { os: NO_TEXT, architecture: 'amd64' } },
        { ...descriptorOf(blobOf(BYTES)), platform: NO_TEXT },
      ],
    },
    'it is not there for linux/amd64',
  ],
])('an index with objects in place of texts is refused by a sentence', async (index, reason) => {
  await expect(open(layoutWith(index))).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: expect.stringContaining(reason),
  })
})

test('a layer whose uncompressed digest is another is refused, as of an archive that was cut off', async () => {
  const other = { ...layerOf(BYTES), diffId: digestOf(someBytes(1000, 2)) }
  await expect(open(await layoutOf([other]))).rejects.toThrow('its configuration says sha256:')
  const none = { ...layerOf(BYTES), diffId: 'sha256:../../etc/passwd' }
  await expect(open(await layoutOf([none]))).rejects.toThrow("a 'diff_id' of its configuration is no digest")
})

test('a layer that a layout lacks is named', async () => {
  const folder = await layoutOf([layerOf(BYTES)])
  const [layer] = (await open(folder)).layers
  rmSync(join(folder, 'blobs', digestOf(BYTES).replace(':', '/')))
  await expect(buffer(layer?.open() ?? Readable.from([]))).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: expect.stringContaining('it has no blobs/sha256/'),
  })
})
