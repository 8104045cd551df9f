import { type Operator, operator } from '../graph/operator.ts'
import type { Dimension, ElementType, Shape } from '../graph/value.ts'
import { inLayout } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'
import type { OnnxGraph } from '../onnx/onnx-graph.ts'

/** What is added before and after each dimension, in TF.js's order; never negative. */
export type Pads = readonly (readonly [number, number])[]

export interface PadAttributes {
  readonly pads: Pads
  readonly value: number
}

export interface MirrorPadAttributes {
  readonly pads: Pads
  /** Whether the elements at the border are repeated (`symmetric`) or not (`reflect`). */
  readonly mode: 'reflect' | 'symmetric'
}

export const pad = row<PadAttributes>({
  name: 'PadV2',
  infer: (shape, { pads }) => paddedShape(shape, pads, () => undefined),
  write: (onnx, x, pads, { value }, type) =>
    onnx.node('Pad', [x, onnxPads(onnx, pads), onnx.scalar(type, value)]),
})

export const mirrorPad = row<MirrorPadAttributes>({
  name: 'MirrorPad',
  infer: (shape, { pads, mode }) => paddedShape(shape, pads, (dim, pair) => expectMirrored(dim, pair, mode)),
  write: (onnx, x, pads, { mode }) =>
    mode === 'reflect'
      ? onnx.node('Pad', [x, onnxPads(onnx, pads)], { mode: 'reflect' })
      : pads.reduce((padded, pair, axis) => mirrored(onnx, padded, pair, axis), x),
})

interface PadRow<Attributes> {
  readonly name: string
  readonly infer: (shape: Shape, attributes: Attributes) => Shape
  /** @param pads in the order of dimensions that `x` is in. */
  readonly write: (
    onnx: OnnxGraph,
    x: string,
    pads: Pads,
    attributes: Attributes,
    type: ElementType,
  ) => string
}

/** Images are padded with their channels first, where a convolution can take the padding over; others as they are. */
function row<Attributes extends { readonly pads: Pads }>({
  name,
  infer,
  write,
}: PadRow<Attributes>): Operator<Attributes> {
  return operator<Attributes>({
    name,
    semantics: `TensorFlow ${name}`,
    infer: ([x], attributes) => [{ type: x!.type, shape: infer(x!.shape, attributes) }],
    lower: (lowering, { operands, attributes, results }) => {
      const [x] = operands
      const layout = areImages(attributes.pads) ? 'channelsFirst' : lowering.layoutOf(x!)
      const pads = inLayout(layout, attributes.pads)
      const name = lowering.in(layout, x!)
      const isPadded = pads.some(([before, after]) => before + after > 0)
      const padded = isPadded ? write(lowering.onnx, name, pads, attributes, x!.type) : name
      lowering.define(results[0]!, padded, layout)
    },
  })
}

/** Neither rows nor channels are padded, but two or three dimensions between them. */
function areImages(pads: Pads): boolean {
  if (pads.length !== 4 && pads.length !== 5) return false
  return [...pads[0]!, ...pads.at(-1)!].every((count) => count === 0)
}

function paddedShape(
  shape: Shape,
  pads: Pads,
  check: (dim: Dimension, pair: readonly [number, number]) => void,
): Shape {
  if (pads.length !== shape.length) throw new NotCompiled(`${pads.length} pads for rank ${shape.length}`)
  return shape.map((dim, axis) => {
    const pair = pads[axis]!
    if (!pair.every((count) => Number.isInteger(count) && count >= 0))
      throw new NotCompiled(`padding of ${pair}`)
    check(dim, pair)
    return dim === null ? null : dim + pair[0] + pair[1]
  })
}

function expectMirrored(
  dim: Dimension,
  pair: readonly [number, number],
  mode: MirrorPadAttributes['mode'],
): void {
  const most = mode === 'reflect' ? 1 : 0
  if (dim !== null && Math.max(...pair) > dim - most) throw new NotCompiled(`${pair} mirrored of ${dim}`)
}

function onnxPads(onnx: OnnxGraph, pads: Pads): string {
  return onnx.integers([...pads.map(([before]) => before), ...pads.map(([, after]) => after)])
}

/** ONNX has no such padding: the first and the last elements, turned round, are put before and after. */
function mirrored(
  onnx: OnnxGraph,
  x: string,
  [before, after]: readonly [number, number],
  axis: number,
): string {
  if (before + after === 0) return x
  const turned = (from: number, to: number) =>
    onnx.node('Slice', [x, ...[[from], [to], [axis], [-1]].map((list) => onnx.integers(list))])
  const parts = [
    ...(before > 0 ? [turned(before - 1, -(2 ** 31))] : []),
    x,
    ...(after > 0 ? [turned(-1, -after - 1)] : []),
  ]
  return onnx.node('Concat', parts, { axis })
}
