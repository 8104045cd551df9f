import { type Operator, operator } from '../graph/operator.ts'
import type { Dimension, Value } from '../graph/value.ts'
import { inLayout, type Layout, type Lowering } from '../lower/lowering.ts'
import { asInt32 } from './shape-vector.ts'

/** The dimensions of a value, in TF.js's order and type. */
export const shape: Operator<null> = operator({
  name: 'Shape',
  semantics: 'TensorFlow Shape with out_type int32, which is all that TF.js gives',
  infer: ([x]) => [{ type: 'int32' as const, shape: [x!.shape.length] }],
  know: ([x]) => x!.shape,
  lower: (lowering, { operands: [x], results }) => {
    lowering.define(results[0]!, asInt32(lowering, shapeVector(lowering, x!)))
  },
})

/** The number of elements. */
export const size: Operator<null> = operator({
  name: 'Size',
  semantics: 'TensorFlow Size with out_type int32',
  infer: () => [{ type: 'int32' as const, shape: [] }],
  know: ([x]) => [x!.shape.reduce(product, 1)],
  lower: (lowering, { operands: [x], results }) => {
    const count = lowering.onnx.node('Size', [lowering.in(lowering.layoutOf(x!), x!)])
    lowering.define(results[0]!, asInt32(lowering, count))
  },
})

/** Name of the shape as int64. It is read from the value as it lies: only the few numbers are put in order. */
function shapeVector(lowering: Lowering, x: Value): string {
  const { onnx } = lowering
  if (!x.shape.includes(null)) return onnx.integers(x.shape as readonly number[])
  const layout = lowering.layoutOf(x)
  const lying = onnx.node('Shape', [lowering.in(layout, x)])
  return layout === 'channelsLast' ? lying : onnx.node('Gather', [lying, onnx.integers(lastFrom(layout, x))])
}

/** Where in the shape as it lies each dimension of TF.js's order is. */
function lastFrom(layout: Layout, { shape }: Value): readonly number[] {
  const axes = shape.map((_, axis) => axis)
  const lying = inLayout(layout, axes)
  return axes.map((axis) => lying.indexOf(axis))
}

function product(a: Dimension, b: Dimension): Dimension {
  return a === null || b === null ? null : a * b
}
