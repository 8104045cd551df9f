import { operator } from '../graph/operator.ts'
import { NotCompiled } from '../not-compiled.ts'
import { asInt32 } from './shape-vector.ts'

/** The coordinates of what is true, a row each, in order. */
export const where = operator<null>({
  name: 'Where',
  semantics: 'TensorFlow Where, TF.js whereImpl',
  infer: ([condition]) => {
    if (condition!.type !== 'bool' || condition!.shape.length === 0)
      throw new NotCompiled('a condition that is no tensor of bool')
    return [{ type: 'int32', shape: [null, condition!.shape.length] }]
  },
  lower: (lowering, { operands: [condition], results }) => {
    const { onnx } = lowering
    const columns = onnx.node('NonZero', [lowering.channelsLast(condition!)])
    lowering.define(results[0]!, asInt32(lowering, onnx.node('Transpose', [columns], { perm: [1, 0] })))
  },
})
