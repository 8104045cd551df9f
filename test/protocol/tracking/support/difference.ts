import { pythonCompactJson } from '../../../../src/protocols/mlflow-rest/python-compact-json.ts'
import {
  isDict,
  isList,
  type PyDict,
  type PyList,
  type PyValue,
} from '../../../../src/protocols/mlflow-scoring/python/python-value.ts'

/** Texts that are made up anew each time. */
const MARKS: Readonly<Record<string, string>> = {
  hex32: '[0-9a-f]{32}',
  model_id: 'm-[0-9a-f]{32}',
  token: '\\S+',
  name: '[a-z]+-[a-z]+-\\d+',
  any: '[\\s\\S]*',
  id: '\\d+',
  semver: '\\d+\\.\\d+\\.\\d+\\S*',
}
const MARK = /<<(\w+)>>/
const CLOCK_TOLERANCE_MS = 60_000
const RELATIVE_TOLERANCE = 1e-9

/** Lists that the API gives in no particular order. */
const UNORDERED =
  /(\.data\.metrics|tags|params|aliases|latest_versions|dataset_inputs|model_inputs|model_outputs)$/

/**
 * @param startedMs when the replay began, in epoch milliseconds
 * @returns where and how a value is another than the expected one; undefined where it is the same
 */
export function difference(want: PyValue, got: PyValue, startedMs: number, where = '$'): string | undefined {
  if (want === '<<ms>>') return isTimeOfReplay(got, startedMs) ? undefined : says(where, want, got)
  if (typeof want === 'string' && MARK.test(want)) {
    return typeof got === 'string' && pattern(want).test(got) ? undefined : says(where, want, got)
  }
  if (isNumber(want) && isNumber(got)) return isSameNumber(want, got) ? undefined : says(where, want, got)
  if (isDict(want) && isDict(got)) return differenceOfDicts(want, got, startedMs, where)
  if (isList(want) && isList(got)) return differenceOfLists(want, got, startedMs, where)
  return want === got ? undefined : says(where, want, got)
}

function differenceOfDicts(want: PyDict, got: PyDict, startedMs: number, where: string): string | undefined {
  const missing = [...want.keys()].filter((key) => !got.has(key))
  const extra = [...got.keys()].filter((key) => !want.has(key))
  if (missing.length + extra.length > 0) return `${where}: missing [${missing}], extra [${extra}]`
  for (const [key, value] of want) {
    const found = difference(value, got.get(key) ?? null, startedMs, `${where}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

function differenceOfLists(want: PyList, got: PyList, startedMs: number, where: string): string | undefined {
  if (want.length !== got.length) return `${where}: ${want.length} elements expected, ${got.length} came`
  const isUnordered = UNORDERED.test(where)
  const wanted = isUnordered ? sorted(want) : want
  const found = isUnordered ? sorted(got) : got
  for (const [index, value] of wanted.entries()) {
    const first = difference(value, found[index] ?? null, startedMs, `${where}[${index}]`)
    if (first !== undefined) return first
  }
  return undefined
}

function sorted(values: PyList): PyList {
  const keyed = values.map((value) => ({ value, key: sortKey(value) }))
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ value }) => value)
}

function sortKey(value: PyValue): string {
  if (!isDict(value)) return pythonCompactJson(value)
  const names = ['key', 'alias', 'version', 'model_id']
  return pythonCompactJson([...names.map((name) => value.get(name) ?? null), value])
}

function pattern(want: string): RegExp {
  const parts = want.split(MARK)
  const source = parts.map((part, index) => (index % 2 === 1 ? `(?:${MARKS[part]})` : escaped(part)))
  return new RegExp(`^${source.join('')}$`)
}

function isTimeOfReplay(got: PyValue, startedMs: number): boolean {
  const time = Number(got)
  if (typeof got !== 'bigint') return false
  return time >= startedMs - CLOCK_TOLERANCE_MS && time <= Date.now() + CLOCK_TOLERANCE_MS
}

function isNumber(value: PyValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

function isSameNumber(want: number | bigint, got: number | bigint): boolean {
  if (typeof want === 'bigint' && typeof got === 'bigint') return want === got
  const [a, b] = [Number(want), Number(got)]
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true
  return Math.abs(a - b) <= RELATIVE_TOLERANCE * Math.max(Math.abs(a), Math.abs(b))
}

function says(where: string, want: PyValue, got: PyValue): string {
  return `${where}: ${short(want)} expected, ${short(got)} came`
}

function short(value: PyValue): string {
  const text = pythonCompactJson(value)
  return text.length > 240 ? `${text.slice(0, 240)}…` : text
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
