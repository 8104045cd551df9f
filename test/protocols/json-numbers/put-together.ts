import { type NumberList, NumberTraits } from '../../../src/protocols/json-numbers/number-list.ts'
import type { NumberScanner } from '../../../src/protocols/json-numbers/number-scanner.ts'
import type { ScannedBody } from '../../../src/protocols/json-numbers/skeleton.ts'

/** What `JSON.parse` would give: the skeleton with each list and the id in its place, and null for null, but 0 and 1 for false and true. */
export function putTogether(scanner: NumberScanner, { skeleton, lists, id }: ScannedBody): unknown {
  const value = filled(skeleton.value, (place) => listValue(scanner, lists[place] as NumberList))
  return id === undefined ? value : { ...(value as object), id }
}

function filled(value: unknown, list: (place: number) => unknown): unknown {
  if (typeof value === 'number') return list(value)
  if (Array.isArray(value)) return value.map((element) => filled(element, list))
  if (typeof value !== 'object' || value === null) return value
  // fromEntries defines `__proto__` as JSON.parse does.
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, filled(member, list)]))
}

function listValue(scanner: NumberScanner, list: NumberList): unknown {
  const hasNull = (list.traits & NumberTraits.NULL) !== 0
  const values = Array.from(scanner.float64(list), (value) => (hasNull && Number.isNaN(value) ? null : value))
  return nested(values, list.shape)
}

function nested(values: unknown[], shape: readonly number[]): unknown {
  const [length, ...inner] = shape
  if (length === undefined) return values[0]
  const size = length === 0 ? 0 : values.length / length
  return Array.from({ length }, (_, i) => nested(values.slice(i * size, (i + 1) * size), inner))
}

/** With 0 and 1 for false and true in lists of numbers, as a list has them. */
export function withoutBooleans(value: unknown): unknown {
  if (Array.isArray(value)) return isRegular(value) ? numbersOf(value) : value.map(withoutBooleans)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutBooleans(member)]))
}

function numbersOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(numbersOf)
  return typeof value === 'boolean' ? Number(value) : value
}

function isRegular(value: unknown): boolean {
  return shapeOf(value) !== undefined
}

/** As text; undefined for what is not regular. */
function shapeOf(value: unknown): string | undefined {
  if (!Array.isArray(value)) return typeof value === 'string' || isObject(value) ? undefined : ''
  const shapes = value.map(shapeOf)
  return shapes.every((shape) => shape !== undefined && shape === shapes[0])
    ? `${value.length},${shapes[0] ?? ''}`
    : undefined
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/** What `parsed` gives for a body that is no JSON. */
export const NOT_JSON = Symbol('not JSON')

/** What `JSON.parse` makes of a body in UTF-8, or NOT_JSON. */
export function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
  } catch {
    return NOT_JSON
  }
}
