import { type Operator, operator } from '../graph/operator.ts'
import { channelsFirstAxis } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'
import { reducedShape, reductionLayouts } from './reduction.ts'

export interface ArgumentAttributes {
  readonly axis: number
}

/** The index of the first of the largest elements. */
export const argMax = argument('ArgMax')
/** The index of the first of the smallest elements. */
export const argMin = argument('ArgMin')

function argument(name: 'ArgMax' | 'ArgMin'): Operator<ArgumentAttributes> {
  return operator<ArgumentAttributes>({
    name,
    semantics: `TensorFlow ${name}`,
    infer: ([x], { axis }) => {
      if (x!.type === 'bool') throw new NotCompiled('an operand of type bool')
      return [{ type: 'int32', shape: reducedShape(x!.shape, { axes: [axis], keepDimensions: false }) }]
    },
    lower: (lowering, { operands, attributes: { axis }, results }) => {
      const [x] = operands
      const rank = x!.shape.length
      const { from, to } = reductionLayouts(lowering, x!, { axes: [axis], keepDimensions: false })
      const own = from === 'channelsFirst' ? channelsFirstAxis(axis, rank) : axis
      const index = lowering.onnx.node(name, [lowering.in(from, x!)], { axis: own, keepdims: 0 })
      lowering.define(results[0]!, lowering.onnx.cast(index, 'int32'), to)
    },
  })
}
