import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Encoding } from 'hyparquet'
import { type BasicType, parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { frameRows } from '../../../../src/batch/input/parquet/frame-rows.ts'
import { ParquetRows } from '../../../../src/batch/input/parquet/parquet-rows.ts'
import type { Column, Frame } from '../../../../src/protocols/mlflow-scoring/frame.ts'
import { readParquet } from '../../../../src/protocols/mlflow-scoring/parquet/read-parquet.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'

const FILES: readonly { name: string; body: string }[] = [
  ...JSON.parse(readFileSync(new URL('../../../fixtures/parquet/files.json', import.meta.url), 'utf8')),
  ...JSON.parse(readFileSync(new URL('../../../fixtures/parquet/paged.json', import.meta.url), 'utf8')),
]
const refusal = expect.objectContaining({ code: 'BAD_REQUEST' })
const folder = temporaryFolder()

async function opened<T>(body: Uint8Array, use: (rows: ParquetRows) => Promise<T>): Promise<T> {
  const path = join(folder, 'file.parquet')
  writeFileSync(path, body)
  const rows = await ParquetRows.open(path)
  try {
    return await use(rows)
  } finally {
    rows.close()
  }
}

async function blocksOf(rows: ParquetRows, range: { from: number; to: number; blockRows: number }) {
  const blocks: Frame[] = []
  for await (const block of rows.blocks(range)) blocks.push(structuredClone(block))
  return blocks
}

/** Where text was missing is told twice where a column has any, which need not be in the same block. */
function comparable({ rows, columns }: Frame): Frame {
  return { rows, columns: columns.map(({ ...column }) => withoutObjects(column)) }
}

function withoutObjects(column: Column): Column {
  if (column.dtype !== 'str') return column
  const { objects: _, ...rest } = column
  return rest
}

describe('ParquetRows', () => {
  it.each(FILES)('gives the rows of $name as readParquet does, in blocks of any size', async ({ body }) => {
    const file = Buffer.from(body, 'base64')
    const whole = await readParquet(file)
    const sizes = [1, 2, 3, 7, 100, 1000, 4096, 5000].filter((size) => whole.rows / size < 200)
    await opened(file, async (rows) => {
      expect(rows.rows).toBe(whole.rows)
      expect(rows.columnNames).toEqual(whole.columns.map(({ name }) => name))
      for (const blockRows of sizes) {
        const blocks = await blocksOf(rows, { from: 0, to: whole.rows, blockRows })
        let from = 0
        for (const block of blocks) {
          expect(comparable(block)).toEqual(comparable(frameRows(whole, from, from + block.rows)))
          from += block.rows
        }
        expect(from).toBe(whole.rows)
        expect(blocks.slice(0, -1).every((block) => block.rows === blockRows)).toBe(true)
      }
    })
  })

  it('gives the rows of any table, whatever its row groups and pages, from any row on', async () => {
    await fc.assert(
      fc.asyncProperty(tables, ranges, async (table, { from, rows, blockRows }) => {
        const file = new Uint8Array(parquetWriteBuffer(table))
        const whole = await readParquet(file)
        const start = Math.min(from, whole.rows)
        const end = Math.min(whole.rows, start + rows)
        const blocks = await opened(file, (opened) => blocksOf(opened, { from: start, to: end, blockRows }))
        let row = start
        for (const block of blocks) {
          expect(comparable(block)).toEqual(comparable(frameRows(whole, row, row + block.rows)))
          row += block.rows
          expect(row === end || row % blockRows === 0).toBe(true)
        }
        expect(row).toBe(end)
      }),
    )
  })

  it('gives arrays that can be transferred', async () => {
    const file = parquetWriteBuffer({
      columnData: [{ name: 'x', data: new Float64Array(100), type: 'DOUBLE' }],
    })
    const blocks = await opened(new Uint8Array(file), (rows) =>
      blocksOf(rows, { from: 0, to: 100, blockRows: 40 }),
    )
    const arrays = blocks.map(({ columns }) => columns[0]?.data as Float64Array<ArrayBuffer>)
    const { length } = structuredClone(arrays, { transfer: arrays.map(({ buffer }) => buffer) })
    expect(length).toBe(3)
  })

  it('keeps of a page of one run no more than a block', async () => {
    const rows = 4_000_000
    const file = parquetWriteBuffer({
      columnData: [{ name: 'x', data: new Int32Array(rows), type: 'INT32', encoding: 'RLE_DICTIONARY' }],
      rowGroupSize: rows,
      pageSize: 0,
      statistics: false,
    })
    expect(file.byteLength).toBeLessThan(1000)
    await opened(new Uint8Array(file), async (opened) => {
      const before = process.memoryUsage().arrayBuffers
      let seen = 0
      for await (const block of opened.blocks({ from: rows - 5000, to: rows, blockRows: 1000 }))
        seen += block.rows
      expect(seen).toBe(5000)
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8e6)
    })
  })

  it('refuses every file that is cut off', async () => {
    const file = Buffer.from(FILES.find(({ name }) => name === 'row groups')?.body ?? '', 'base64')
    for (let length = 0; length < file.length; length += 7) {
      await expect(opened(file.subarray(0, length), allBlocks), `${length} bytes`).rejects.toEqual(refusal)
    }
  })

  it('refuses a file that is not there', async () => {
    await expect(ParquetRows.open(join(folder, 'no.parquet'))).rejects.toEqual(refusal)
  })

  it('reads or refuses damaged files, and throws nothing else', async () => {
    const small = FILES.filter(({ body }) => body.length < 100_000)
    const damage = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.nat(255)),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...small), damage, async ({ body }, changes) => {
        const file = Buffer.from(body, 'base64')
        for (const [place, byte] of changes) file[Math.floor(place * file.length)] = byte
        await opened(file, firstBlocks).catch((error: unknown) => expect(error).toEqual(refusal))
      }),
      { numRuns: 500 },
    )
  })
})

