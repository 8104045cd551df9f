import type { ReplyTensor } from './inference-reply.ts'
import { must } from './verdict.ts'
import type { Element } from './wire/element-types.ts'

/** Kernels depend on how rows come together, so the last bits may differ. */
const RELATIVE_TOLERANCE = 1e-3
const ABSOLUTE_TOLERANCE = 1e-5

type Comparable = Pick<ReplyTensor, 'name' | 'datatype' | 'shape' | 'elements'>

/**
 * Two ways of asking the same gave the same.
 * @param what of the two, as `binary and JSON`
 */
export function mustBeEqual(first: readonly Comparable[], second: readonly Comparable[], what: string): void {
  const names = (tensors: readonly Comparable[]) => tensors.map(({ name }) => name).sort()
  must(
    names(first).join() === names(second).join(),
    `${what} must have the same outputs (${names(first)})`,
    names(second),
  )
  for (const tensor of first) {
    const other = second.find(({ name }) => name === tensor.name)
    if (other !== undefined) mustBeSameTensor(tensor, other, what)
  }
}

function mustBeSameTensor(first: Comparable, second: Comparable, what: string): void {
  const { name } = first
  must(first.datatype === second.datatype, `${what}: ${name} must be ${first.datatype}`, second.datatype)
  must(
    first.shape.join() === second.shape.join(),
    `${what}: ${name} must have shape [${first.shape}]`,
    second.shape,
  )
  for (const [index, element] of first.elements.entries()) {
    const other = second.elements[index]
    const same = other !== undefined && isSame(element, other)
    must(same, `${what}: element ${index} of ${name} must be ${String(element)}`, other)
  }
}

export function isSame(first: Element, second: Element): boolean {
  if (typeof first === 'string' || typeof second === 'string') return first === second
  if (typeof first === 'bigint' || typeof second === 'bigint') return String(first) === String(second)
  const [a, b] = [Number(first), Number(second)]
  if (Object.is(a, b) || a === b) return true
  return Math.abs(a - b) <= ABSOLUTE_TOLERANCE + RELATIVE_TOLERANCE * Math.max(Math.abs(a), Math.abs(b))
}
