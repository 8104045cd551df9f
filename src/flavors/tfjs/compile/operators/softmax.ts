import { expectFloats } from '../graph/element-types.ts'
import { type Operator, operator } from '../graph/operator.ts'
import { channelsFirstAxis } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'

export interface SoftmaxAttributes {
  readonly axis: number
}

export const softmax = row('Softmax')
export const logSoftmax = row('LogSoftmax')

function row(name: 'Softmax' | 'LogSoftmax'): Operator<SoftmaxAttributes> {
  return operator<SoftmaxAttributes>({
    name,
    semantics: `TensorFlow ${name}, over any dimension`,
    infer: ([x], { axis }) => {
      expectFloats([x!])
      if (axis < 0 || axis >= x!.shape.length) {
        throw new NotCompiled(`axis ${axis} of rank ${x!.shape.length}`)
      }
      return [{ type: 'float32', shape: x!.shape }]
    },
    lower: (lowering, { operands, attributes: { axis }, results }) => {
      const [x] = operands
      const layout = lowering.layoutOf(x!)
      const own = layout === 'channelsFirst' ? channelsFirstAxis(axis, x!.shape.length) : axis
      lowering.define(results[0]!, lowering.onnx.node(name, [lowering.in(layout, x!)], { axis: own }), layout)
    },
  })
}
