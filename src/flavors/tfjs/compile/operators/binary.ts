import { broadcastShape } from '../graph/broadcast.ts'
import { type Operator, operator } from '../graph/operator.ts'
import type { ElementType, Value } from '../graph/value.ts'
import type { Lowering } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'

/** Operators of two operands that are broadcast against each other. */

export const add = arithmetic('Add', 'Add')
export const subtract = arithmetic('Sub', 'Sub')
export const multiply = arithmetic('Mul', 'Mul')

/** Both operands and the result are of one type, float32 or int32. */
function arithmetic(name: string, onnxType: string): Operator<null> {
  return operator({
    name,
    semantics: `TensorFlow ${name}`,
    infer: (operands) => [
      { type: commonType(operands), shape: broadcastShape(operands.map(({ shape }) => shape)) },
    ],
    lower: (lowering, { operands, results }) => lowerElementwise(lowering, onnxType, operands, results[0]!),
  })
}

/** @throws NotCompiled where the types differ, or are bool. */
export function commonType(operands: readonly Value[]): ElementType {
  const type = operands[0]!.type
  if (operands.some((operand) => operand.type !== type)) throw new NotCompiled('operands of different types')
  if (type === 'bool') throw new NotCompiled('operands of type bool')
  return type
}

/** One node of ONNX whose operands are broadcast, in whichever layout they are. */
export function lowerElementwise(
  lowering: Lowering,
  onnxType: string,
  operands: readonly Value[],
  result: Value,
): void {
  const { layout, names } = lowering.broadcast(operands, result.shape.length)
  lowering.define(result, lowering.onnx.node(onnxType, names), layout)
}
