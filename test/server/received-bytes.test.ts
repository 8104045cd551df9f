import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ReceivedBytes } from '../../src/server/received-bytes.ts'

const MB = 1024 * 1024

function received(chunks: readonly Buffer[], announced: number, headLength: number): Buffer {
  const bytes = new ReceivedBytes(announced, headLength)
  for (const chunk of chunks) bytes.append(Buffer.from(chunk))
  return bytes.bytes()
}

test('a body is what its chunks were, and the tensor behind its head lies where an array can use it', () => {
  const chunk = fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets))
  fc.assert(
    fc.property(
      fc.array(chunk, { minLength: 2, maxLength: 6 }),
      fc.nat(100),
      fc.boolean(),
      (chunks, headLength, isAnnounced) => {
        const whole = Buffer.concat(chunks)
        const body = received(chunks, isAnnounced ? whole.length : 0, headLength)
        expect(body.equals(whole)).toBe(true)
        const isCopied = chunks.filter(({ length }) => length > 0).length > 1
        if (isCopied) expect((body.byteOffset + headLength) % 8).toBe(0)
      },
    ),
  )
})

test('a large body lies in memory that threads share, its tensor aligned', () => {
  const chunks = Array.from({ length: 40 }, (_, n) => Buffer.alloc(64 * 1024, n))
  for (const announced of [chunks.length * 64 * 1024, 0]) {
    const body = received(chunks, announced, 123)
    expect(body.length).toBeGreaterThan(MB)
    expect(body.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect((body.byteOffset + 123) % 8).toBe(0)
    expect(body.equals(Buffer.concat(chunks))).toBe(true)
  }
})
