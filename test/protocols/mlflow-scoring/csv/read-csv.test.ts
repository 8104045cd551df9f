import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCsv } from '../../../../src/protocols/mlflow-scoring/csv/read-csv.ts'
import { computedMs } from '../../../fixtures/computing-time.ts'

const encode = (text: string) => new TextEncoder().encode(text)
const read = (text: string) => readCsv(encode(text))
const refusal = expect.objectContaining({ code: 'BAD_REQUEST' })

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`
}

/** A text that no reader takes for a number, a truth value or a missing one. */
const word = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => `w${text}`)

describe('readCsv', () => {
  it('reads back any table of texts, whatever ends its lines', () => {
    const tables = fc
      .integer({ min: 1, max: 5 })
      .chain((width) =>
        fc.tuple(
          fc.uniqueArray(word, { minLength: width, maxLength: width }),
          fc.array(fc.array(word, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
        ),
      )
    fc.assert(
      fc.property(tables, fc.constantFrom('\n', '\r\n', '\r'), ([header, rows], end) => {
        const text = [header, ...rows].map((cells) => cells.map(quoted).join(',') + end).join('')
        const frame = read(text)
        expect(frame.rows).toBe(rows.length)
        expect(frame.columns).toEqual(
          header.map((name, index) => ({ name, dtype: 'str', data: rows.map((row) => row[index]) })),
        )
      }),
    )
  })

  it('reads back any float64, with and without a dtype', () => {
    const finite = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((value) => !Number.isInteger(value))
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1 }), (values) => {
        const body = encode(`x\n${values.join('\n')}\n`)
        const expected = { name: 'x', dtype: 'float64', data: Float64Array.from(values) }
        expect(readCsv(body).columns).toEqual([expected])
        expect(readCsv(body, { dtypes: new Map([['x', 'double' as const]]) }).columns).toEqual([expected])
      }),
    )
  })

  it('reads back any int64', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1 }),
        (values) => {
          const { columns } = read(`x\n${values.join('\n')}\n`)
          expect(columns).toEqual([{ name: 'x', dtype: 'int64', data: BigInt64Array.from(values) }])
        },
      ),
    )
  })

  it('reads or refuses any bytes, and throws nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (body) => {
        try {
          readCsv(body)
        } catch (error) {
          expect(error).toEqual(refusal)
        }
      }),
    )
  })

  it('takes dtypes by position for a signature without names', () => {
    const dtypes = new Map([
      [0, 'float' as const],
      [1, 'string' as const],
    ])
    expect(readCsv(encode('a,b\n1,2\n'), { dtypes }).columns).toEqual([
      { name: 'a', dtype: 'float32', data: Float32Array.of(1) },
      { name: 'b', dtype: 'str', data: ['2'] },
    ])
  })

  it('leaves out the index that rows longer than the header begin with', () => {
    const { columns } = read('a,b\np,1,2\nq,3,4\n')
    expect(columns.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(columns.map(({ data }) => Array.from<unknown>(data))).toEqual([
      [1n, 3n],
      [2n, 4n],
    ])
  })

  it.each(['array', 'object', 'map'] as const)('refuses a signature with %s columns', (kind) => {
    const nested = {
      array: { kind: 'array', items: 'double' },
      object: { kind: 'object', properties: [] },
      map: { kind: 'map', values: 'double' },
    } as const
    expect(() => readCsv(encode('a\n1\n'), { dtypes: new Map([['z', nested[kind]]]) })).toThrow(refusal)
  })

  it('refuses a signature of tensors', () => {
    expect(() => readCsv(encode('a\n1\n'), { hasTensorSignature: true })).toThrow(refusal)
  })

  it('refuses a body that is not UTF-8', () => {
    expect(() => readCsv(Uint8Array.of(99, 49, 10, 0xff, 10))).toThrow(refusal)
  })

  it('refuses a small body that would pad out to a huge table', () => {
    const body = `${','.repeat(5000)}\n${'1\n'.repeat(5000)}`
    expect(() => read(body)).toThrow(refusal)
  })

  it('keeps messages short whatever the body holds', () => {
    const body = encode(`a\n${'x'.repeat(100_000)}\n`)
    let message = ''
    try {
      readCsv(body, { dtypes: new Map([['a', 'double' as const]]) })
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toContain('could not convert string to float')
    expect(message.length).toBeLessThan(1000)
  })

  it('takes time in proportion to hostile bodies', () => {
    const bodies = [
      `a\n${'1'.repeat(2_000_000)}\n`,
      `a\n${'1'.repeat(1_000_000)}x\n`,
      `a\n${' '.repeat(2_000_000)}x\n`,
      `a\n"${'""'.repeat(500_000)}"\n`,
      `${'a,'.repeat(100_000)}a\n`,
    ]
    const start = computedMs()
    for (const body of bodies) read(body)
    expect(computedMs() - start).toBeLessThan(3000)
  })
})
