import { operator } from '../graph/operator.ts'
import { channelsFirstAxis } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'

export interface CumulativeAttributes {
  readonly axis: number
  /** Whether an element's own value is left out of its sum. */
  readonly exclusive: boolean
  /** Whether it is summed from the end. */
  readonly reverse: boolean
}

export const cumulativeSum = operator<CumulativeAttributes>({
  name: 'Cumsum',
  semantics: 'TensorFlow Cumsum',
  infer: ([x], { axis }) => {
    if (x!.type === 'bool') throw new NotCompiled('an operand of type bool')
    if (axis < 0 || axis >= x!.shape.length) throw new NotCompiled(`axis ${axis} of rank ${x!.shape.length}`)
    return [{ type: x!.type, shape: x!.shape }]
  },
  lower: (lowering, { operands, attributes, results }) => {
    const [x] = operands
    const { onnx } = lowering
    const layout = lowering.layoutOf(x!)
    const { axis } = attributes
    const own = layout === 'channelsFirst' ? channelsFirstAxis(axis, x!.shape.length) : axis
    const sums = onnx.node('CumSum', [lowering.in(layout, x!), onnx.integer(own)], {
      exclusive: Number(attributes.exclusive),
      reverse: Number(attributes.reverse),
    })
    lowering.define(results[0]!, sums, layout)
  },
})
