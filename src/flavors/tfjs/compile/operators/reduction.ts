import { type Operator, operator } from '../graph/operator.ts'
import type { Dimension, ElementType, Shape, Value } from '../graph/value.ts'
import { channelsFirstAxis, type Layout, type Lowering } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'
import type { OnnxType } from '../onnx/onnx-graph.ts'

/** Operators that make one element of many. Axes are those of TF.js's order, not negative, each of them once. */

export interface ReductionAttributes {
  readonly axes: readonly number[]
  /** Whether the dimensions stay, with a size of 1. */
  readonly keepDimensions: boolean
}

interface ReductionRow {
  readonly name: string
  readonly onnxType: string
  /** The type that the operand is brought to, and the result has; NotCompiled where TF.js does not take it. */
  readonly type: (type: ElementType) => ElementType
  /** The type that is reduced instead of the result's, where ONNX reduces no such type or otherwise. */
  readonly onnxReduces?: (type: ElementType) => OnnxType
  /** Of all elements of a list, for shapes. */
  readonly know?: (elements: readonly number[]) => number
}

/** Of int32 and bool the mean is float32, as in TF.js. */
export const mean = reduction({ name: 'Mean', onnxType: 'ReduceMean', type: () => 'float32' })

/** Of bool the sum and the product are int32. */
export const sum = reduction({
  name: 'Sum',
  onnxType: 'ReduceSum',
  type: counted,
  onnxReduces: wrapped,
  know: sumOf,
})
export const product = reduction({
  name: 'Prod',
  onnxType: 'ReduceProd',
  type: counted,
  onnxReduces: wrapped,
  know: productOf,
})

export const max = reduction({ name: 'Max', onnxType: 'ReduceMax', type: ordered, know: largestOf })
export const min = reduction({ name: 'Min', onnxType: 'ReduceMin', type: ordered, know: smallestOf })

export const all = reduction({ name: 'All', onnxType: 'ReduceMin', type: logical, onnxReduces: asNumbers })
/** A sum, since of no elements onnxruntime's largest is not 0. */
export const any = reduction({ name: 'Any', onnxType: 'ReduceSum', type: logical, onnxReduces: asNumbers })

function counted(type: ElementType): ElementType {
  return type === 'bool' ? 'int32' : type
}

/** Of int32 onnxruntime's sums and products end at the largest one (1.30), where those of TF.js wrap around. */
function wrapped(type: ElementType): OnnxType {
  return type === 'int32' ? 'int64' : type
}

function asNumbers(): OnnxType {
  return 'int32'
}

function ordered(type: ElementType): ElementType {
  if (type === 'bool') throw new NotCompiled('an operand of type bool')
  return type
}

function logical(type: ElementType): ElementType {
  if (type !== 'bool') throw new NotCompiled(`an operand of type ${type}`)
  return type
}

function sumOf(elements: readonly number[]): number {
  return elements.reduce((sum, element) => sum + element, 0)
}

function productOf(elements: readonly number[]): number {
  return elements.reduce((product, element) => product * element, 1)
}

function largestOf(elements: readonly number[]): number {
  return elements.reduce((most, element) => Math.max(most, element))
}

function smallestOf(elements: readonly number[]): number {
  return elements.reduce((least, element) => Math.min(least, element))
}

function reduction(row: ReductionRow): Operator<ReductionAttributes> {
  return operator<ReductionAttributes>({
    name: row.name,
    semantics: `TensorFlow ${row.name}`,
    infer: ([x], attributes) => [{ type: row.type(x!.type), shape: reducedShape(x!.shape, attributes) }],
    know: ([x], attributes) => knownReduction(row, x!, attributes),
    lower: (lowering, { operands, attributes, results }) =>
      lowerReduction(lowering, row, { x: operands[0]!, attributes, result: results[0]! }),
  })
}

