import { isRecord } from '../../../core/record.ts'
import { broken, type GraphDefNode } from './graph-def.ts'

/** The operators of TF.js that are computed from nothing. */
const WITHOUT_OPERANDS: ReadonlySet<string> = new Set([
  ...['Const', 'Placeholder', 'NoOp', 'HashTable', 'HashTableV2'],
])
/** Of convolutions and pools: a stride of 0 would be gone along for ever. */
const SIZES = ['strides', 'ksize', 'dilations'] as const

/**
 * Checks what TF.js takes for granted of every node that it computes.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function checkNodeForm({ name, op, inputs, attributes }: GraphDefNode): void {
  if (!WITHOUT_OPERANDS.has(op) && inputs.every((input) => input.startsWith('^')))
    throw broken(`node '${name}' is a ${op} of no operands.`)
  for (const key of SIZES) {
    const wrong = numbersOf(attributes[key]).find((size) => !(Number(size) >= 1))
    if (wrong !== undefined)
      throw broken(`node '${name}' (${op}) has ${key} of ${String(wrong)}, where 1 is the least.`)
  }
}

/** Of a list, as JSON has it: integers are texts there. */
function numbersOf(attribute: unknown): readonly unknown[] {
  const list = isRecord(attribute) ? attribute['list'] : undefined
  const numbers = isRecord(list) ? list['i'] : undefined
  return Array.isArray(numbers) ? numbers : []
}
