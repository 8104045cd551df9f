import { broadcastShape } from '../graph/broadcast.ts'
import { promotedType } from '../graph/element-types.ts'
import { operator } from '../graph/operator.ts'
import { NotCompiled } from '../not-compiled.ts'
import type { OnnxGraph } from '../onnx/onnx-graph.ts'

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
    const choose = result!.type === 'bool' ? chosenBools : chosen
    lowering.define(result!, choose(lowering.onnx, [names[0]!, ...branches]), layout)
  },
})

function chosen(onnx: OnnxGraph, names: readonly string[]): string {
  return onnx.node('Where', names)
}

/** onnxruntime has no Where for bools (1.30). */
function chosenBools(onnx: OnnxGraph, [condition, a, b]: readonly string[]): string {
  const left = onnx.node('And', [condition!, a!])
  return onnx.node('Or', [left, onnx.node('And', [onnx.node('Not', [condition!]), b!])])
}
