import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readElfNeeds } from '../../src/image/elf/elf-needs.ts'
import { bytesEntry } from '../../src/image/file-entries.ts'
import { configOf } from '../../src/image/image-config-of.ts'
import { composeImage } from '../../src/image/oci/compose-image.ts'
import { packLayer } from '../../src/image/oci/pack-layer.ts'
import { writeLayout } from '../../src/image/oci/write-layout.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { buildImage, buildPrograms } from './support/containers/built-image.ts'
import { ROOT, run } from './support/headrace-process.ts'

const PLATFORM = 'linux/arm64'
const IRIS = join(ROOT, 'models/iris/1')

const folder = temporaryFolder()
const cacheFolder = join(folder, 'cache')
const base = join(folder, 'base')

/** No image can run here that is for another processor: a base with a few bytes will do. */
beforeAll(async () => {
  await buildPrograms()
  await writeBase('base:1', '/etc/base-of-a-test', '/lib/ld-linux-aarch64.so.1')
  await writeBase('musl:1', '/lib/ld-musl-aarch64.so.1')
})

async function writeBase(name: string, ...files: readonly string[]): Promise<void> {
  const { signal } = new AbortController()
  const entries = files.map((path) => bytesEntry(path, Buffer.from('base')))
  const plan = { title: 'base', compression: 'gzip', entries, packages: [] } as const
  const layers = [await packLayer(plan, { cacheFolder, signal })]
  const config = configOf({ platform: PLATFORM, version: '0' })
  await writeLayout(composeImage({ config, layers }), { folder: base, name })
}

interface Manifest {
  readonly layers: readonly { readonly digest: string }[]
  readonly config: { readonly digest: string }
}

function unpack(layout: string, digest: string): string {
  const blob = (hash: string): string => join(layout, 'blobs', hash.replace(':', '/'))
  const { layers } = JSON.parse(readFileSync(blob(digest), 'utf8')) as Manifest
  const root = join(folder, 'root')
  mkdirSync(root)
  for (const layer of layers) execFileSync('tar', ['-xf', blob(layer.digest), '-C', root])
  return root
}

describe('an image for another processor', () => {
  test('is a base, and upon it Node and the engine for that processor', async () => {
    const layout = join(folder, 'layout')
    const args = ['-m', IRIS, '-o', `oci:${layout}`, '--platform', PLATFORM, '--cache-dir', cacheFolder]
    const { digest } = await buildImage([...args, '--base', `oci:${base}:base:1`])
    const root = unpack(layout, digest)
    expect(readFileSync(join(root, 'etc/base-of-a-test'), 'utf8')).toBe('base')
    const engine = join(root, 'opt/headrace/node_modules/onnxruntime-node/bin/napi-v6/linux')
    expect(readdirSync(engine)).toEqual(['arm64'])
    const programs = ['onnxruntime_binding.node', 'libonnxruntime.so.1'].map((name) =>
      join(engine, 'arm64', name),
    )
    for (const path of [join(root, 'usr/local/bin/node'), ...programs]) {
      expect([path, (await readElfNeeds(path)).machine]).toEqual([path, 'aarch64'])
    }
    const bill = readFileSync(join(root, 'usr/share/headrace/sbom.cdx.json'), 'utf8')
    expect(bill).toContain('"value": "linux/arm64"')
    // What npm has given is kept: the same again asks nobody.
    const env = { npm_config_registry: 'http://127.0.0.1:1' }
    const again = await buildImage([...args, '--base', `oci:${base}:base:1`], env)
    expect(again.digest).toBe(digest)
  })

  test('is named as what it needs where there is no base, or one for another', async () => {
    const build = (...args: string[]) =>
      run({
        args: ['build-image', '-m', IRIS, '-o', join(folder, 'x.tar'), '--cache-dir', cacheFolder, ...args],
      })
    expect(await build('--platform', PLATFORM)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--base'),
    })
    const other = await build('--platform', 'linux/amd64', '--base', `oci:${base}:base:1`)
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('linux/amd64') })
    const musl = await build('--platform', PLATFORM, '--base', `oci:${base}:musl:1`)
    expect(musl).toMatchObject({ code: 1, stderr: expect.stringContaining('no ld-linux-aarch64.so.1') })
    expect(existsSync(join(folder, 'x.tar'))).toBe(false)
  })

  test('is made of a generated Dockerfile that has the engine for it alone', async () => {
    const context = join(folder, 'context')
    const args = ['generate-dockerfile', '-m', IRIS, '-d', context, '--platform', PLATFORM]
    expect(await run({ args: [...args, '--cache-dir', cacheFolder] })).toMatchObject({ code: 0 })
    expect(readFileSync(join(context, 'Dockerfile'), 'utf8')).toContain('FROM --platform=linux/arm64 ')
    const engine = 'onnxruntime/opt/headrace/node_modules/onnxruntime-node/bin/napi-v6/linux'
    expect(readdirSync(join(context, engine))).toEqual(['arm64'])
  })
})
