import { type Operator, operator } from '../graph/operator.ts'
import type { Dimension, Shape, Value } from '../graph/value.ts'
import { NotCompiled } from '../not-compiled.ts'
import type { AxisAttributes } from './reshape.ts'

/** Joins operands of one shape along a new axis. */
export const pack: Operator<AxisAttributes> = operator({
  name: 'Pack',
  semantics: 'TensorFlow Pack',
  infer: (operands, { axis }) => {
    const type = operands[0]!.type
    if (operands.some((operand) => operand.type !== type))
      throw new NotCompiled('operands of different types')
    const shape = commonShape(operands)
    return [{ type, shape: [...shape.slice(0, axis), operands.length, ...shape.slice(axis)] }]
  },
  know: (operands) =>
    operands[0]!.type === 'int32' && operands.every(({ shape }) => shape.length === 0)
      ? operands.map(({ elements }) => elements?.[0] ?? null)
      : undefined,
  lower: (lowering, { operands, attributes: { axis }, results }) => {
    const axes = lowering.onnx.integers([axis])
    const parts = operands.map((operand) =>
      lowering.onnx.node('Unsqueeze', [lowering.channelsLast(operand), axes]),
    )
    lowering.define(results[0]!, lowering.onnx.node('Concat', parts, { axis }))
  },
})

function commonShape(operands: readonly Value[]): Shape {
  const shape: Dimension[] = [...operands[0]!.shape]
  for (const other of operands) {
    if (other.shape.length !== shape.length) throw new NotCompiled('operands of different shapes')
    for (const [axis, dim] of other.shape.entries()) {
      if (dim !== null && shape[axis] !== null && dim !== shape[axis])
        throw new NotCompiled('operands of different shapes')
      shape[axis] ??= dim
    }
  }
  return shape
}
