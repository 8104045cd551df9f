import { isRecord } from '../../../core/record.ts'
import { type NumberList, NumberTraits } from '../../json-numbers/number-list.ts'
import type { NumberScanner } from '../../json-numbers/number-scanner.ts'
import { DigitsLost } from './json-document.ts'

const { FRACTION, INTEGER } = NumberTraits

/**
 * A small value of a skeleton with its numbers put back, as `JSON.parse` gives it.
 * @throws DigitsLost where a list holds more than plain numbers
 */
export function withNumbers(value: unknown, lists: readonly NumberList[], scanner: NumberScanner): unknown {
  if (typeof value === 'number') return numbersOf(lists[value]!, scanner)
  if (Array.isArray(value)) return value.map((item) => withNumbers(item, lists, scanner))
  if (!isRecord(value)) return value
  const members: Record<string, unknown> = Object.create(null)
  for (const [name, member] of Object.entries(value)) members[name] = withNumbers(member, lists, scanner)
  return members
}

function numbersOf(list: NumberList, scanner: NumberScanner): unknown {
  const { shape, traits } = list
  if (shape.length > 1 || (traits & ~(FRACTION | INTEGER)) !== 0) throw new DigitsLost()
  const numbers = Array.from(scanner.float64(list))
  return shape.length === 0 ? numbers[0] : numbers
}
