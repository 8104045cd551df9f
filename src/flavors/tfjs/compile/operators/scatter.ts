import { type Operator, operator } from '../graph/operator.ts'
import type { Value } from '../graph/value.ts'
import { NotCompiled } from '../not-compiled.ts'

/**
 * Operands: x, indices whose last dimension holds leading coordinates, and what comes there. The indices have to be
 * constant and different: onnxruntime writes in no certain order.
 */
export const tensorScatterUpdate: Operator<null> = operator({
  name: 'TensorScatterUpdate',
  semantics: 'TensorFlow TensorScatterUpdate',
  infer: ([x, indices, updates]) => {
    checkIndices(x!, indices!)
    if (updates!.type !== x!.type) throw new NotCompiled('operands of different types')
    return [{ type: x!.type, shape: x!.shape }]
  },
  lower: (lowering, { operands: [x, indices, updates], results }) => {
    const coordinates = lowering.onnx.cast(lowering.channelsLast(indices!), 'int64')
    const names = [lowering.channelsLast(x!), coordinates, lowering.channelsLast(updates!)]
    lowering.define(results[0]!, lowering.onnx.node('ScatterND', names))
  },
})

function checkIndices(x: Value, { constant, shape }: Value): void {
  const depth = shape.at(-1)
  if (constant?.type !== 'int32' || depth === null || depth === undefined || depth === 0)
    throw new NotCompiled('indices that are known at run time only')
  if (x.shape.slice(0, depth).includes(null))
    throw new NotCompiled('indices into a dimension that is known at run time only')
  const places = new Set<string>()
  for (let at = 0; at < constant.data.length; at += depth) {
    const place = constant.data.subarray(at, at + depth)
    if (place.some((index, axis) => index < 0 || !(index < (x.shape[axis] ?? 0))))
      throw new NotCompiled(`index [${place}] is out of range`)
    places.add(place.join())
  }
  if (places.size < constant.data.length / depth) throw new NotCompiled('the same index twice')
}
