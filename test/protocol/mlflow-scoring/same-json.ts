import { readJson } from '../../../src/protocols/mlflow-scoring/json/read-json.ts'
import { isDict, isList, type PyValue } from '../../../src/protocols/mlflow-scoring/python/python-value.ts'

/** The same value: numbers within the tolerance, 5 equal to 5.0, keys in any order, `true` not 1. */
export function isSameJson(a: string, b: string, tolerance = 1e-5): boolean {
  return isSame(readJson(a), readJson(b), tolerance)
}

function isSame(a: PyValue | undefined, b: PyValue | undefined, tolerance: number): boolean {
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((item, i) => isSame(item, b[i], tolerance))
  }
  if (isDict(a) && isDict(b)) {
    return a.size === b.size && [...a].every(([key, item]) => isSame(item, b.get(key), tolerance))
  }
  if (isNumber(a) && isNumber(b)) return isClose(Number(a), Number(b), tolerance)
  return a === b
}

function isNumber(value: PyValue | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

/** `tolerance` is relative. */
function isClose(a: number, b: number, tolerance: number): boolean {
  if (Object.is(a, b) || a === b) return true
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))
}
