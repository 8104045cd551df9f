import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bytesEntry } from '../../../src/image/file-entries.ts'
import type { BaseImage } from '../../../src/image/image.ts'
import type { LayerEntry } from '../../../src/image/layer-plan.ts'
import type { Layer } from '../../../src/image/oci/blob.ts'
import { tarOf } from '../../../src/image/oci/tar.ts'
import type { Platform } from '../../../src/image/platform.ts'
import { expectLoader } from '../../../src/image/system/expect-loader.ts'
import { layerOf } from '../../fixtures/registry/test-image.ts'

const { signal } = new AbortController()

function gzipLayer(bytes: Uint8Array): Layer {
  const plain = layerOf(bytes)
  return { ...layerOf(gzipSync(bytes)), mediaType: `${plain.mediaType}+gzip`, diffId: plain.diffId }
}

async function layer(make: (bytes: Uint8Array) => Layer, ...entries: readonly LayerEntry[]): Promise<Layer> {
  return make(await buffer(Readable.from(tarOf(entries))))
}

function base(layers: readonly Layer[], platform: Platform = 'linux/amd64'): BaseImage {
  return { name: 'team/base:1', digest: 'sha256:0', platform, layers, environment: {} }
}

const file = (path: string): LayerEntry => bytesEntry(path, Buffer.from('x'.repeat(2000)))
const other = await layer(gzipLayer, file('/etc/hosts'), file('/lib/ld-musl-x86_64.so.1'))
const link: LayerEntry = {
  kind: 'link',
  path: 'usr/lib64/ld-linux-x86-64.so.2',
  target: '../lib/ld-linux-x86-64.so.2',
}

test.each([
  ['a file of the second layer', [other, await layer(gzipLayer, file('/lib64/ld-linux-x86-64.so.2'))]],
  ['a link', [await layer(gzipLayer, file('/etc/hosts'), link)]],
  ['a file of a layer that is stored as it is', [await layer(layerOf, file('/lib/ld-linux-x86-64.so.2'))]],
])('a base has the loader as %s', async (_, layers) => {
  await expectLoader(base(layers), signal)
})

test('a base has another loader for another processor', async () => {
  const layers = [await layer(gzipLayer, file('/lib/ld-linux-aarch64.so.1'))]
  await expectLoader(base(layers, 'linux/arm64'), signal)
  await expect(expectLoader(base(layers), signal)).rejects.toThrow('it has no ld-linux-x86-64.so.2')
})

test.each([
  ['without layers', []],
  ['with musl', [other]],
  ['of layers that are no archives', [gzipLayer(Buffer.from('x'.repeat(1024)))]],
])('a base %s is refused', async (_, layers) => {
  await expect(expectLoader(base(layers), signal)).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: expect.stringMatching(/^The base image team\/base:1 cannot be used: it has no ld-linux-x86-64/),
  })
})

test('nothing is said of a base whose layers cannot all be read', async () => {
  await expectLoader(base([other, { ...other, mediaType: `${layerOf(Buffer.of()).mediaType}+zstd` }]), signal)
})

test('layers behind the one that has it are not opened', async () => {
  const found = await layer(gzipLayer, file('/lib64/ld-linux-x86-64.so.2'))
  const unopened = { ...other, open: () => expect.unreachable() }
  await expectLoader(base([found, unopened]), signal)
})

test('a layer that is no gzip is told', async () => {
  const broken = { ...layerOf(Buffer.from('x')), mediaType: other.mediaType }
  await expect(expectLoader(base([broken]), signal)).rejects.toThrow(
    `its layer ${broken.digest} cannot be unpacked`,
  )
})

test('a build that is stopped does not go on reading', async () => {
  const stopped = new Error('stopped')
  await expect(expectLoader(base([other]), AbortSignal.abort(stopped))).rejects.toBe(stopped)
})
