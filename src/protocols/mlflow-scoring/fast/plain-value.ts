import { isRecord } from '../../../core/record.ts'
import { type NumberList, NumberTraits } from '../../json-numbers/number-list.ts'
import type { NumberScanner } from '../../json-numbers/number-scanner.ts'
import type { PyValue } from '../python/python-value.ts'

const { FRACTION, INTEGER } = NumberTraits

/** Of lists and objects. Nobody needs more, and a recursion must have an end. */
const MOST_DEPTH = 16

/**
 * A small value of a skeleton with its numbers put back, as `readJson` gives it.
 * @returns undefined where the numbers of a list are not of one kind, or one is too large, or it is nested too deeply.
 */
export function plainValue(
  value: unknown,
  lists: readonly NumberList[],
  scanner: NumberScanner,
  depth = 0,
): PyValue | undefined {
  if (depth > MOST_DEPTH) return undefined
  if (typeof value === 'number') return plainNumbers(lists[value]!, scanner)
  if (Array.isArray(value)) {
    const items = value.map((item) => plainValue(item, lists, scanner, depth + 1))
    return items.some((item) => item === undefined) ? undefined : (items as PyValue[])
  }
  if (!isRecord(value)) return value as PyValue
  const members = new Map<string, PyValue>()
  for (const [name, member] of Object.entries(value)) {
    const plain = plainValue(member, lists, scanner, depth + 1)
    if (plain === undefined) return undefined
    members.set(name, plain)
  }
  return members
}

function plainNumbers(list: NumberList, scanner: NumberScanner): PyValue | undefined {
  const { shape, traits } = list
  if (shape.length > 1 || (traits !== FRACTION && traits !== INTEGER)) return undefined
  const numbers = Array.from(scanner.float64(list), (value) => (traits === INTEGER ? BigInt(value) : value))
  return shape.length === 0 ? numbers[0] : numbers
}
