import { invalidParameter } from '../../core/errors.ts'
import { pythonListText } from '../../core/python-repr.ts'
import { parse } from './grammar.ts'
import { splitShellWords } from './shell-words.ts'

/** One column to order by, as it was written. */
export interface WrittenOrder {
  readonly field: string
  readonly ascending: boolean
}

/**
 * Reads `field`, `field ASC` or `field DESC`; parts of a field may be in backticks or double quotes.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function readOrder(text: string): WrittenOrder {
  const written = orderText(text)
  const words = written === undefined ? undefined : splitShellWords(written.replaceAll('`', '"'))
  if (written === undefined || words === undefined || words.length > 2) {
    throw invalidParameter(`Invalid order_by clause '${text}'. Could not be parsed.`)
  }
  const [field, direction] = words
  if (direction === undefined) return { field: written.trim(), ascending: true }
  const lower = direction.toLowerCase()
  if (lower !== 'asc' && lower !== 'desc') {
    throw invalidParameter(`Invalid ordering key in order_by clause '${text}'.`)
  }
  return { field: (field ?? '').trim(), ascending: lower === 'asc' }
}

/** An identifier with what stands behind it, or the word `timestamp`; nothing may be around them. */
function orderText(text: string): string | undefined {
  const parts = parse(text)
  if (typeof parts === 'string') return undefined
  const [first, second] = parts
  const last = parts.at(-1)
  if (first === undefined || last === undefined || first.start !== 0 || last.end !== text.length)
    return undefined
  if (parts.length === 1 && first.kind === 'identifier') return text
  if (text.slice(0, first.end) !== 'timestamp' || first.kind !== 'type' || parts.length > 2) return undefined
  if (second === undefined) return 'timestamp'
  return second.kind === 'direction' ? `timestamp ${text.slice(second.start)}` : undefined
}

/** Where an order names a field twice. */
export function duplicateFields(orderBy: readonly string[]): Error {
  return invalidParameter(`\`order_by\` contains duplicate fields: ${pythonListText(orderBy)}`)
}

/** Columns to order by beyond this number are refused: each may need a join, and databases limit those. */
export const MOST_ORDERS = 50

/** @throws ServingError INVALID_PARAMETER_VALUE */
export function requireFewOrders(count: number): void {
  if (count <= MOST_ORDERS) return
  throw invalidParameter(`A search can be ordered by at most ${MOST_ORDERS} fields. Got ${count}.`)
}