function knownReduction(
  { know }: ReductionRow,
  { type, shape, elements }: Value,
  { axes, keepDimensions }: ReductionAttributes,
): readonly Dimension[] | undefined {
  if (know === undefined || type !== 'int32' || elements === undefined || shape.length !== 1) return undefined
  if (axes.length !== 1 || keepDimensions || elements.length === 0) return undefined
  const result = elements.includes(null) ? null : know(elements as readonly number[])
  // What wraps around is left to a run.
  return [result !== null && (result | 0) === result ? result : null]
}

export function reducedShape(shape: Shape, { axes, keepDimensions }: ReductionAttributes): Shape {
  for (const axis of axes) {
    if (axis < 0 || axis >= shape.length) throw new NotCompiled(`axis ${axis} of rank ${shape.length}`)
  }
  if (keepDimensions) return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
  return shape.filter((_, axis) => !axes.includes(axis))
}

interface Reduced {
  readonly x: Value
  readonly attributes: ReductionAttributes
  readonly result: Value
}

function lowerReduction(lowering: Lowering, row: ReductionRow, { x, attributes, result }: Reduced): void {
  const { onnx } = lowering
  const { from, to } = reductionLayouts(lowering, x, attributes)
  const name = lowering.in(from, x)
  if (attributes.axes.length === 0 && x.type === result.type) {
    lowering.define(result, name, to)
    return
  }
  const reducedType = row.onnxReduces?.(result.type) ?? result.type
  const operand = x.type === reducedType ? name : onnx.cast(name, reducedType)
  const reduced = reducedName(lowering, row.onnxType, operand, {
    from,
    type: reducedType,
    rank: x.shape.length,
    attributes,
  })
  lowering.define(result, reducedType === result.type ? reduced : onnx.cast(reduced, result.type), to)
}

interface ReducedIn {
  readonly from: Layout
  readonly type: OnnxType
  readonly rank: number
  readonly attributes: ReductionAttributes
}

/** What the mean or the largest of all places is besides: a pool, which onnxruntime keeps in the layout of convolutions. */
const POOLS: Readonly<Record<string, string>> = {
  ReduceMean: 'GlobalAveragePool',
  ReduceMax: 'GlobalMaxPool',
}

/** No axes would be all of them to ONNX. */
function reducedName(
  { onnx }: Lowering,
  onnxType: string,
  operand: string,
  { from, type, rank, attributes: { axes, keepDimensions } }: ReducedIn,
): string {
  if (axes.length === 0) return operand
  const pool = POOLS[onnxType]
  if (pool !== undefined && type === 'float32' && from === 'channelsFirst' && isOfPlaces(axes, rank)) {
    const pooled = onnx.node(pool, [operand])
    return keepDimensions ? pooled : onnx.node('Flatten', [pooled], { axis: 1 })
  }
  const own = from === 'channelsFirst' ? axes.map((axis) => channelsFirstAxis(axis, rank)) : axes
  return onnx.node(onnxType, [operand, onnx.integers(own)], { keepdims: Number(keepDimensions) })
}

/** Whether the axes are all dimensions but the rows and the channels. */
function isOfPlaces(axes: readonly number[], rank: number): boolean {
  return axes.length === rank - 2 && !axes.includes(0) && !axes.includes(rank - 1)
}

/** The layout that the operand is reduced in, and the one that the result is in then. */
export function reductionLayouts(
  lowering: Lowering,
  x: Value,
  { axes, keepDimensions }: ReductionAttributes,
): { readonly from: Layout; readonly to: Layout } {
  const from = lowering.layoutOf(x)
  if (from === 'channelsLast' || keepDimensions || axes.length === 0) return { from, to: from }
  const rank = x.shape.length
  const keepsChannels = !axes.includes(rank - 1)
  const keepsPlaces = axes.filter((axis) => axis > 0 && axis < rank - 1).length < rank - 2
  if (!keepsChannels || !keepsPlaces) return { from, to: 'channelsLast' }
  // Without the rows, channels before places are in neither of the two orders.
  if (axes.includes(0)) return { from: 'channelsLast', to: 'channelsLast' }
  return { from, to: 'channelsFirst' }
}
