import { operator } from '../graph/operator.ts'
import { NotCompiled } from '../not-compiled.ts'

export interface ResponseNormalizationAttributes {
  /** How many channels on either side. */
  readonly radius: number
  readonly bias: number
  readonly alpha: number
  readonly beta: number
}

/** Divides by (bias + alpha * sum of squares of the channels around) ^ beta. */
export const responseNormalization = operator<ResponseNormalizationAttributes>({
  name: 'LRN',
  semantics: 'TensorFlow LRN',
  infer: ([x], { radius }) => {
    if (radius < 0) throw new NotCompiled(`a radius of ${radius}`)
    if (x!.shape.length !== 4 || x!.type !== 'float32') throw new NotCompiled('an operand that is no image')
    return [{ type: x!.type, shape: x!.shape }]
  },
  lower: (lowering, { operands: [x], attributes: { radius, bias, alpha, beta }, results }) => {
    const size = 2 * radius + 1
    // ONNX divides alpha by the number of channels.
    const attributes = {
      size,
      bias: { float: bias },
      alpha: { float: alpha * size },
      beta: { float: beta },
    }
    const name = lowering.onnx.node('LRN', [lowering.channelsFirst(x!)], attributes)
    lowering.define(results[0]!, name, 'channelsFirst')
  },
})
