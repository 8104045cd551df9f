import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { frameRows } from '../../../src/batch/parquet/frame-rows.ts'
import { ParquetRows } from '../../../src/batch/parquet/parquet-rows.ts'
import type { Column, Frame } from '../../../src/protocols/mlflow-scoring/frame.ts'
import { readParquet } from '../../../src/protocols/mlflow-scoring/parquet/read-parquet.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const FILES: readonly { name: string; body: string }[] = [
  ...JSON.parse(readFileSync(new URL('../../fixtures/parquet/files.json', import.meta.url), 'utf8')),
  ...JSON.parse(readFileSync(new URL('../../fixtures/parquet/paged.json', import.meta.url), 'utf8')),
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
  for await (const block of rows.blocks(range)) blocks.push(block)
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
})
