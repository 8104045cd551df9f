import { operator } from '../graph/operator.ts'
import { type Dimension, knownIntegers, type Shape, type Value } from '../graph/value.ts'
import type { Lowering } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'
import { axisIn } from './layout.ts'
import { asInt64, vectorLength } from './shape-vector.ts'
import {
  type Bound,
  type SlicePart,
  type SliceRange,
  type StridedSliceMasks,
  sliceParts,
} from './slice-parts.ts'

/** Operands: x and vectors of begin, end and strides, of which begin and end may be known at run time only. */
export const stridedSlice = operator<StridedSliceMasks>({
  name: 'StridedSlice',
  semantics: 'TensorFlow StridedSlice, TF.js sliceInfo',
  infer: (operands, masks) => {
    const x = operands[0]!
    return [{ type: x.type, shape: slicedShape(x.shape, partsOf(operands, masks)) }]
  },
  know: (operands, masks) => knownElements(operands[0]!, partsOf(operands, masks)),
  lower: (lowering, { operands, attributes, results }) => {
    const x = operands[0]!
    const parts = partsOf(operands, attributes)
    const ranges = parts.filter((part) => part.kind === 'range')
    const layout = ranges.length === parts.length ? lowering.layoutOf(x) : 'channelsLast'
    const bounds = new BoundNames(lowering, operands)
    const axes = ranges.map(({ axis }) => axisIn(layout, axis, x.shape.length))
    let name = cutRanges(lowering, lowering.in(layout, x), { bounds, x, ranges, axes })
    name = pickIndices(lowering, name, { bounds, parts })
    lowering.define(results[0]!, insertAxes(lowering, name, parts), layout)
  },
})

function partsOf([x, begin, end, strides]: readonly Value[], masks: StridedSliceMasks): readonly SlicePart[] {
  const steps = knownIntegers(strides!)
  if (steps === undefined) throw new NotCompiled('strides that are known at run time only')
  return sliceParts({
    rank: x!.shape.length,
    begin: bounds(begin!),
    end: bounds(end!),
    strides: steps,
    masks,
  })
}

function bounds(vector: Value): readonly Bound[] {
  const length = vectorLength(vector)
  return Array.from({ length }, (_, at) => vector.elements?.[at] ?? { at })
}

function slicedShape(shape: Shape, parts: readonly SlicePart[]): Shape {
  return parts.flatMap((part): Shape => {
    if (part.kind === 'new') return [1]
    const dim = shape[part.axis]!
    if (part.kind === 'range') return [rangeLength(part, dim)]
    const { index } = part
    if (dim !== null && typeof index === 'number' && (index < -dim || index >= dim))
      throw new NotCompiled(`index ${index} of a dimension of ${dim}`)
    return []
  })
}

function rangeLength(range: SliceRange, dim: Dimension): Dimension {
  if (isWhole(range)) return dim
  const resolved = resolve(range, dim)
  return resolved === undefined ? null : lengthOf(resolved, range.stride)
}

function isWhole({ begin, end, stride }: SliceRange): boolean {
  return begin === 'open' && end === 'open' && stride === 1
}

interface Resolved {
  readonly begin: number
  readonly end: number
}

/** TF.js `canonical`: from begin up to, or down to, but without end. undefined where only a run tells. */
function resolve({ begin, end, stride }: SliceRange, dim: Dimension): Resolved | undefined {
  if (dim === null || typeof begin === 'object' || typeof end === 'object') return undefined
  const [lowest, highest] = stride > 0 ? [0, dim] : [-1, dim - 1]
  const clamp = (bound: number): number =>
    Math.min(Math.max(bound < 0 ? bound + dim : bound, lowest), highest)
  return {
    begin: begin === 'open' ? (stride > 0 ? lowest : highest) : clamp(begin),
    end: end === 'open' ? (stride > 0 ? highest : lowest) : clamp(end),
  }
}

function lengthOf({ begin, end }: Resolved, stride: number): number {
  return Math.max(0, Math.ceil((end - begin) / stride))
}

function knownElements(x: Value, parts: readonly SlicePart[]): readonly Dimension[] | undefined {
  const { elements } = x
  const part = parts.find(({ kind }) => kind !== 'new')
  if (elements === undefined || x.shape.length !== 1 || part === undefined || part.kind === 'new')
    return undefined
  if (parts.length > 1) return undefined
  if (part.kind === 'index')
    return typeof part.index === 'number' ? [elements.at(part.index) ?? null] : undefined
  const resolved = resolve(part, elements.length)
  if (resolved === undefined) return undefined
  const length = lengthOf(resolved, part.stride)
  return Array.from({ length }, (_, index) => elements[resolved.begin + index * part.stride] ?? null)
}

