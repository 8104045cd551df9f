import { isRecord } from '../../core/record.ts'
import type { Dialect } from '../target.ts'

/** Rows of a JSON body of a dialect; undefined where they cannot be told. */
export function rowsOfBody(body: Uint8Array, dialect: Dialect): number | undefined {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  return dialect === 'open-inference' ? rowsOfTensors(value['inputs']) : rowsOfForms(value)
}

function rowsOfForms(body: Readonly<Record<string, unknown>>): number | undefined {
  const split = body['dataframe_split']
  const rows = isRecord(split)
    ? split['data']
    : (body['dataframe_records'] ?? body['instances'] ?? body['inputs'])
  if (Array.isArray(rows)) return rows.length
  // Whole tensors by their names have their rows in the first dimension.
  const [first] = isRecord(rows) ? Object.values(rows) : []
  return Array.isArray(first) ? first.length : undefined
}

function rowsOfTensors(inputs: unknown): number | undefined {
  const first: unknown = Array.isArray(inputs) ? inputs[0] : undefined
  const shape = isRecord(first) ? first['shape'] : undefined
  const rows: unknown = Array.isArray(shape) ? shape[0] : undefined
  return typeof rows === 'number' ? rows : undefined
}
