import { broadcastShape } from '../graph/broadcast.ts'
import { promotedType } from '../graph/element-types.ts'
import { operator } from '../graph/operator.ts'
import { NotCompiled } from '../not-compiled.ts'

/** `(condition, a, b)`: elements of `a` where the condition is true, of `b` elsewhere; all three are broadcast. */
export const select = operator<null>({
  name: 'Select',
  semantics: 'TensorFlow SelectV2',
  infer: (operands) => {
    const [condition, ...branches] = operands
    if (condition!.type !== 'bool') throw new NotCompiled(`a condition of type ${condition!.type}`)
    return [{ type: promotedType(branches), shape: broadcastShape(operands.map((operand) => operand.shape)) }]
  },
  lower: (lowering, { operands, results }) => {
    const [result] = results
    const { layout, names } = lowering.broadcast(operands, result!.shape.length)
    const branches = names
      .slice(1)
      .map((name, index) =>
        operands[index + 1]!.type === result!.type ? name : lowering.onnx.cast(name, result!.type),
      )
    lowering.define(result!, lowering.onnx.node('Where', [names[0]!, ...branches]), layout)
  },
})
