import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import protobuf from 'protobufjs/minimal.js'
import { describe, expect, test } from 'vitest'
import { delimited, editMessage, varintField } from '../../../src/flavors/onnx/wire-edit.ts'
import { WireFile } from '../../../src/flavors/onnx/wire-file.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

function withFile<T>(bytes: Uint8Array, work: (file: WireFile) => T): T {
  const path = join(temporaryFolder(), 'file')
  writeFileSync(path, bytes)
  const file = new WireFile(path)
  try {
    return work(file)
  } finally {
    file.close()
  }
}

const fieldsOf = (bytes: Uint8Array) => withFile(bytes, (file) => [...file.fields(0, file.size)])

describe('WireFile', () => {
  test('reads what protobufjs writes', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.string({ unit: 'binary' }), (integer, text) => {
        const writer = protobuf.Writer.create()
        writer.uint32((1 << 3) | 0).int64(String(integer))
        writer.uint32((2 << 3) | 2).string(text)
        writer.uint32((3 << 3) | 5).float(1.5)
        writer.uint32((4 << 3) | 1).double(2.5)
        writer.uint32((100_000 << 3) | 0).uint32(7)
        withFile(writer.finish(), (file) => {
          const [first, second, third, fourth, fifth] = [...file.fields(0, file.size)]
          expect(file.int64(first!)).toBe(integer)
          expect(file.text(second!)).toBe(Buffer.from(text, 'utf8').toString('utf8'))
          expect([third!.end - third!.valueStart, fourth!.end - fourth!.valueStart]).toEqual([4, 8])
          expect(fifth).toMatchObject({ number: 100_000, end: file.size })
        })
      }),
      { numRuns: 50 },
    )
  })

  test('reads packed and unpacked integers', () => {
    const writer = protobuf.Writer.create()
    writer.uint32(10).fork().int64(1).int64(-2).int64(300).ldelim().uint32(8).int64(-4)
    withFile(writer.finish(), (file) => {
      const values = [...file.fields(0, file.size)].flatMap((field) => file.int64s(field))
      expect(values).toEqual([1n, -2n, 300n, -4n])
    })
  })

  test('steps over what is larger than its window', () => {
    const bytes = Buffer.concat([delimited(1, Buffer.alloc(3_000_000, 7)), varintField(2, 5)])
    const [first, second] = fieldsOf(bytes)
    expect(first).toMatchObject({ number: 1, end: 3_000_005 })
    expect(second).toMatchObject({ number: 2, start: 3_000_005 })
  })

  test.each([
    ['field number 0', [0x00, 0x01]],
    ['a field that ends beyond its message', [0x0a, 0x05, 0x01]],
    ['a field that ends beyond its message', [0x08]],
    ['a field that ends beyond its message', [0x0d, 0x01, 0x02]],
    [
      'a field that ends beyond its message',
      [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    ],
    ['a number of more than ten bytes', [0x08, ...Array<number>(10).fill(0x80), 0x01]],
    ['wire type 3', [0x0b]],
    ['wire type 7', [0x0f]],
  ])('refuses %s: %j', (reason, bytes) => {
    expect(() => fieldsOf(Uint8Array.from(bytes))).toThrowError(reason)
  })
})

describe('editMessage', () => {
  test('replaces fields and corrects the length, whatever their sizes', () => {
    const size = fc.integer({ min: 0, max: 400 })
    fc.assert(
      fc.property(size, size, size, (kept, removed, added) => {
        const inner = [
          delimited(1, 'a'.repeat(kept)),
          delimited(2, 'b'.repeat(removed)),
          varintField(3, kept),
        ]
        const outer = (content: Uint8Array[]) =>
          Buffer.concat([varintField(1, 9), delimited(7, Buffer.concat(content)), varintField(5, 1_000_000)])
        const edited = withFile(outer(inner), (file) => {
          const [, message] = [...file.fields(0, file.size)]
          const [, target] = [...file.fields(message!.valueStart, message!.end)]
          const bytes = delimited(2, 'c'.repeat(added))
          const edits = [{ start: target!.start, end: target!.end, bytes }]
          return editMessage({ file, message: message!, edits, appended: varintField(6, 3) })
        })
        const expected = outer([inner[0]!, delimited(2, 'c'.repeat(added)), inner[2]!])
        expect(edited).toEqual(Buffer.concat([expected, varintField(6, 3)]))
      }),
      { numRuns: 50 },
    )
  })
})
