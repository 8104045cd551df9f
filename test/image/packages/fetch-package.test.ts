import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { packTar } from 'modern-tar/fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { fetchPackage, removeUnusedPackages } from '../../../src/image/packages/fetch-package.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { NpmRegistry } from '../support/npm-registry.ts'

let registry: NpmRegistry

beforeAll(async () => {
  const entries = [
    { type: 'content', target: 'package/package.json', content: '{"name":"made","version":"1.2.3"}' },
    { type: 'content', target: 'package/bin/program', content: '#!program', mode: 0o755 },
    { type: 'content', target: 'package/bin/unwanted', content: 'x' },
    { type: 'content', target: 'package/xx/xx/outside', content: 'x' },
  ] as const
  const archive = gzipSync(leaving(await buffer(packTar(entries))))
  registry = await NpmRegistry.start('made', new Map([['1.2.3', archive]]))
})
afterAll(() => registry.stop())

/** An archive with an entry that would lie outside of the folder, which a library does not pack. */
function leaving(tar: Buffer): Buffer {
  const start = tar.indexOf('package/xx/xx/outside')
  tar.write('package/../../outside', start)
  const header = tar.subarray(start, start + 512)
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return tar
}

let cacheFolder: string
beforeEach(() => {
  registry.requests.length = 0
  registry.integrity = undefined
  cacheFolder = temporaryFolder()
  registry.configure()
})

function fetchMade(files: readonly string[] = ['bin/program'], version = '1.2.3'): Promise<string> {
  return fetchPackage({ name: 'made', version, files, cacheFolder })
}

describe('files of a package', () => {
  test('come by the configuration of npm, then from the cache unless they were changed there', async () => {
    const folder = await fetchMade()
    expect(readFileSync(join(folder, 'bin/program'), 'utf8')).toBe('#!program')
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['bin', 'bin/program', 'checksums.json'])
    expect(existsSync(join(cacheFolder, 'outside'))).toBe(false)
    expect(readdirSync(join(cacheFolder, 'packages'))).toEqual(['made@1.2.3'])
    registry.requests.length = 0
    await fetchMade()
    expect(registry.requests).toEqual([])
    writeFileSync(join(folder, 'bin/program'), 'another')
    await fetchMade()
    expect(readFileSync(join(folder, 'bin/program'), 'utf8')).toBe('#!program')
  })
})

test('files of a package that another user may have put there are fetched again', async () => {
  const folder = await fetchMade()
  const sha256 = createHash('sha256').update('another').digest('hex')
  writeFileSync(join(folder, 'bin/program'), 'another')
  writeFileSync(join(folder, 'checksums.json'), JSON.stringify({ 'bin/program': sha256 }))
  chmodSync(join(folder, 'checksums.json'), 0o666)
  await fetchMade()
  expect(readFileSync(join(folder, 'bin/program'), 'utf8')).toBe('#!program')
})

test('a cache that cannot be written is told', async () => {
  cacheFolder = join(cacheFolder, 'file')
  writeFileSync(cacheFolder, '')
  await expect(fetchMade()).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringMatching(/^The cache of packages at .* cannot be used: ENOTDIR.*--cache-dir/),
  })
})

describe('packages that nobody uses', () => {
  const HOUR_MS = 3_600_000

  test('go, one that was used lately stays, and so does what is none', async () => {
    const folder = await fetchMade()
    const packages = join(cacheFolder, 'packages')
    for (const name of ['.draft-x1', 'other@1.0.0', 'my-own']) mkdirSync(join(packages, name))
    writeFileSync(join(packages, 'other@1.0.0/checksums.json'), '{}')
    const age = (path: string): void => utimesSync(path, new Date(0), new Date(0))
    for (const name of ['.draft-x1', 'other@1.0.0/checksums.json', 'my-own']) age(join(packages, name))
    age(join(folder, 'checksums.json'))
    await fetchMade()
    await removeUnusedPackages(cacheFolder, HOUR_MS)
    expect(readdirSync(packages).sort()).toEqual(['made@1.2.3', 'my-own'])
    age(join(folder, 'checksums.json'))
    await removeUnusedPackages(cacheFolder, HOUR_MS)
    expect(readdirSync(packages)).toEqual(['my-own'])
  })

  test('are no error where there are none', async () => {
    await removeUnusedPackages(cacheFolder, HOUR_MS)
    expect(readdirSync(cacheFolder)).toEqual([])
  })
})

describe('a package that cannot be had', () => {
  test('has another content than the registry says', async () => {
    registry.integrity = `sha512-${createHash('sha512').update('other').digest('base64')}`
    await expect(fetchMade()).rejects.toThrow(/Fetching made@1\.2\.3: npm failed: EINTEGRITY/)
    expect(readdirSync(join(cacheFolder, 'packages'))).toEqual([])
  })

  test('has no such file, or no such version', async () => {
    await Promise.all([
      expect(fetchMade(['bin/missing'])).rejects.toThrow(
        /made@1\.2\.3 could not be unpacked: .*bin\/missing/,
      ),
      expect(fetchMade(['bin/program'], '9.9.9')).rejects.toThrow('No matching version found for made@9.9.9'),
    ])
  })

  test('is not asked for where there is no npm', async () => {
    vi.stubEnv('PATH', temporaryFolder())
    await expect(fetchMade()).rejects.toMatchObject({
      code: 'INVALID_STATE',
      message: 'Fetching made@1.2.3: there is no npm in the PATH, and it is needed for that',
    })
  })

  test('is given up when the call is cancelled', async () => {
    const signal = AbortSignal.abort()
    const wanted = { name: 'made', version: '1.2.3', files: ['bin/program'], cacheFolder, signal }
    await expect(fetchPackage(wanted)).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})
