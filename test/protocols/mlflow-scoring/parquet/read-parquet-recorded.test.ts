import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Column } from '../../../../src/protocols/mlflow-scoring/frame.ts'
import { float16ToNumber } from '../../../../src/protocols/mlflow-scoring/numpy/float16.ts'
import { readParquet } from '../../../../src/protocols/mlflow-scoring/parquet/read-parquet.ts'

interface RecordedFile {
  readonly name: string
  readonly body: string
  readonly frame: {
    readonly rows: number
    readonly zero: number | null
    readonly columns: readonly { name: string | number; dtype: string; data: readonly unknown[] }[]
  }
}

const FILES: readonly RecordedFile[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/parquet/files.json', import.meta.url), 'utf8'),
)

const NAT = -(2n ** 63n)

/** The form in which `make.py` writes a value. */
function recorded(value: unknown, dtype: Column['dtype']): unknown {
  if (dtype === 'bool') return value === 1
  if (dtype === 'float16') return recorded(float16ToNumber(value as number), 'float64')
  if (dtype === 'datetime64[ns]' && value === NAT) return null
  if (typeof value === 'bigint' || /^u?int/.test(dtype)) return { integer: String(value) }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { number: Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf' }
  }
  return typeof value === 'object' && value !== null ? recordedObject(value) : value
}

function recordedObject(value: object): unknown {
  if (Array.isArray(value)) return value.map((item) => recorded(item, 'object'))
  if (!(value instanceof Map)) return { python: String(value) }
  return Object.fromEntries(Array.from(value, ([key, item]) => [key, recorded(item, 'object')]))
}

describe('readParquet', () => {
  it.each(FILES)('reads $name as pandas does', async ({ body, frame }) => {
    const { rows, columns, rowLabelledZero } = await readParquet(Buffer.from(body, 'base64'))
    const found = columns.map(({ name, dtype, data }) => ({
      name,
      dtype,
      data: Array.from<unknown, unknown>(data, (value) => recorded(value, dtype)),
    }))
    expect({ rows, zero: rowLabelledZero ?? null, columns: found }).toEqual(frame)
  })

  it('tells the zone of zoned timestamps', async () => {
    const file = FILES.find(({ name }) => name === 'times')
    const { columns } = await readParquet(Buffer.from(file?.body ?? '', 'base64'))
    expect(columns.map((column) => ('zone' in column ? column.zone : 'none'))).toEqual([
      ...[undefined, undefined, undefined, undefined, 'UTC', 'none', 'none'],
    ])
  })
})
