import { readJson } from '../../../src/protocols/mlflow-scoring/json/read-json.ts'
import { isDict, isList, type PyValue } from '../../../src/protocols/mlflow-scoring/python/python-value.ts'
import type { FrameText, ReadAnswer } from './pandas-process.ts'

/** Of float32 outputs between runs of one row and of many; a small probability is a difference of large ones. */
const RELATIVE = 1e-5
const ABSOLUTE = 1e-6

/** The same JSON value; numbers within the last bits of float32. */
export function isSamePrediction(a: PyValue | undefined, b: PyValue | undefined): boolean {
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((item, i) => isSamePrediction(item, b[i]))
  }
  if (isDict(a) && isDict(b)) {
    return a.size === b.size && [...a].every(([key, item]) => isSamePrediction(item, b.get(key)))
  }
  return isNumber(a) && isNumber(b) ? isClose(Number(a), Number(b)) : a === b
}

export function isSameReply(a: string, b: string): boolean {
  return isSamePrediction(readJson(a), readJson(b))
}

function isNumber(value: PyValue | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

function isClose(a: number, b: number): boolean {
  if (Object.is(a, b) || a === b) return true
  return Math.abs(a - b) <= Math.max(ABSOLUTE, RELATIVE * Math.max(Math.abs(a), Math.abs(b)))
}

type Row = ReadonlyMap<string, PyValue>

/** The rows of a reply: of a list of records, or of a list for each output. */
export function rowsOfReply(reply: string): readonly Row[] {
  const body = readJson(reply)
  const predictions = isDict(body) ? body.get('predictions') : undefined
  if (isList(predictions)) return predictions as unknown as readonly Row[]
  if (!isDict(predictions)) return []
  const lists = [...predictions] as [string, readonly PyValue[]][]
  const rows = Math.max(0, ...lists.map(([, list]) => list.length))
  return Array.from(
    { length: rows },
    (_, row) => new Map(lists.map(([name, list]) => [name, list[row] ?? null])),
  )
}

/**
 * Whether a file that pandas has read has these predictions in its last columns, one row after the other. (A reply of
 * records has one for each value of an output that has several a row.)
 */
export function hasPredictions(read: FrameText, rows: readonly Row[]): boolean {
  const values = rows.flatMap((row) => [...row.values()].flatMap(flat))
  const width = read.rows === 0 ? 0 : values.length / read.rows
  if (read.rows === 0 || !Number.isInteger(width)) return read.rows === values.length
  const columns = read.columns.slice(read.columns.length - width)
  return values.every((value, i) => isSameCell(columns[i % width]?.cells[Math.floor(i / width)] ?? '', value))
}

function flat(value: PyValue): PyValue[] {
  if (isList(value)) return value.flatMap(flat)
  return isDict(value) ? [...value.values()] : [value]
}

/** CSV has no types: pandas takes texts for what they look like, which says nothing of the file. */
function isSameCell(cell: string, value: PyValue): boolean {
  const [kind, text] = [cell[0], cell.slice(1)]
  if (typeof value === 'string') return kind !== 's' || text === value
  if (typeof value === 'boolean') return text === String(Number(value))
  if (kind === 'n') return value === null || Number.isNaN(value)
  return isClose(Number(text.replace('inf', 'Infinity')), Number(value))
}

/** Whether the first columns of a file are those of the input, cell by cell. */
export function hasColumnsOf(read: FrameText, input: ReadAnswer): boolean {
  if ('error' in input) return true
  return input.columns.every(({ cells }, i) =>
    cells.every((cell, row) => isSameText(read.columns[i]?.cells[row] ?? '', cell)),
  )
}

/** Dates, decimals and others come back as what stands for them; numbers with the type of their column. */
function isSameText(found: string, cell: string): boolean {
  if (cell.startsWith('o') || cell === found) return true
  const isNumeric = /^[ifb]/.test(cell) && /^[ifb]/.test(found)
  return isNumeric && isClose(Number(found.slice(1)), Number(cell.slice(1)))
}
