import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Column } from '../../../src/protocols/mlflow-scoring/frame.ts'
import { readParquet } from '../../../src/protocols/mlflow-scoring/parquet.ts'

interface RecordedFile {
  readonly name: string
  readonly body: string
  readonly frame: {
    readonly rows: number
    readonly columns: readonly { name: string | number; dtype: string; data: readonly unknown[] }[]
  }
}

const FILES: readonly RecordedFile[] = JSON.parse(
  readFileSync(new URL('../../fixtures/parquet/files.json', import.meta.url), 'utf8'),
)

const NAT = -(2n ** 63n)

/** The form in which `make.py` writes a value. */
function recorded(value: unknown, dtype: Column['dtype']): unknown {
  if (dtype === 'bool') return value === 1
  if (dtype === 'datetime64[ns]' && value === NAT) return null
  if (typeof value === 'bigint' || /^u?int/.test(dtype)) return { integer: String(value) }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { number: Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf' }
  }
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') }
  return value
}

describe('readParquet', () => {
  it.each(FILES)('reads $name as pandas does', async ({ body, frame }) => {
    const { rows, columns } = await readParquet(Buffer.from(body, 'base64'))
    const found = columns.map(({ name, dtype, data }) => ({
      name,
      dtype,
      data: Array.from<unknown, unknown>(data, (value) => recorded(value, dtype)),
    }))
    expect({ rows, columns: found }).toEqual(frame)
  })

  it('tells the zone of zoned timestamps', async () => {
    const file = FILES.find(({ name }) => name === 'times')
    const { columns } = await readParquet(Buffer.from(file?.body ?? '', 'base64'))
    expect(columns.map((column) => ('zone' in column ? column.zone : 'none'))).toEqual([
      ...[undefined, undefined, undefined, undefined, 'UTC', 'none', 'none'],
    ])
  })
})
