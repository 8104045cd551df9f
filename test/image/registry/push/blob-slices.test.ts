import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BlobSlices } from '../../../../src/image/registry/push/blob-slices.ts'
import { blobOf, someBytes } from '../../../fixtures/registry/test-image.ts'

const BYTES = someBytes(200_000)

function counted() {
  let opened = 0
  const blob = blobOf(BYTES)
  return {
    blob: {
      ...blob,
      open: () => {
        opened += 1
        return blob.open()
      },
    },
    opened: () => opened,
  }
}

describe('a blob in slices', () => {
  test('is read once when they are in their order', async () => {
    const { blob, opened } = counted()
    const slices = new BlobSlices(blob)
    const parts: Buffer[] = []
    let read = 0
    for (let at = 0; at < BYTES.length; at += 30_000) {
      const length = Math.min(30_000, BYTES.length - at)
      parts.push(await buffer(slices.slice(at, length, (bytes) => (read += bytes))))
    }
    expect(Buffer.concat(parts).equals(BYTES)).toBe(true)
    expect(read).toBe(BYTES.length)
    expect(opened()).toBe(1)
  })

  test('gives the right bytes after a slice that was given up', async () => {
    const { blob, opened } = counted()
    const slices = new BlobSlices(blob)
    const broken = slices.slice(0, 100_000)
    broken.on('error', () => {})
    await new Promise((resolve) => broken.once('readable', resolve))
    broken.read(10)
    broken.destroy()
    expect((await buffer(slices.slice(50_000, 1000))).equals(BYTES.subarray(50_000, 51_000))).toBe(true)
    expect(opened()).toBe(2)
  })

  test('gives any slices in any order', async () => {
    const range = fc.tuple(fc.nat(BYTES.length - 1), fc.integer({ min: 1, max: 70_000 }))
    await fc.assert(
      fc.asyncProperty(fc.array(range, { maxLength: 6 }), async (ranges) => {
        const slices = new BlobSlices(blobOf(BYTES))
        for (const [start, most] of ranges) {
          const length = Math.min(most, BYTES.length - start)
          const got = await buffer(slices.slice(start, length))
          expect(got.equals(BYTES.subarray(start, start + length))).toBe(true)
        }
        slices.close()
      }),
      { numRuns: 50 },
    )
  })

  test('that has fewer bytes than its size is a defect', async () => {
    const slices = new BlobSlices({ ...blobOf(BYTES), size: BYTES.length + 1 })
    await expect(buffer(slices.slice(0, BYTES.length + 1))).rejects.toThrow('this is a bug')
  })
})
