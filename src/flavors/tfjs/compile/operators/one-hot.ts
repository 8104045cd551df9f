import { operator } from '../graph/operator.ts'
import { NotCompiled } from '../not-compiled.ts'

export interface OneHotAttributes {
  /** Length of the new last dimension. */
  readonly depth: number
}

/** As many integers are kept in the model. No vocabulary is larger. */
const MOST_DEPTH = 2 ** 20

/** Operands: indices of int32, the value at the index and the value elsewhere. An index out of range is nowhere. */
export const oneHot = operator<OneHotAttributes>({
  name: 'OneHot',
  semantics: 'TensorFlow OneHot along a new last axis',
  infer: ([indices, on, off], { depth }) => {
    if (indices!.type !== 'int32') throw new NotCompiled(`indices of type ${indices!.type}`)
    if (on!.type !== off!.type || on!.type === 'bool') throw new NotCompiled(`values of type ${on!.type}`)
    // TF.js refuses a depth of 1 as well.
    if (!Number.isInteger(depth) || depth < 2 || depth > MOST_DEPTH)
      throw new NotCompiled(`a depth of ${depth}`)
    return [{ type: on!.type, shape: [...indices!.shape, depth] }]
  },
  lower: (lowering, { operands: [indices, on, off], attributes: { depth }, results }) => {
    const { onnx } = lowering
    const last = onnx.integers([indices!.shape.length])
    const column = onnx.node('Unsqueeze', [lowering.channelsLast(indices!), last])
    const places = Int32Array.from({ length: depth }, (_, index) => index)
    const isThere = onnx.node('Equal', [
      column,
      onnx.constant({ type: 'int32', shape: [depth], data: places }),
    ])
    const names = [isThere, lowering.channelsLast(on!), lowering.channelsLast(off!)]
    lowering.define(results[0]!, onnx.node('Where', names))
  },
})
