import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gzipped } from '../../../src/image/oci/gzip.ts'
import { bytesOf } from './support/entries.ts'

async function* pieces(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const length of lengths) {
    yield bytes.subarray(at, at + length)
    at += length
  }
  yield bytes.subarray(at)
}

test('the same bytes come of the same source, however it was cut, and it comes back', async () => {
  const lengths = fc.array(fc.nat(300_000), { maxLength: 8 })
  // Text that repeats, and bytes that do not: both kinds of blocks of deflate.
  const source = Buffer.concat([Buffer.from('headrace '.repeat(60_000)), noise(700_000)])
  const whole = await bytesOf(gzipped(pieces(source, [])))
  expect(gunzipSync(whole).equals(source)).toBe(true)
  await fc.assert(
    fc.asyncProperty(lengths, async (cut) => {
      expect((await bytesOf(gzipped(pieces(source, cut)))).equals(whole)).toBe(true)
    }),
    { numRuns: 8 },
  )
})

test('neither the time nor the system is in the header', async () => {
  const bytes = await bytesOf(gzipped(pieces(Buffer.from('abc'), [])))
  expect([...bytes.subarray(0, 10)]).toEqual([31, 139, 8, 0, 0, 0, 0, 0, 0, 255])
})

test('nothing at all is an empty stream', async () => {
  expect(gunzipSync(await bytesOf(gzipped(pieces(Buffer.alloc(0), []))))).toHaveLength(0)
})

test('what fails in the source fails here', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(1024 * 1024)
    throw new Error('no such disk')
  }
  await expect(bytesOf(gzipped(failing()))).rejects.toThrow('no such disk')
})

/** A generator of its own: the test is the same each time. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let state = 1
  for (let at = 0; at < size; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}
