import { readJson } from '../../../../src/protocols/mlflow-scoring/json/read-json.ts'
import { isDict, isList, type PyValue } from '../../../../src/protocols/mlflow-scoring/python/python-value.ts'
import type { Recording } from '../../mlflow-scoring/recording.ts'
import type { Answer } from './client.ts'

/** What MLflow answered, as Headrace gives it: docs/mlflow-differences.md. */
export function isAsRecorded(answer: Answer, recording: Recording, tolerance: number): boolean {
  const { status, resp } = recording.also?.status === 200 ? recording.also : recording
  if (answer.status !== (status === 500 ? 400 : status)) return false
  if (status === 200) return answer.type === 'application/json' && isSameJson(answer.body, resp, tolerance)
  if (status === 500 || recording.resp_type !== 'application/json') return true
  return JSON.parse(answer.body).error_code === JSON.parse(resp).error_code
}

/** Errors to the letter, predictions but for the last bits of their numbers. */
export function isAsAlone(answer: Answer, alone: Answer, tolerance: number): boolean {
  if (answer.status !== alone.status || answer.type !== alone.type) return false
  if (answer.body === alone.body) return true
  return alone.status === 200 && isSameJson(answer.body, alone.body, tolerance)
}

function isSameJson(a: string, b: string, tolerance: number): boolean {
  return isSame(readJson(a), readJson(b), tolerance)
}

/** Numbers are compared by the largest of those beside them: those of one row, where rows are lists or records. */
function isSame(a: PyValue | undefined, b: PyValue | undefined, tolerance: number): boolean {
  if (isList(a) && isList(b)) return a.length === b.length && areSame([...a], [...b], tolerance)
  if (isDict(a) && isDict(b)) {
    if (a.size !== b.size) return false
    const keys = [...b.keys()]
    return keys.every((key) => a.has(key)) && areSame(valuesOf(a, keys), valuesOf(b, keys), tolerance)
  }
  return a === b || Object.is(a, b)
}

function valuesOf<Key>(dict: ReadonlyMap<Key, PyValue>, keys: readonly Key[]): PyValue[] {
  return keys.map((key) => dict.get(key)!)
}

function areSame(a: readonly PyValue[], b: readonly PyValue[], tolerance: number): boolean {
  const largest = Math.max(
    0,
    ...b
      .filter(isNumber)
      .map((value) => Math.abs(Number(value)))
      .filter(Number.isFinite),
  )
  return a.every((value, index) => {
    const other = b[index]!
    const exact = typeof value === 'bigint' && typeof other === 'bigint'
    if (exact || !isNumber(value) || !isNumber(other)) return isSame(value, other, tolerance)
    if (Object.is(Number(value), Number(other))) return true
    return Math.abs(Number(value) - Number(other)) <= tolerance * largest
  })
}

function isNumber(value: PyValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}
