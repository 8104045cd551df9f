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
 * their numbers of up to `tolerance`. The order of keys does not count.
 */
export function firstDifference(
  expected: unknown,
  actual: unknown,
  tolerance: number,
  path = 'reply',
): string | undefined {
  if (typeof expected === 'number' && typeof actual === 'number') {
    return isClose(expected, actual, tolerance) ? undefined : described(path, expected, actual)
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (expected.length !== actual.length) {
      return `${path} has ${actual.length} elements instead of ${expected.length}`
    }
    return expected.reduce<string | undefined>(
      (found, item, index) => found ?? firstDifference(item, actual[index], tolerance, `${path}[${index}]`),
      undefined,
    )
  }
  if (isRecord(expected) && isRecord(actual)) return differenceOfObjects(expected, actual, tolerance, path)
  return expected === actual ? undefined : described(path, expected, actual)
}

function differenceOfObjects(
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
  tolerance: number,
  path: string,
): string | undefined {
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const keyPath = `${path}.${key}`
    if (!Object.hasOwn(expected, key)) return `${keyPath} is there, which it should not be`
    if (!Object.hasOwn(actual, key)) return `${keyPath} is missing`
    const difference = firstDifference(expected[key], actual[key], tolerance, keyPath)
    if (difference !== undefined) return difference
  }
  return undefined
}

function isClose(a: number, b: number, tolerance: number): boolean {
  return Math.abs(a - b) <= ABSOLUTE_TOLERANCE + tolerance * Math.max(Math.abs(a), Math.abs(b))
}

function described(path: string, expected: unknown, actual: unknown): string {
  return `${path} is ${shorten(actual)} instead of ${shorten(expected)}`
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`
}
