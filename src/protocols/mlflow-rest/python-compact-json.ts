import { asciiJson } from '../../core/ascii-json.ts'
import { floatText } from '../mlflow-scoring/python/float-text.ts'
import { isList, type PyValue } from '../mlflow-scoring/python/python-value.ts'

/** `json.dumps(value, sort_keys=True, separators=(",", ":"))`, the form in which MLflow's messages show values. */
export function pythonCompactJson(value: PyValue): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return asciiJson(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return numberText(value)
  if (isList(value)) return `[${value.map(pythonCompactJson).join(',')}]`
  const entries = [...value].sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${asciiJson(key)}:${pythonCompactJson(inner)}`).join(',')}}`
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return floatText(value)
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? 'Infinity' : '-Infinity'
}
