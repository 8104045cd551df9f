import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CsvBlock } from '../../../../src/protocols/mlflow-scoring/csv/csv-block.ts'
import {
  CsvBlockReader,
  joinSeenColumns,
  type SeenColumns,
} from '../../../../src/protocols/mlflow-scoring/csv/csv-block-reader.ts'
import { type CsvLayout, readCsvLayout } from '../../../../src/protocols/mlflow-scoring/csv/csv-layout.ts'
import { planCsv } from '../../../../src/protocols/mlflow-scoring/csv/csv-plan.ts'
import { readCsv } from '../../../../src/protocols/mlflow-scoring/csv/read-csv.ts'
import type { Column, Frame } from '../../../../src/protocols/mlflow-scoring/frame.ts'
import type { ScalarType, Schema } from '../../../../src/signature/model-signature.ts'

const encode = (text: string) => new TextEncoder().encode(text)

interface CutFile {
  readonly header: string
  readonly records: readonly string[]
  /** How many records each block takes. */
  readonly sizes: readonly number[]
}

function blocksOf({ header, records, sizes }: CutFile): { layout: CsvLayout; blocks: CsvBlock[] } {
  const layout = readCsvLayout(encode(header + (records[0] ?? '')))
  const blocks: CsvBlock[] = []
  for (let at = 0, i = 0; at < records.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    blocks.push({ bytes: encode(records.slice(at, at + size).join('')), firstLine: at + 2 })
    at += size
  }
  return { layout, blocks }
}

function readBlocks(file: CutFile, schema?: Schema): Frame[] {
  const { layout, blocks } = blocksOf(file)
  const plan = planCsv(layout, schema)
  const first = new CsvBlockReader(layout, plan)
  const seen = blocks.map((block) => first.look(block)).reduce(joinSeenColumns, [] as SeenColumns)
  const reader = new CsvBlockReader(layout, plan, seen)
  return blocks.map((block) => reader.read(block))
}

function joinColumn(
  frames: readonly Frame[],
  position: number,
): Pick<Column, 'name' | 'dtype'> & { cells: unknown[] } {
  const columns = frames.map((frame) => frame.columns[position] as Column)
  const { name, dtype } = columns[0] as Column
  expect(new Set(columns.map((column) => column.dtype)).size).toBe(1)
  return { name, dtype, cells: columns.flatMap((column) => Array.from<unknown>(column.data)) }
}

function joined(frames: readonly Frame[]) {
  return frames[0]?.columns.map((_, position) => joinColumn(frames, position)) ?? []
}

function outcome<T>(read: () => T): { value: T } | { message: string } {
  try {
    return { value: read() }
  } catch (error) {
    return { message: (error as Error).message }
  }
}

const cell = fc.oneof(
  fc.integer({ min: -5, max: 300 }).map(String),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map(String),
  fc.constantFrom(
    '',
    'NaN',
    'True',
    'false',
    '-0',
    ' 7 ',
    '+1',
    '1e400',
    'inf',
    '-abc',
    '"q,\n""x"',
    '1.0',
    '1_0',
  ),
  fc.constantFrom(
    '9223372036854775807',
    '9223372036854775808',
    '18446744073709551616',
    '-9223372036854775809',
  ),
)
/** Columns of few kinds of cells, so that every dtype turns up. */
const column = fc
  .uniqueArray(cell, { minLength: 1, maxLength: 3 })
  .chain((pool) => fc.array(fc.constantFrom(...pool), { minLength: 8, maxLength: 8 }))
const file = fc.record({
  columns: fc.array(column, { minLength: 1, maxLength: 3 }),
  ragged: fc.option(fc.nat(7), { freq: 5 }),
  sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
  end: fc.constantFrom('\n', '\r\n', '\r'),
  index: fc.boolean(),
})

function textOf({
  columns,
  ragged,
  sizes,
  end,
  index,
}: typeof file extends fc.Arbitrary<infer T> ? T : never): CutFile {
  const header = columns.map((_, i) => `c${i}`).join(',')
  const records = columns[0]!.map((_, row) => {
    const cells = [...(index ? ['i'] : []), ...columns.map((cells) => cells[row]!)]
    const line = row === ragged && row > 0 ? [...cells, 'more', 'and more'] : cells
    const text = line.join(',')
    // A line of nothing but blanks is left out, which would shift the rows.
    return (text.trim() === '' ? '""' : text) + end
  })
  return { header: header + end, records, sizes }
}

describe('CsvBlockReader', () => {
  it('reads blocks as the whole file is read, with the dtypes of the whole', () => {
    fc.assert(
      fc.property(file.map(textOf), (cut) => {
        const whole = outcome(() => joined([readCsv(encode(cut.header + cut.records.join('')))]))
        expect(outcome(() => joined(readBlocks(cut)))).toEqual(whole)
      }),
      { numRuns: 500 },
    )
  })

  it.each(['double', 'float', 'long', 'integer', 'boolean', 'string'] as const)(
    'reads any block that is read with %s in the whole file',
    (type: ScalarType) => {
      fc.assert(
        fc.property(file.map(textOf), (cut) => {
          // Among fractions pandas rounds integers that a double cannot hold; block by block they stay exact.
          fc.pre(type === 'double' || type === 'float' || !/\d{17}/.test(cut.records.join('')))
          const names = readCsvLayout(encode(cut.header + cut.records[0])).names
          const schema: Schema = {
            kind: 'columns',
            columns: names.map((name) => ({ name, type, required: true })),
          }
          const dtypes = new Map(names.map((name) => [name, type]))
          const whole = outcome(() =>
            joined([readCsv(encode(cut.header + cut.records.join('')), { dtypes })]),
          )
          if ('value' in whole) expect(outcome(() => joined(readBlocks(cut, schema)))).toEqual(whole)
        }),
        { numRuns: 300 },
      )
    },
  )

  it('says which row of the block and which line of the file cannot be read', () => {
    const schema: Schema = { kind: 'columns', columns: [{ name: 'x', type: 'double', required: true }] }
    const layout = readCsvLayout(encode('x,y\n1,2\n'))
    const reader = new CsvBlockReader(layout, planCsv(layout, schema))
    const block = { bytes: encode('1,"two\nlines"\n\nbad,3\n'), firstLine: 10 }
    expect(() => reader.read(block)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining("could not convert string to float: 'bad'"),
        details: { row: 1, line: 13 },
      }),
    )
    expect(() => reader.read({ bytes: encode('1,2\n3,4,5\n'), firstLine: 10 })).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('Expected 2 fields in line 11, saw 3'),
        details: { row: 1, line: 11 },
      }),
    )
  })

  it('takes a mark at the beginning of the file for no text, and one at the beginning of a block for text', () => {
    const layout = readCsvLayout(encode('\ufeffa\r\nb\r\n'))
    expect(layout).toMatchObject({ names: ['a'], headerBytes: 6, headerLines: 1 })
    const plan = planCsv(layout, undefined)
    const block = { bytes: encode('\ufeffb\n'), firstLine: 2 }
    const seen = new CsvBlockReader(layout, plan).look(block)
    const [column] = new CsvBlockReader(layout, plan, seen).read(block).columns
    expect(column?.data).toEqual(['\ufeffb'])
  })
})
