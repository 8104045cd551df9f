import { isRecord } from '../../core/record.ts'

/** Zeros have no relative difference. */
const ABSOLUTE_TOLERANCE = 1e-6

/** JSON as Python writes it: `NaN`, `Infinity` and `-Infinity` are numbers. */
export function parseReply(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const quoted = text.replace(/"(?:[^"\\]|\\.)*"|\bNaN\b|-?\bInfinity\b/g, (token) =>
      token.startsWith('"') ? token : `"${token}"`,
    )
    return JSON.parse(quoted)
  }
}

/**
 * Where two JSON values part, in words; undefined where they are the same but for a relative difference of
 * their numbers of up to `tolerance`. The order of keys does not count. Lists within a list are rows, whose values were
 * computed together: there a number may also be off by a tenth of that share of the largest one in its row.
 */
export function firstDifference(expected: unknown, actual: unknown, tolerance: number): string | undefined {
  return differenceAt({ path: 'reply', tolerance, isInList: false }, expected, actual)
}

/** Where in a reply two values are compared. */
interface Place {
  readonly path: string
  readonly tolerance: number
  readonly isInList: boolean
  /** The largest number of the row; undefined outside of rows. */
  readonly largest?: number
}

function differenceAt(place: Place, expected: unknown, actual: unknown): string | undefined {
  if (typeof expected === 'number' && typeof actual === 'number') {
    return isClose(expected, actual, place) ? undefined : described(place.path, expected, actual)
  }
  if (Array.isArray(expected) && Array.isArray(actual)) return differenceOfLists(place, expected, actual)
  if (isRecord(expected) && isRecord(actual)) return differenceOfObjects(place, expected, actual)
  return expected === actual ? undefined : described(place.path, expected, actual)
}

function differenceOfLists(
  place: Place,
  expected: readonly unknown[],
  actual: readonly unknown[],
): string | undefined {
  const { path, isInList, largest = isInList ? largestOf(expected) : undefined } = place
  if (expected.length !== actual.length) {
    return `${path} has ${actual.length} elements instead of ${expected.length}`
  }
  for (const [index, item] of expected.entries()) {
    const inner = { ...place, path: `${path}[${index}]`, isInList: true }
    const difference = differenceAt(
      largest === undefined ? inner : { ...inner, largest },
      item,
      actual[index],
    )
    if (difference !== undefined) return difference
  }
  return undefined
}

function differenceOfObjects(
  place: Place,
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
): string | undefined {
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const path = `${place.path}.${key}`
    if (!Object.hasOwn(expected, key)) return `${path} is there, which it should not be`
    if (!Object.hasOwn(actual, key)) return `${path} is missing`
    const difference = differenceAt({ ...place, path }, expected[key], actual[key])
    if (difference !== undefined) return difference
  }
  return undefined
}

/** Of numbers in lists, and in lists within them. */
function largestOf(values: readonly unknown[]): number {
  let largest = 0
  for (const value of values) {
    if (typeof value === 'number') largest = Math.max(largest, Math.abs(value))
    else if (Array.isArray(value)) largest = Math.max(largest, largestOf(value))
  }
  return largest
}

function isClose(a: number, b: number, { tolerance, largest = 0 }: Place): boolean {
  const absolute = Math.max(ABSOLUTE_TOLERANCE, (tolerance / 10) * largest)
  return Math.abs(a - b) <= absolute + tolerance * Math.max(Math.abs(a), Math.abs(b))
}

function described(path: string, expected: unknown, actual: unknown): string {
  return `${path} is ${shorten(actual)} instead of ${shorten(expected)}`
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`
}
