import { isDict, isList, type PyValue } from '../../../../src/protocols/mlflow-scoring/python/python-value.ts'

/** What a replay has captured from its answers, by name. */
export type Variables = Map<string, PyValue>

/** Puts captured values where `${name}` stands, in texts and in keys. */
export function fill(value: PyValue, variables: Variables): PyValue {
  if (typeof value === 'string') return fillText(value, variables)
  if (isList(value)) return value.map((item) => fill(item, variables))
  if (isDict(value)) {
    return new Map([...value].map(([key, inner]) => [fillText(key, variables), fill(inner, variables)]))
  }
  return value
}

export function fillText(text: string, variables: Variables): string {
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => {
    const value = variables.get(name)
    return value === undefined ? whole : String(value)
  })
}

/** @returns the value at a path as `runs.0.info.run_id`. @throws RangeError where there is none */
export function valueAt(value: PyValue, path: string): PyValue {
  let found: PyValue | undefined = value
  for (const part of path.split('.')) {
    found = isList(found) ? found[Number(part)] : isDict(found) ? found.get(part) : undefined
  }
  if (found === undefined) throw new RangeError(`the answer has no ${path}`)
  return found
}
