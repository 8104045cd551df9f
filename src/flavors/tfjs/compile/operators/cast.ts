import { operator } from '../graph/operator.ts'
import type { ElementType } from '../graph/value.ts'

export interface CastAttributes {
  readonly type: ElementType
}

/**
 * Fractions are cut off on the way to int32, as in TF.js. What int32 does not hold (NaN, infinities, 2³¹ and more) is
 * without meaning in ONNX, where TF.js wraps it around or takes it for 0.
 */
export const cast = operator<CastAttributes>({
  name: 'Cast',
  semantics: 'TensorFlow Cast',
  infer: ([x], { type }) => [{ type, shape: x!.shape }],
  know: ([x], { type }) => (type === 'int32' ? x!.elements : undefined),
  lower: (lowering, { operands, attributes, results }) => {
    const [x] = operands
    const layout = lowering.layoutOf(x!)
    const name = lowering.in(layout, x!)
    const isSame = x!.type === attributes.type
    lowering.define(results[0]!, isSame ? name : lowering.onnx.cast(name, attributes.type), layout)
  },
})
