import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { unreachable } from '../../../../src/core/errors.ts'
import { digestOf } from '../../../../src/image/oci/digest.ts'
import { BlobCache } from '../../../../src/image/registry/pull/blob-cache.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'

const HOUR_MS = 3_600_000

function fetchBlob(cacheFolder: string, text: string): Promise<string> {
  const descriptor = { mediaType: 'text/plain', digest: digestOf(text), size: text.length }
  const download = async () => ({ offset: 0, chunks: Readable.from([Buffer.from(text)]) })
  const retries = { maxRetries: 0, backoffFactor: 0, backoffJitter: 0, respectRetryAfter: false }
  return new BlobCache(cacheFolder).file(descriptor, download, {
    ...{ retries, signal: undefined, name: 'made' },
  })
}

const age = (path: string): void => utimesSync(path, new Date(0), new Date(0))

test('blobs that nobody has used for long go, and one that was used lately stays', async () => {
  const cacheFolder = temporaryFolder()
  const folder = join(cacheFolder, 'blobs/sha256')
  const [used, unused] = [await fetchBlob(cacheFolder, 'used'), await fetchBlob(cacheFolder, 'unused')]
  const part = `${unused}.${crypto.randomUUID()}.part`
  writeFileSync(part, 'left by a process that died')
  writeFileSync(join(folder, 'notes.txt'), 'of somebody else')
  for (const path of [used, unused, part, join(folder, 'notes.txt')]) age(path)
  expect(await fetchBlob(cacheFolder, 'used')).toBe(used)
  await new BlobCache(cacheFolder).removeUnused(HOUR_MS)
  expect(
    readdirSync(folder)
      .map((name) => join(folder, name))
      .sort(),
  ).toEqual([used, join(folder, 'notes.txt')].sort())
})

test('a blob whose connection breaks behind its last byte is whole', async () => {
  const text = 'all of it'
  const descriptor = { mediaType: 'text/plain', digest: digestOf(text), size: text.length }
  const offsets: number[] = []
  const download = async (offset: number) => {
    offsets.push(offset)
    const chunks = (async function* () {
      yield Buffer.from(text)
      throw unreachable('the connection broke')
    })()
    return { offset: 0, chunks }
  }
  const retries = { maxRetries: 1, backoffFactor: 0, backoffJitter: 0, respectRetryAfter: false }
  const path = await new BlobCache(temporaryFolder()).file(descriptor, download, {
    ...{ retries, signal: undefined, name: 'made' },
  })
  expect([readFileSync(path, 'utf8'), offsets]).toEqual([text, [0]])
})

test('a cache without blobs has none to remove', async () => {
  const cacheFolder = temporaryFolder()
  mkdirSync(join(cacheFolder, 'models'))
  await new BlobCache(cacheFolder).removeUnused(HOUR_MS)
  expect(readdirSync(cacheFolder)).toEqual(['models'])
})

test('a cache in a place that can have no folders is told with its place', async () => {
  await expect(fetchBlob('/proc/headrace', 'x')).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringContaining('The cache of blobs at /proc/headrace/blobs/sha256 cannot be used'),
  })
})
