import { elementCount } from '../../../../core/tensor.ts'
import { operator } from '../graph/operator.ts'
import type { Dimension, Shape, Value } from '../graph/value.ts'
import type { Lowering } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'
import { axisIn } from './layout.ts'
import { asInt64, vectorLength } from './shape-vector.ts'

/** Operators that leave the elements where they are and name the dimensions anew. */

export interface ReshapeAttributes {
  /** At most one is null, and follows from the others. */
  readonly dims: readonly Dimension[]
}

export const reshape = operator<ReshapeAttributes>({
  name: 'Reshape',
  semantics: 'TensorFlow Reshape with a constant shape',
  infer: ([x], { dims }) => [{ type: x!.type, shape: resolvedDims(x!.shape, dims) }],
  know: ([x], { dims }) => (dims.length <= 1 ? x!.elements : undefined),
  lower: (lowering, { operands: [x], attributes, results }) =>
    lowerReshape(lowering, x!, attributes.dims, results[0]!),
})

/** Operands: x and its new shape, of which more than one dimension may be known at run time only. */
export const reshapeTo = operator<null>({
  name: 'Reshape',
  semantics: 'TensorFlow Reshape',
  infer: ([x, shape]) => [{ type: x!.type, shape: reshapedTo(x!, shape!) }],
  know: ([x, shape]) => (vectorLength(shape!) <= 1 ? x!.elements : undefined),
  lower: (lowering, { operands: [x, shape], results }) => {
    const dims = shape!.elements
    if (dims !== undefined && dims.filter(isFree).length <= 1)
      return lowerReshape(lowering, x!, dims, results[0]!)
    const names = [lowering.channelsLast(x!), asInt64(lowering, shape!)]
    lowering.define(results[0]!, lowering.onnx.node('Reshape', names, { allowzero: 1 }))
  },
})

export interface AxesAttributes {
  readonly axes: readonly number[]
}

export const squeeze = operator<AxesAttributes>({
  name: 'Squeeze',
  semantics: 'TensorFlow Squeeze with its axes given',
  infer: ([x], { axes }) => {
    const wrong = axes.find((axis) => ![1, null].includes(x!.shape[axis]!))
    if (wrong !== undefined) throw new NotCompiled(`dimension ${wrong} is not 1`)
    return [{ type: x!.type, shape: x!.shape.filter((_, axis) => !axes.includes(axis)) }]
  },
  know: ([x]) => x!.elements,
  lower: (lowering, { operands: [x], attributes: { axes }, results }) => {
    const rank = x!.shape.length
    const inner = axes.every((axis) => axis !== 0 && axis !== rank - 1)
    const layout = inner ? lowering.layoutOf(x!) : 'channelsLast'
    const mapped = axes.map((axis) => axisIn(layout, axis, rank))
    const names = [lowering.in(layout, x!), lowering.onnx.integers(mapped)]
    lowering.define(results[0]!, lowering.onnx.node('Squeeze', names), layout)
  },
})

export interface AxisAttributes {
  readonly axis: number
}

/** The axis is the new dimension's. */
export const expandDims = operator<AxisAttributes>({
  name: 'ExpandDims',
  semantics: 'TensorFlow ExpandDims',
  infer: ([x], { axis }) => {
    if (axis > x!.shape.length) throw new NotCompiled(`there is no dimension ${axis}`)
    return [{ type: x!.type, shape: [...x!.shape.slice(0, axis), 1, ...x!.shape.slice(axis)] }]
  },
  know: ([x]) => (x!.shape.length === 0 ? x!.elements : undefined),
  lower: (lowering, { operands: [x], attributes: { axis }, results }) => {
    const rank = x!.shape.length + 1
    const layout = axis > 0 && axis < rank - 1 ? lowering.layoutOf(x!) : 'channelsLast'
    const names = [lowering.in(layout, x!), lowering.onnx.integers([axisIn(layout, axis, rank)])]
    lowering.define(results[0]!, lowering.onnx.node('Unsqueeze', names), layout)
  },
})

/** -1 is TensorFlow's way to say it, null is what only a run tells. */
function isFree(dim: Dimension): boolean {
  return dim === null || dim === -1
}

function reshapedTo(x: Value, shape: Value): Shape {
  const dims: readonly Dimension[] = shape.elements ?? new Array<null>(vectorLength(shape)).fill(null)
  if (dims.filter(isFree).length <= 1) return resolvedDims(x.shape, dims)
  return dims.map((dim) => (dim === -1 ? null : dim))
}

/** The new shape, its free dimension computed where it can be. @throws NotCompiled where it does not fit the old one. */
function resolvedDims(shape: Shape, dims: readonly Dimension[]): Shape {
  const free = dims.filter(isFree).length
  if (dims.some((dim) => dim !== null && dim < -1)) throw new NotCompiled(`a shape of [${dims}]`)
  if (free > 1) throw new NotCompiled('a shape with more than one free dimension')
  if (shape.includes(null)) return dims.map((dim) => (isFree(dim) ? null : dim))
  const count = elementCount(shape as readonly number[])
  const rest = elementCount(dims.filter((dim) => !isFree(dim)) as readonly number[])
  if (free === 0 ? count !== rest : rest === 0 || count % rest !== 0)
    throw new NotCompiled(`shape [${shape}] cannot become [${dims.map((dim) => dim ?? -1)}]`)
  return dims.map((dim) => (isFree(dim) ? count / rest : dim))
}

function lowerReshape(lowering: Lowering, x: Value, dims: readonly Dimension[], result: Value): void {
  if (lowering.layoutOf(x) === 'channelsFirst' && isFlattened(x.shape, result.shape)) {
    lowering.defineFlattened(result, x)
    return
  }
  const shape = lowering.onnx.integers(dims.map((dim) => dim ?? -1))
  const attributes = dims.includes(0) ? { allowzero: 1 } : {}
  lowering.define(result, lowering.onnx.node('Reshape', [lowering.channelsLast(x), shape], attributes))
}

/** Whether the rows stay, and places and channels become columns. */
function isFlattened(shape: Shape, flat: Shape): boolean {
  const inner = shape.slice(1)
  if (flat.length !== 2 || inner.includes(null) || inner.includes(0)) return false
  return elementCount(inner as readonly number[]) === flat[1]
}
