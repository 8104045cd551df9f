import { isRecord } from '../../core/record.ts'
import { shortened } from '../../core/shortened.ts'
import { type NamedValues, WrongAnswer } from './named-values.ts'

/** Below this numbers are equal whatever their ratio: the last bits of kernels. */
const ABSOLUTE_TOLERANCE = 1e-6

/** @throws WrongAnswer for the first difference of two answers. */
export function mustBeEqual(
  expected: readonly NamedValues[],
  found: readonly NamedValues[],
  relativeTolerance: number,
): void {
  const byName = new Map(found.map((part) => [part.name, part]))
  for (const { name, values } of expected) {
    const part = byName.get(name)
    if (part === undefined) throw new WrongAnswer(`'${name}' is missing`)
    compare(values, part.values, { where: name, relativeTolerance })
  }
  if (found.length > expected.length)
    throw new WrongAnswer('there is more in the answer than in the right one')
}

interface Comparison {
  readonly where: string
  readonly relativeTolerance: number
}

function compare(expected: unknown, found: unknown, comparison: Comparison): void {
  const { where, relativeTolerance } = comparison
  if (isList(expected) && isList(found)) {
    if (expected.length !== found.length)
      throw new WrongAnswer(
        `${where} should have the length ${expected.length}, and has the length ${found.length}`,
      )
    for (let i = 0; i < expected.length; i++) {
      if (isPlain(expected[i])) compareScalars(expected[i], found[i], i, comparison)
      else compare(expected[i], found[i], { where: `${where}[${i}]`, relativeTolerance })
    }
  } else if (isRecord(expected) && isRecord(found)) {
    for (const [name, value] of Object.entries(expected)) {
      compare(value, found[name], { where: `${where}.${name}`, relativeTolerance })
    }
  } else if (!isClose(expected, found, relativeTolerance)) throw different(where, expected, found)
}

function compareScalars(expected: unknown, found: unknown, index: number, comparison: Comparison): void {
  if (isClose(expected, found, comparison.relativeTolerance)) return
  throw different(`${comparison.where}[${index}]`, expected, found)
}

function isClose(expected: unknown, found: unknown, relativeTolerance: number): boolean {
  if (typeof expected !== 'number' || typeof found !== 'number') return Object.is(expected, found)
  if (expected === found) return true
  const largest = Math.max(Math.abs(expected), Math.abs(found))
  return Math.abs(expected - found) <= ABSOLUTE_TOLERANCE + relativeTolerance * largest
}

/** Arrays, and the typed arrays that bytes are read into. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}

function different(where: string, expected: unknown, found: unknown): WrongAnswer {
  return new WrongAnswer(`${where} should be ${text(expected)}, and is ${text(found)}`)
}

function text(value: unknown): string {
  return shortened(typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'missing')).slice(
    0,
    80,
  )
}
