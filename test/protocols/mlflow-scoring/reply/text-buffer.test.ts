import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { floatText } from '../../../../src/protocols/mlflow-scoring/python/float-text.ts'
import { TextBuffer } from '../../../../src/protocols/mlflow-scoring/reply/text-buffer.ts'

function written(write: (out: TextBuffer) => void): string {
  const out = new TextBuffer()
  write(out)
  return Buffer.from(out.take()).toString()
}

const finite = { noNaN: true, noDefaultInfinity: true } as const

describe('TextBuffer', () => {
  it('writes floats as Python does, however often', () => {
    const floats = fc.oneof(
      fc.double(finite),
      fc.float(finite),
      fc.double({ min: 1e-7, max: 1e-3, noNaN: true }),
      fc.double({ min: -1, max: 1, ...finite }),
      fc.integer().map((value) => value / 1000),
      fc.constantFrom(0, -0, 1, 1e16, 1e-5, 0.1, 5e-324, Number.MAX_VALUE),
    )
    fc.assert(
      fc.property(fc.array(floats, { maxLength: 30 }), (values) => {
        const twice = [...values, ...values.toReversed()]
        const text = written((out) => {
          for (const value of twice) {
            out.float(value)
            out.byte(44)
          }
        })
        expect(text).toBe(twice.map((value) => `${floatText(value)},`).join(''))
      }),
      { numRuns: 2000 },
    )
  })

  it('writes any int32', () => {
    const integers = fc.oneof(fc.integer(), fc.constantFrom(0, 9, 10, -1, 99, 100, -(2 ** 31), 2 ** 31 - 1))
    fc.assert(
      fc.property(integers, (value) => {
        expect(written((out) => out.integer(value))).toBe(String(value))
      }),
      { numRuns: 1000 },
    )
  })

  it('writes any text, as bytes and as a string', () => {
    const texts = fc.array(
      fc.oneof(fc.string({ unit: 'binary', maxLength: 120 }), fc.string({ unit: 'grapheme-ascii' })),
    )
    fc.assert(
      fc.property(texts, (pieces) => {
        const whole = pieces.join('')
        const out = new TextBuffer()
        const writeAll = () => {
          for (const piece of pieces) out.utf8(piece)
        }
        writeAll()
        expect(Buffer.from(out.take()).toString()).toBe(whole)
        writeAll()
        expect(out.takeText()).toBe(whole)
        expect(out.takeText()).toBe('')
      }),
    )
  })

  it.each(['', 'setosa', ' ~', 'x'.repeat(48)])('quotes %j', (text) => {
    const out = new TextBuffer()
    expect(out.quoted(text)).toBe(true)
    expect(out.takeText()).toBe(`"${text}"`)
  })

  it.each(['a"b', 'a\\b', 'a\n', '\x7f', 'é', 'x'.repeat(49)])('leaves %j to be quoted by others', (text) => {
    const out = new TextBuffer()
    expect(out.quoted(text)).toBe(false)
    expect(out.length).toBe(0)
  })

  it('holds text of any length, and is empty when it is taken', () => {
    const out = new TextBuffer()
    const text = 'é'.repeat(70_000)
    out.ascii('a'.repeat(70_000))
    out.utf8(text)
    expect(out.length).toBe(210_000)
    expect(Buffer.from(out.take()).toString()).toBe('a'.repeat(70_000) + text)
    expect(out.take()).toEqual(new Uint8Array(0))
  })
})
