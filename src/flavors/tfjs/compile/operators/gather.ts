import { operator } from '../graph/operator.ts'
import { type Dimension, knownIntegers, type Shape, type Value } from '../graph/value.ts'
import type { Lowering } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'
import { axisIn } from './layout.ts'
import type { AxisAttributes } from './reshape.ts'

export interface GatherAttributes extends AxisAttributes {
  /** How many leading dimensions x and the indices have in common. At most the axis. */
  readonly batchDims: number
}

/** Operands: x and indices of int32, each of which has to be in range: a run with others fails, as TF.js does. */
export const gather = operator<GatherAttributes>({
  name: 'GatherV2',
  semantics: 'TensorFlow GatherV2, TF.js collectGatherOpShapeInfo',
  infer: ([x, indices], attributes) => [{ type: x!.type, shape: gatheredShape(x!, indices!, attributes) }],
  know: ([x, indices]) => gatheredElements(x!, indices!),
  lower: (lowering, { operands: [x, indices], attributes, results }) => {
    if (attributes.batchDims > 0)
      return lowering.define(results[0]!, batchGathered(lowering, { x: x!, indices: indices! }, attributes))
    // One index an element of the axis: the rank stays, and with it the layout.
    const layout = indices!.shape.length === 1 ? lowering.layoutOf(x!) : 'channelsLast'
    const names = [lowering.in(layout, x!), guardedIndices(lowering, indices!)]
    const axis = axisIn(layout, attributes.axis, x!.shape.length)
    lowering.define(results[0]!, lowering.onnx.node('Gather', names, { axis }), layout)
  },
})

/** Operands: x and indices of int32, whose last dimension holds the leading coordinates of what is taken. */
export const gatherNd = operator<null>({
  name: 'GatherNd',
  semantics: 'TensorFlow GatherNd',
  infer: ([x, indices]) => {
    requireIndices(indices!)
    const depth = indices!.shape.at(-1)
    if (depth === undefined || depth === null || depth === 0 || depth > x!.shape.length)
      throw new NotCompiled(`indices of ${depth} coordinates for ${x!.shape.length} dimensions`)
    return [{ type: x!.type, shape: [...indices!.shape.slice(0, -1), ...x!.shape.slice(depth)] }]
  },
  lower: (lowering, { operands: [x, indices], results }) => {
    const coordinates = lowering.onnx.cast(guardedIndices(lowering, indices!), 'int64')
    lowering.define(results[0]!, lowering.onnx.node('GatherND', [lowering.channelsLast(x!), coordinates]))
  },
})

/**
 * Name of the indices with negative ones out of any range: onnxruntime would count them from the end, TF.js refuses
 * them.
 */
function guardedIndices(lowering: Lowering, indices: Value): string {
  const name = lowering.channelsLast(indices)
  if (indices.constant?.data.every((index) => index >= 0)) return name
  const { onnx } = lowering
  const isNegative = onnx.node('Less', [name, onnx.scalar('int32', 0)])
  return onnx.node('Where', [isNegative, onnx.scalar('int32', 2 ** 31 - 1), name])
}

function requireIndices(indices: Value): void {
  if (indices.type !== 'int32') throw new NotCompiled(`indices of type ${indices.type}`)
}

function gatheredShape(x: Value, indices: Value, { axis, batchDims }: GatherAttributes): Shape {
  requireIndices(indices)
  const dim = x.shape[axis]
  if (dim === undefined) throw new NotCompiled(`there is no dimension ${axis}`)
  if (batchDims < 0 || batchDims > axis || batchDims > indices.shape.length)
    throw new NotCompiled(`${batchDims} common dimensions for axis ${axis}`)
  const known = indices.constant?.data
  if (known?.some((index) => index < 0 || (dim !== null && index >= dim)))
    throw new NotCompiled(`indices out of a dimension of ${dim}`)
  return [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)]
}

function gatheredElements(x: Value, indices: Value): readonly Dimension[] | undefined {
  const known = knownIntegers(indices)
  if (x.shape.length !== 1 || x.elements === undefined || known === undefined) return undefined
  return known.map((index) => x.elements![index] ?? null)
}

/** GatherND with the axis right behind the common dimensions, and then back in its place. */
function batchGathered(
  lowering: Lowering,
  { x, indices }: { readonly x: Value; readonly indices: Value },
  { axis, batchDims }: GatherAttributes,
): string {
  const { onnx } = lowering
  const rank = x.shape.length
  const axes = Array.from({ length: rank }, (_, index) => index)
  const outer = axes.slice(batchDims, axis)
  const order = [...axes.slice(0, batchDims), axis, ...outer, ...axes.slice(axis + 1)]
  const data = transposed(lowering, lowering.channelsLast(x), order)
  const last = onnx.integers([indices.shape.length])
  const wide = onnx.cast(guardedIndices(lowering, indices), 'int64')
  const picked = onnx.node('GatherND', [data, onnx.node('Unsqueeze', [wide, last])], {
    batch_dims: batchDims,
  })
  const own = indices.shape.length - batchDims
  const at = Array.from({ length: rank - 1 + own }, (_, index) => index)
  const back = [
    ...at.slice(0, batchDims),
    ...at.slice(batchDims + own, batchDims + own + outer.length),
    ...at.slice(batchDims, batchDims + own),
    ...at.slice(batchDims + own + outer.length),
  ]
  return transposed(lowering, picked, back)
}

function transposed(lowering: Lowering, name: string, perm: readonly number[]): string {
  return perm.every((axis, index) => axis === index)
    ? name
    : lowering.onnx.node('Transpose', [name], { perm })
}
