import { operator } from '../graph/operator.ts'
import { NotCompiled } from '../not-compiled.ts'

export interface BandPartAttributes {
  /** How many diagonals below and above the main one stay; all of them where it is negative. */
  readonly lower: number
  readonly upper: number
}

/** Of matrices, the last two dimensions: zeros outside of a band. */
export const bandPart = operator<BandPartAttributes>({
  name: 'MatrixBandPart',
  semantics: 'TensorFlow MatrixBandPart',
  infer: ([x]) => {
    if (x!.shape.length < 2 || x!.type !== 'float32') throw new NotCompiled('an operand that is no matrix')
    return [{ type: x!.type, shape: x!.shape }]
  },
  lower: (lowering, { operands: [x], attributes: { lower, upper }, results }) => {
    const { onnx } = lowering
    let name = lowering.channelsLast(x!)
    if (lower >= 0) name = onnx.node('Trilu', [name, onnx.integer(-lower)], { upper: 1 })
    if (upper >= 0) name = onnx.node('Trilu', [name, onnx.integer(upper)], { upper: 0 })
    lowering.define(results[0]!, name)
  },
})
