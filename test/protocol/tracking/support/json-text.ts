import { pythonCompactJson } from '../../../../src/protocols/mlflow-rest/python-compact-json.ts'
import { isDict, isList, type PyValue } from '../../../../src/protocols/mlflow-scoring/python/python-value.ts'

/** JSON with its keys in the order they came in: what is read of a request with a field that cannot be read depends on it. */
export function jsonText(value: PyValue): string {
  if (isList(value)) return `[${value.map(jsonText).join(',')}]`
  if (!isDict(value)) return pythonCompactJson(value)
  return `{${[...value].map(([key, inner]) => `${JSON.stringify(key)}:${jsonText(inner)}`).join(',')}}`
}
