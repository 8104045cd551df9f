import { operator } from '../graph/operator.ts'
import { axisIn } from './layout.ts'
import type { AxesAttributes } from './reshape.ts'

/** Before the first element, for a walk backwards. */
const BEFORE_ALL = -(2 ** 31)

export const reverse = operator<AxesAttributes>({
  name: 'Reverse',
  semantics: 'TensorFlow ReverseV2',
  infer: ([x]) => [{ type: x!.type, shape: x!.shape }],
  know: ([x], { axes }) => (axes.length === 0 ? x!.elements : x!.elements?.toReversed()),
  lower: (lowering, { operands: [x], attributes: { axes }, results }) => {
    const layout = lowering.layoutOf(x!)
    const name = lowering.in(layout, x!)
    if (axes.length === 0) return lowering.define(results[0]!, name, layout)
    const reversed = lowering.onnx.node('Slice', [
      name,
      lowering.onnx.integers(axes.map(() => -1)),
      lowering.onnx.integers(axes.map(() => BEFORE_ALL)),
      lowering.onnx.integers(axes.map((axis) => axisIn(layout, axis, x!.shape.length))),
      lowering.onnx.integers(axes.map(() => -1)),
    ])
    lowering.define(results[0]!, reversed, layout)
  },
})
