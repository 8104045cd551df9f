import { expect, test } from 'vitest'
import type { BaseImage, ImageConfig } from '../../../src/image/image.ts'
import type { Layer } from '../../../src/image/oci/blob.ts'
import { composeImage } from '../../../src/image/oci/compose-image.ts'
import { packLayer } from '../../../src/image/oci/pack-layer.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { bytesOf, planOf, textEntry } from './support/entries.ts'

const CONFIG: ImageConfig = {
  platform: 'linux/amd64',
  user: '1000:1000',
  environment: { PATH: '/usr/local/bin', B: '2', A: '1' },
  entrypoint: ['/usr/local/bin/node', '/opt/headrace/main.js'],
  command: ['serve'],
  workingFolder: '/home/headrace',
  ports: [8080],
  labels: { z: '1', a: '2' },
  healthcheck: {
    command: ['/usr/local/bin/node', 'h.js'],
    intervalMs: 30_000,
    timeoutMs: 5000,
    startPeriodMs: 1000,
    retries: 3,
  },
  stopSignal: 'SIGTERM',
}

async function layerOf(text: string): Promise<Layer> {
  const plan = planOf({ title: text, entries: [textEntry('a', text)] })
  return await packLayer(plan, { cacheFolder: temporaryFolder(), signal: new AbortController().signal })
}

async function documentOf(blob: { open(): AsyncIterable<Uint8Array> }): Promise<unknown> {
  return JSON.parse((await bytesOf(blob.open())).toString())
}

test('the manifest names the configuration and the layers, the configuration what is in them', async () => {
  const layers = [await layerOf('one'), await layerOf('two')]
  const image = composeImage({ config: CONFIG, layers })
  expect(await documentOf(image.manifest)).toEqual({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: image.config.digest,
      size: image.config.size,
    },
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
  })
  expect(await documentOf(image.config)).toEqual({
    created: '1970-01-01T00:00:00Z',
    os: 'linux',
    architecture: 'amd64',
    config: {
      User: '1000:1000',
      ExposedPorts: { '8080/tcp': {} },
      Env: ['A=1', 'B=2', 'PATH=/usr/local/bin'],
      Entrypoint: CONFIG.entrypoint,
      Cmd: ['serve'],
      WorkingDir: '/home/headrace',
      Labels: { a: '2', z: '1' },
      StopSignal: 'SIGTERM',
      Healthcheck: {
        Test: ['CMD', '/usr/local/bin/node', 'h.js'],
        Interval: 30e9,
        Timeout: 5e9,
        StartPeriod: 1e9,
        Retries: 3,
      },
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: [
      { created: '1970-01-01T00:00:00Z', created_by: 'headrace: one' },
      { created: '1970-01-01T00:00:00Z', created_by: 'headrace: two' },
    ],
  })
})

test('equal parts make equal images, in whatever order variables and labels were given', async () => {
  const layers = [await layerOf('one')]
  const turned = {
    ...CONFIG,
    environment: { A: '1', B: '2', PATH: '/usr/local/bin' },
    labels: { a: '2', z: '1' },
  }
  const [one, two] = [CONFIG, turned].map((config) => composeImage({ config, layers }))
  expect(two?.manifest.digest).toBe(one?.manifest.digest)
  const later = composeImage({ config: CONFIG, layers, created: new Date(1_700_000_000_000) })
  expect(later.manifest.digest).not.toBe(one?.manifest.digest)
  expect(await documentOf(later.config)).toMatchObject({ created: '2023-11-14T22:13:20Z' })
})

test('a base lies below, its variables behind ours, and the manifest names it', async () => {
  const [below, above] = [await layerOf('one'), await layerOf('two')]
  const base: BaseImage = {
    name: 'registry.example/node:22',
    reference: 'registry.example/node:22',
    digest: `sha256:${'b'.repeat(64)}`,
    platform: 'linux/amd64',
    layers: [below],
    environment: { A: 'of the base', ZONE: 'UTC' },
  }
  const image = composeImage({ config: CONFIG, layers: [above], base })
  expect(image.layers.map(({ digest }) => digest)).toEqual([below.digest, above.digest])
  expect(await documentOf(image.manifest)).toMatchObject({
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }, {}],
    annotations: {
      'org.opencontainers.image.base.name': base.name,
      'org.opencontainers.image.base.digest': base.digest,
    },
  })
  const local = composeImage({ config: CONFIG, layers: [above], base: { ...base, reference: undefined } })
  expect(await documentOf(local.manifest)).toHaveProperty('annotations', {
    'org.opencontainers.image.base.digest': base.digest,
  })
  expect(await documentOf(image.config)).toMatchObject({
    config: { Env: ['A=1', 'B=2', 'PATH=/usr/local/bin', 'ZONE=UTC'] },
    rootfs: { diff_ids: [below.diffId, above.diffId] },
  })
  expect(() => composeImage({ config: { ...CONFIG, platform: 'linux/arm64' }, layers: [], base })).toThrow(
    'The base image registry.example/node:22 is for linux/amd64, and the image is to be for linux/arm64',
  )
})
