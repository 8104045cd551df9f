import { NotCompiled } from '../not-compiled.ts'
import type { ElementType, Value } from './value.ts'

const WIDER: readonly ElementType[] = ['bool', 'int32', 'float32']

/** The type that operands of several types are brought to (tfjs-core, `upcastType`). */
export function promotedType(operands: readonly Value[]): ElementType {
  return WIDER[Math.max(...operands.map(({ type }) => WIDER.indexOf(type)))]!
}

/** @throws NotCompiled where one of the operands is not of type float32. */
export function expectFloats(operands: readonly Value[]): void {
  for (const { type } of operands) {
    if (type !== 'float32') throw new NotCompiled(`an operand of type ${type}`)
  }
}