function allBlocks(rows: ParquetRows): Promise<Frame[]> {
  return blocksOf(rows, { from: 0, to: rows.rows, blockRows: 2 })
}

/** A damaged file may say that it has any number of rows. */
function firstBlocks(rows: ParquetRows): Promise<Frame[]> {
  return blocksOf(rows, { from: 0, to: Math.min(rows.rows, 5000), blockRows: 1000 })
}

const ranges = fc.record({ from: fc.nat(200), rows: fc.nat(300), blockRows: fc.integer({ min: 1, max: 50 }) })

const number = fc.oneof(fc.constant(1), fc.constant(2), fc.double())
const long = fc.oneof(fc.constant(1n), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))

const cells = fc.record({
  double: number,
  float: number.map(Math.fround),
  long,
  int: fc.integer(),
  truth: fc.boolean(),
  text: fc.string({ unit: 'grapheme', maxLength: 5 }),
})

/** Tables of columns with and without missing values, in files of all layouts that hyparquet-writer knows. */
const tables = fc
  .record({
    rows: fc.array(cells, { minLength: 1, maxLength: 200 }),
    missing: fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
    nullable: fc.boolean(),
    rowGroupSize: fc.integer({ min: 1, max: 120 }),
    pageSize: fc.integer({ min: 8, max: 500 }),
    codec: fc.constantFrom('UNCOMPRESSED' as const, 'SNAPPY' as const),
    statistics: fc.boolean(),
    encoding: fc.constantFrom(undefined, 'PLAIN' as const, 'RLE_DICTIONARY' as const),
    numbers: fc.constantFrom(undefined, 'BYTE_STREAM_SPLIT' as const),
    integers: fc.constantFrom(undefined, 'DELTA_BINARY_PACKED' as const),
  })
  .map(({ rows, missing, nullable, encoding, numbers, integers, ...options }) => {
    const given = (row: number) => !nullable || missing[row % missing.length] !== false
    const values = <T>(cell: (row: (typeof rows)[number]) => T) =>
      rows.map((each, row) => (given(row) ? cell(each) : null))
    const column = (name: string, type: BasicType, data: unknown[], own?: Encoding) => {
      const chosen = own ?? encoding
      return { name, type, data, nullable, ...(chosen === undefined ? {} : { encoding: chosen }) }
    }
    return {
      ...options,
      columnData: [
        column(
          'double',
          'DOUBLE',
          values((row) => row.double),
          numbers,
        ),
        column(
          'float',
          'FLOAT',
          values((row) => row.float),
          numbers,
        ),
        column(
          'long',
          'INT64',
          values((row) => row.long),
          integers,
        ),
        column(
          'int',
          'INT32',
          values((row) => row.int),
          integers,
        ),
        {
          ...column(
            'truth',
            'BOOLEAN',
            values((row) => row.truth),
          ),
          encoding: 'PLAIN' as const,
        },
        column(
          'text',
          'STRING',
          values((row) => row.text),
        ),
      ],
    }
  })