/** ONNX takes bounds beyond any dimension as "to the end", in either direction. */
const BEYOND = 2 ** 31 - 1
const BEFORE = -(2 ** 31)

/** Bounds as ONNX takes them: numbers, and names of what only a run tells. */
class BoundNames {
  readonly #lowering: Lowering
  readonly #vectors: readonly Value[]

  constructor(lowering: Lowering, [, begin, end]: readonly Value[]) {
    this.#lowering = lowering
    this.#vectors = [begin!, end!]
  }

  /** Begin (0) or end (1) of all ranges, as one vector of int64. */
  vector(which: 0 | 1, values: readonly (number | { readonly at: number })[]): string {
    const { onnx } = this.#lowering
    if (values.every((value) => typeof value === 'number')) return onnx.integers(values)
    const parts = values.map((value) =>
      typeof value === 'number' ? onnx.integers([value]) : this.#element(which, onnx.integers([value.at])),
    )
    return parts.length === 1 ? parts[0]! : onnx.node('Concat', parts, { axis: 0 })
  }

  /** An index, without dimensions. */
  scalar(value: number | { readonly at: number }): string {
    const { onnx } = this.#lowering
    return typeof value === 'number' ? onnx.integer(value) : this.#element(0, onnx.integer(value.at))
  }

  #element(which: 0 | 1, at: string): string {
    return this.#lowering.onnx.node('Gather', [asInt64(this.#lowering, this.#vectors[which]!), at], {
      axis: 0,
    })
  }
}

interface RangeCut {
  readonly bounds: BoundNames
  readonly x: Value
  readonly ranges: readonly SliceRange[]
  /** Of the layout that x is taken in. */
  readonly axes: readonly number[]
}

function cutRanges(lowering: Lowering, name: string, { bounds, x, ranges, axes }: RangeCut): string {
  const cuts = ranges
    .map((range, index) => ({ range, axis: axes[index]!, ends: onnxBounds(range, x.shape[range.axis]!) }))
    .filter(({ range }) => !isWhole(range))
  if (cuts.length === 0) return name
  return lowering.onnx.node('Slice', [
    name,
    bounds.vector(
      0,
      cuts.map(({ ends }) => ends[0]),
    ),
    bounds.vector(
      1,
      cuts.map(({ ends }) => ends[1]),
    ),
    lowering.onnx.integers(cuts.map(({ axis }) => axis)),
    lowering.onnx.integers(cuts.map(({ range }) => range.stride)),
  ])
}

type OnnxBound = number | { readonly at: number }

function onnxBounds(range: SliceRange, dim: Dimension): readonly [OnnxBound, OnnxBound] {
  const resolved = resolve(range, dim)
  if (resolved === undefined) return unresolvedBounds(range)
  if (lengthOf(resolved, range.stride) === 0) return [0, 0]
  return [resolved.begin, resolved.end === -1 ? BEFORE : resolved.end]
}

/** ONNX counts and clamps bounds as TensorFlow does, except for a walk backwards that begins before the first element. */
function unresolvedBounds({ begin, end, stride }: SliceRange): readonly [OnnxBound, OnnxBound] {
  const backwards = stride < 0
  if (backwards && (typeof begin === 'object' || typeof end === 'object' || (begin !== 'open' && begin < -1)))
    throw new NotCompiled('a slice backwards with bounds that are known at run time only')
  return [
    begin === 'open' ? (backwards ? BEYOND : 0) : begin,
    end === 'open' ? (backwards ? BEFORE : BEYOND) : end,
  ]
}

interface Picked {
  readonly bounds: BoundNames
  readonly parts: readonly SlicePart[]
}

/** Gather takes a negative index from the end and fails out of range, as TF.js does for a single index. */
function pickIndices(lowering: Lowering, name: string, { bounds, parts }: Picked): string {
  return parts
    .filter((part) => part.kind === 'index')
    .toReversed()
    .reduce(
      (from, { axis, index }) => lowering.onnx.node('Gather', [from, bounds.scalar(index)], { axis }),
      name,
    )
}

function insertAxes(lowering: Lowering, name: string, parts: readonly SlicePart[]): string {
  const axes = parts
    .filter(({ kind }) => kind !== 'index')
    .flatMap(({ kind }, axis) => (kind === 'new' ? [axis] : []))
  return axes.length === 0 ? name : lowering.onnx.node('Unsqueeze', [name, lowering.onnx.integers(axes)])
}
