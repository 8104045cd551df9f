import { operator } from '../graph/operator.ts'
import type { Dimension } from '../graph/value.ts'
import { inLayout } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'
import type { OnnxGraph } from '../onnx/onnx-graph.ts'

/** What is cut off before and after a dimension. */
export type Cut = readonly [number, number]

export interface CropAttributes {
  /** For each dimension. */
  readonly cuts: readonly Cut[]
}

/** Dimensions that turn out to be shorter than what is cut off end the run. */
export const crop = operator<CropAttributes>({
  name: 'Cropping2D',
  semantics: 'Keras Cropping2D',
  infer: ([x], { cuts }) => [
    { type: x!.type, shape: x!.shape.map((dim, axis) => croppedDimension(dim, cuts[axis]!)) },
  ],
  lower: (lowering, { operands: [x], attributes, results }) => {
    const layout = lowering.layoutOf(x!)
    const dims = inLayout(layout, x!.shape)
    const cuts = inLayout(layout, attributes.cuts)
    const name = cuts.reduce(
      (left, cut, axis) => cropped(lowering.onnx, left, { cut, axis, dim: dims[axis]! }),
      lowering.in(layout, x!),
    )
    lowering.define(results[0]!, name, layout)
  },
})

function croppedDimension(dim: Dimension, [before, after]: Cut): Dimension {
  if (dim === null) return null
  if (before + after >= dim) throw new NotCompiled('nothing is left')
  return dim - before - after
}

interface Place {
  readonly cut: Cut
  readonly axis: number
  readonly dim: Dimension
}

function cropped(onnx: OnnxGraph, x: string, { cut: [before, after], axis, dim }: Place): string {
  if (before + after === 0) return x
  if (dim === null) return splitOff(onnx, x, { cut: [before, after], axis, dim })
  const bounds = [[before], [dim - after], [axis]]
  return onnx.node('Slice', [x, ...bounds.map((list) => onnx.integers(list))])
}

/** ONNX slices what is too short to nothing, and does not split it. */
function splitOff(onnx: OnnxGraph, x: string, { cut: [before, after], axis }: Place): string {
  const length = onnx.node('Shape', [x], { start: axis, end: axis + 1 })
  const left = onnx.node('Sub', [length, onnx.integers([before + after])])
  const sizes = onnx.node('Concat', [onnx.integers([before]), left, onnx.integers([after])], { axis: 0 })
  return onnx.nodeOf(3, { type: 'Split', inputs: [x, sizes], attributes: { axis } })[1]!
}
