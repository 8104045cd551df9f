import { operator } from '../graph/operator.ts'
import { knownIntegers } from '../graph/value.ts'
import { NotCompiled } from '../not-compiled.ts'
import { asInt32, asInt64 } from './shape-vector.ts'

/** Operands: x and k, a scalar of int32. Results: the largest values of the last dimension in order, and where they are. */
export const topK = operator<null>({
  name: 'TopKV2',
  semantics: 'TensorFlow TopKV2, sorted; of equal values the one with the lower index first',
  infer: ([x, k]) => {
    const last = x!.shape.at(-1)
    const count = knownIntegers(k!)?.[0] ?? null
    if (last === undefined || x!.type === 'bool') throw new NotCompiled(`an operand of type ${x!.type}`)
    if (count !== null && (count < 0 || (last !== null && count > last)))
      throw new NotCompiled(`the largest ${count} of ${last}`)
    const shape = [...x!.shape.slice(0, -1), count]
    return [
      { type: x!.type, shape },
      { type: 'int32', shape },
    ]
  },
  lower: (lowering, { operands: [x, k], results }) => {
    const count = lowering.onnx.node('Reshape', [asInt64(lowering, k!), lowering.onnx.integers([1])])
    const [values, indices] = lowering.onnx.nodeOf(2, {
      type: 'TopK',
      inputs: [lowering.channelsLast(x!), count],
      attributes: { axis: -1, largest: 1, sorted: 1 },
    })
    lowering.define(results[0]!, values!)
    lowering.define(results[1]!, asInt32(lowering, indices!))
  },
})
