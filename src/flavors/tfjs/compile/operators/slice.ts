import { operator } from '../graph/operator.ts'
import type { Dimension, Shape, Value } from '../graph/value.ts'
import type { Layout, Lowering } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'
import { axisIn } from './layout.ts'

export interface SliceAttributes {
  readonly begin: readonly number[]
  /** -1: all the rest. */
  readonly size: readonly number[]
}

interface Cut {
  readonly axis: number
  readonly begin: number
  /** undefined: to the end. */
  readonly size: number | undefined
}

export const slice = operator<SliceAttributes>({
  name: 'Slice',
  semantics: 'TensorFlow Slice, TF.js parseSliceParams',
  infer: ([x], attributes) => [{ type: x!.type, shape: slicedShape(x!.shape, attributes) }],
  know: ([x], { begin, size }) =>
    x!.elements?.slice(begin[0], size[0] === -1 ? undefined : (begin[0] ?? 0) + size[0]!),
  lower: (lowering, { operands: [x], attributes, results }) => {
    const layout = lowering.layoutOf(x!)
    const name = lowering.in(layout, x!)
    const list = cuts(x!.shape, attributes)
    const cut = list.length === 0 ? name : cutOut(lowering, name, { layout, rank: x!.shape.length, list })
    lowering.define(results[0]!, guarded(lowering, cut, { x: x!, layout, list }), layout)
  },
})

function slicedShape(shape: Shape, { begin, size }: SliceAttributes): Shape {
  if (begin.length !== shape.length || size.length !== shape.length)
    throw new NotCompiled(`bounds of ${begin.length} dimensions for one of ${shape.length}`)
  return shape.map((dim, axis) => slicedDimension(dim, begin[axis]!, size[axis]!))
}

function slicedDimension(dim: Dimension, begin: number, size: number): Dimension {
  if (begin < 0 || size < -1) throw new NotCompiled('a slice with negative bounds')
  if (dim !== null && begin + Math.max(size, 0) > dim)
    throw new NotCompiled(`a slice of ${size} from ${begin} on leaves a dimension of ${dim}`)
  if (size !== -1) return size
  return dim === null ? null : dim - begin
}

function cuts(shape: Shape, { begin, size }: SliceAttributes): readonly Cut[] {
  return shape.flatMap((dim, axis): Cut[] => {
    const from = begin[axis]!
    const count = size[axis]!
    const isWhole = from === 0 && (count === -1 || count === dim)
    return isWhole ? [] : [{ axis, begin: from, size: count === -1 ? undefined : count }]
  })
}

interface CutList {
  readonly layout: Layout
  readonly rank: number
  readonly list: readonly Cut[]
}

/** An end that no dimension reaches: ONNX takes the largest integers as "to the end". */
const OPEN_END = 2 ** 31 - 1

function cutOut(lowering: Lowering, name: string, { layout, rank, list }: CutList): string {
  return lowering.onnx.node('Slice', [
    name,
    lowering.onnx.integers(list.map(({ begin }) => begin)),
    lowering.onnx.integers(list.map(({ begin, size }) => (size === undefined ? OPEN_END : begin + size))),
    lowering.onnx.integers(list.map(({ axis }) => axisIn(layout, axis, rank))),
  ])
}

/** ONNX cuts what is shorter than the slice to what is there; TF.js fails, and so does a Reshape to the promised size. */
function guarded(
  lowering: Lowering,
  name: string,
  { x, layout, list }: { readonly x: Value; readonly layout: Layout; readonly list: readonly Cut[] },
): string {
  const rank = x.shape.length
  const promised = list.filter(({ axis, size }) => x.shape[axis] === null && size !== undefined && size > 0)
  if (promised.length === 0) return name
  const dims = new Array<number>(rank).fill(0)
  for (const { axis, size } of promised) dims[axisIn(layout, axis, rank)] = size!
  return lowering.onnx.node('Reshape', [name, lowering.onnx.integers(dims)])
}
