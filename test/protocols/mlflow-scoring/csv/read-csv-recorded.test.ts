import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readCsv } from '../../../../src/protocols/mlflow-scoring/csv/read-csv.ts'
import type { Column } from '../../../../src/protocols/mlflow-scoring/frame.ts'
import type { ScalarType } from '../../../../src/signature/model-signature.ts'

interface RecordedCase {
  readonly csv: string
  readonly dtypes?: Readonly<Record<string, ScalarType>>
  readonly frame?: readonly { name: string; dtype: string; data: readonly unknown[] }[]
  readonly error?: string
}

const CASES: readonly RecordedCase[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/csv/cases.json', import.meta.url), 'utf8'),
)

function read({ csv, dtypes }: RecordedCase) {
  const body = new TextEncoder().encode(csv)
  return readCsv(body, dtypes === undefined ? {} : { dtypes: new Map(Object.entries(dtypes)) })
}

/** The form in which `record.py` writes a value. */
function recorded(value: unknown, dtype: Column['dtype']): unknown {
  if (dtype === 'bool') return value === 1
  if (typeof value === 'bigint' || /^u?int/.test(dtype)) return { integer: String(value) }
  if (typeof value !== 'number') return value
  if (Number.isNaN(value)) return { number: 'nan' }
  if (Object.is(value, -0)) return { number: '-0.0' }
  return Number.isFinite(value) ? value : { number: value > 0 ? 'inf' : '-inf' }
}

describe('readCsv', () => {
  const titled = CASES.map((recording) => ({
    title: `${JSON.stringify(recording.csv)} as ${JSON.stringify(recording.dtypes ?? 'anything')}`,
    recording,
  }))

  it.each(titled)('reads $title as pandas does', ({ recording }) => {
    if (recording.error !== undefined) {
      expect(() => read(recording)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }))
      return
    }
    const columns = read(recording).columns.map((column) => ({
      name: column.name,
      dtype: column.dtype,
      data: Array.from<unknown, unknown>(column.data, (value) => recorded(value, column.dtype)),
    }))
    expect(columns).toEqual(recording.frame)
  })
})
