import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { packTar } from 'modern-tar/fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PLATFORMS } from '../../../src/image/platform.ts'
import { ARCHITECTURES, isPlatformOfHost } from '../../../src/image/system/host.ts'
import { nodeProgram, standsOnPlainLibraries } from '../../../src/image/system/node-program.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { NpmRegistry } from '../support/npm-registry.ts'
import { MadeSystem } from './support/made-system.ts'

const own = PLATFORMS.find(isPlatformOfHost)
const other = PLATFORMS.find((platform) => platform !== own) ?? 'linux/amd64'
const [major] = process.versions.node.split('.')

describe('the Node of an image', () => {
  test.runIf(own !== undefined)('is the one that runs here', async () => {
    const node = await nodeProgram({ platform: own ?? other, cacheFolder: temporaryFolder() })
    expect(node).toMatchObject({ path: process.execPath, version: process.versions.node })
  })

  test('may need the C and C++ libraries, and no other', async () => {
    const system = new MadeSystem()
    const plain = ['libdl.so.2', 'libstdc++.so.6', 'libc.so.6', 'ld-linux-x86-64.so.2', 'libatomic.so.1']
    expect(await standsOnPlainLibraries(system.program('/bin/node', { needed: plain }))).toBe(true)
    const debian = system.program('/usr/bin/node', { needed: ['libnode.so.108', 'libc.so.6'] })
    expect(await standsOnPlainLibraries(debian)).toBe(false)
  })
})

describe('the Node of an image for another platform', () => {
  const name = `node-linux-${ARCHITECTURES[other]}`
  let registry: NpmRegistry

  beforeAll(async () => {
    const versions = [`${major}.0.0`, `${major}.999.0`, '1.0.0']
    const archives = await Promise.all(
      versions.map(async (version) => [version, await archiveOf(version)] as const),
    )
    registry = await NpmRegistry.start(name, new Map(archives))
  })
  afterAll(() => registry.stop())

  test('is the nearest that is published, and the cache has it then', async () => {
    registry.configure()
    const { path, version, licence } = await nodeProgram({ platform: other, cacheFolder: temporaryFolder() })
    expect(version).toBe(`${major}.0.0`)
    expect(readFileSync(path, 'utf8')).toBe(`Node ${major}.0.0`)
    expect(readFileSync(licence ?? '', 'utf8')).toContain('Node.js is licensed')
  })

  async function archiveOf(version: string): Promise<Buffer> {
    const content = JSON.stringify({ name, version })
    const tar = packTar([
      { type: 'content', target: 'package/package.json', content },
      { type: 'content', target: 'package/bin/node', content: `Node ${version}` },
      { type: 'content', target: 'package/LICENSE', content: 'Node.js is licensed for use as follows' },
    ])
    return gzipSync(await buffer(tar))
  }
})
