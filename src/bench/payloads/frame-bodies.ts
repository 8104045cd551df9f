import type { Column, Frame } from '../../protocols/mlflow-scoring/frame.ts'
import { NAT } from '../../protocols/mlflow-scoring/numpy/numpy-datetime.ts'
import { cellsOf } from '../../protocols/mlflow-scoring/pandas/column.ts'

/**
 * The rows of a frame as bodies of MLflow's protocol (`dataframe_split`), so many rows in each. Rows at the end that do
 * not fill a body are left out, unless they are all.
 */
export function frameBodies({ columns, rows }: Frame, rowsEach: number): readonly FrameBody[] {
  const names = JSON.stringify(columns.map(({ name }) => String(name)))
  const cells = columns.map(cellTexts)
  const row = (at: number) => `[${cells.map((column) => column[at]).join(', ')}]`
  const count = Math.min(rowsEach, rows)
  return Array.from({ length: count === 0 ? 0 : Math.floor(rows / count) }, (_, index) => {
    const data = Array.from({ length: count }, (_, place) => row(index * count + place))
    return { text: `{"dataframe_split": {"columns": ${names}, "data": [${data.join(', ')}]}}`, rows: count }
  })
}

export interface FrameBody {
  readonly text: string
  readonly rows: number
}

function cellTexts(column: Column): readonly string[] {
  if (column.dtype === 'datetime64[ns]') return Array.from(column.data, datetimeText)
  return cellsOf(column).map(jsonText)
}

/** ISO 8601, as MLflow reads it where the signature says that it is a time. */
function datetimeText(nanoseconds: bigint): string {
  if (nanoseconds === NAT) return 'null'
  return JSON.stringify(new Date(Number(nanoseconds / 1_000_000n)).toISOString().replace(/Z$/, ''))
}

/** Integers of any size keep their digits; what is missing is null, and bytes are base64. */
function jsonText(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : 'null'
  if (Array.isArray(value)) return `[${value.map(jsonText).join(', ')}]`
  if (value instanceof Map) {
    return `{${Array.from(value, ([key, item]) => `${JSON.stringify(String(key))}: ${jsonText(item)}`).join(', ')}}`
  }
  if (typeof value === 'object' && value !== null) return JSON.stringify(textOfObject(value))
  return JSON.stringify(value ?? null)
}

function textOfObject(value: object): string {
  return 'octets' in value && value.octets instanceof Uint8Array
    ? Buffer.from(value.octets).toString('base64')
    : String(value)
}
