import { operator } from '../graph/operator.ts'
import type { Dimension, Shape, Value } from '../graph/value.ts'
import { NotCompiled } from '../not-compiled.ts'
import { asInt64, vectorLength } from './shape-vector.ts'

/** Operands: x and the shape it is repeated to; a Fill where x has no dimensions. */
export const broadcastTo = operator<null>({
  name: 'BroadcastTo',
  semantics: 'TensorFlow BroadcastTo, Fill',
  infer: ([x, shape]) => [{ type: x!.type, shape: broadcastShape(x!.shape, dimsOf(shape!)) }],
  know: ([x, shape]) => {
    const [length, ...more] = dimsOf(shape!)
    if (x!.shape.length > 0 || more.length > 0 || x!.elements === undefined || length === null)
      return undefined
    return new Array<Dimension>(length ?? 1).fill(x!.elements[0]!)
  },
  lower: (lowering, { operands: [x, shape], results }) => {
    const names = [lowering.channelsLast(x!), asInt64(lowering, shape!)]
    lowering.define(results[0]!, lowering.onnx.node('Expand', names))
  },
})

function dimsOf(shape: Value): Shape {
  const dims = shape.elements ?? new Array<null>(vectorLength(shape)).fill(null)
  if (dims.some((dim) => dim !== null && dim < 0)) throw new NotCompiled(`a shape of [${dims}]`)
  return dims
}

function broadcastShape(from: Shape, to: Shape): Shape {
  const missing = to.length - from.length
  if (missing < 0) throw new NotCompiled(`${from.length} dimensions cannot become ${to.length}`)
  return to.map((dim, axis) => {
    const own = axis < missing ? 1 : from[axis - missing]!
    if (own !== null && own !== 1 && dim !== null && own !== dim)
      throw new NotCompiled(`a dimension of ${own} cannot become ${dim}`)
    return own === null || own === 1 ? dim : own
  })
}
