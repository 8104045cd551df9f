import { asciiJson } from './ascii-json.ts'
import { isRecord } from './record.ts'

/** JSON as Python's `json.dumps` writes it by default, which is what MLflow stores: spaces, and ASCII only. */
export function pythonJson(value: unknown): string {
  if (typeof value === 'string') return asciiJson(value)
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (!isRecord(value)) return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, inner]) => `${asciiJson(key)}: ${pythonJson(inner)}`)
  return `{${entries.join(', ')}}`
}
