import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutLines, elementsOf } from '../../../../src/batch/input/json/cut-lines.ts'
import { wrapElements } from '../../../../src/batch/input/json/wrap-elements.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'

const path = join(temporaryFolder(), 'input.jsonl')

function parts(lines: string, blockRows: number, blockBytes = 1e9): string[] {
  writeFileSync(path, lines)
  const blocks = cutLines(path, { blockRows, blockBytes })
  try {
    return Array.from({ length: blocks.count }, (_, index) =>
      Buffer.from(wrapElements(blocks.envelope, blocks.block(index).elements)).toString(),
    )
  } finally {
    blocks.close()
  }
}

describe('cutLines', () => {
  it('makes lists of records of lines, without the blank ones', () => {
    expect(parts('\ufeff{"x":1}\r\n\r\n  \n{"x":2}\n{"x":3}\n\n', 2)).toEqual([
      '{"dataframe_records": [{"x":1}\r,\r    {"x":2}]}',
      '{"dataframe_records": [{"x":3}]}',
    ])
  })

  it('takes a last line that does not end', () => {
    expect(parts('{"x":1}\n{"x":2}', 1)).toEqual([
      '{"dataframe_records": [{"x":1}]}',
      '{"dataframe_records": [{"x":2}]}',
    ])
  })

  it('has no blocks for a file without records', () => {
    expect(parts('', 1)).toEqual([])
    expect(parts('\n \n', 1)).toEqual([])
  })

  it.each([
    ['two values', '{"x":1}\n1,2\n', 1],
    ['two values, made up for by others', '1,2\n[3\n4]\n', 0],
    ['a part of a value', '{"x":1}\n{"x":2}\n{"x":\n3}\n', 2],
    ['a text that goes on', '{"x":"a\nb"}\n', 0],
  ])('refuses a line that holds %s', (_, lines, row) => {
    expect(() => parts(lines, 10)).toThrow(`Row ${row} of the JSON Lines file is not one JSON value.`)
  })

  it('makes elements of lines with white space around them', () => {
    const elements = elementsOf(Buffer.from('\n 1\n\n2 \n \n'), 0)
    expect(Buffer.from(elements).toString()).toBe('  1, 2    ')
  })

  it('keeps every record in its place', () => {
    const records = fc.array(fc.record({ x: fc.jsonValue() }), { maxLength: 20 })
    fc.assert(
      fc.property(
        records,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 99 }),
        (rows, most, bytes) => {
          const texts = rows.map((row) => JSON.stringify(row))
          const found = parts(texts.join('\n'), most, bytes)
          const elements = found.flatMap((text): unknown[] => JSON.parse(text).dataframe_records)
          expect(elements).toEqual(texts.map((text) => JSON.parse(text)))
        },
      ),
    )
  })

  it('cuts files that are larger than what is in memory of them', () => {
    const records = Array.from({ length: 5000 }, (_, i) => ({ x: i, text: 'ü'.repeat(i % 300) }))
    const found = parts(records.map((record) => JSON.stringify(record)).join('\n\n'), 999)
    expect(found.flatMap((text): unknown[] => JSON.parse(text).dataframe_records)).toEqual(records)
  })
})
