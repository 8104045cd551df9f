import type { Graph } from '../../graph/graph.ts'
import type { Dimension, Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { pad } from '../../operators/padding.ts'
import { reshape } from '../../operators/reshape.ts'
import { slice } from '../../operators/slice.ts'
import { transpose } from '../../operators/transpose.ts'
import { knownNumbers, knownPairs } from '../constants.ts'
import type { GraphRow } from '../graph-row.ts'

/** Blocks of places that are moved into the rows, and back: what is around a dilated convolution in older graphs. */
export const SPACE_BATCH: readonly GraphRow[] = [
  {
    names: ['SpaceToBatchND'],
    semantics: 'TensorFlow SpaceToBatchND with constant blocks and paddings',
    operands: 3,
    read: (_, [x, block, paddings], graph) =>
      spaceToBatch(x!, knownNumbers(block!, 'blocks'), knownPairs(paddings!, 'paddings'), graph),
  },
  {
    names: ['BatchToSpaceND'],
    semantics: 'TensorFlow BatchToSpaceND with constant blocks and crops',
    operands: 3,
    read: (_, [x, block, crops], graph) =>
      batchToSpace(x!, knownNumbers(block!, 'blocks'), knownPairs(crops!, 'crops'), graph),
  },
]

type Pairs = readonly (readonly [number, number])[]

function spaceToBatch(x: Value, block: readonly number[], paddings: Pairs, graph: Graph): Value {
  const count = block.length
  const others = x.shape.length - 1 - count
  const pads = [[0, 0] as const, ...paddings, ...new Array<readonly [number, number]>(others).fill([0, 0])]
  const padded = pads.flat().some((each) => each > 0) ? graph.add(pad, [x], { pads, value: 0 }) : x
  const [rows, ...dims] = padded.shape
  const places = dims.slice(0, count).map((dim, axis) => divided(dim, block[axis]!))
  const rest = dims.slice(count)
  const cut = graph.add(reshape, [padded], {
    dims: [rows!, ...places.flatMap((place, axis) => [place, block[axis]!]), ...rest],
  })
  const order = [...block.map((_, axis) => 2 * axis + 2), 0, ...block.map((_, axis) => 2 * axis + 1)]
  const moved = graph.add(transpose, [cut], {
    order: [...order, ...rest.map((_, axis) => 2 * count + 1 + axis)],
  })
  const area = block.reduce((product, each) => product * each, 1)
  return graph.add(reshape, [moved], { dims: [rows === null ? null : rows! * area, ...places, ...rest] })
}

function batchToSpace(x: Value, block: readonly number[], crops: Pairs, graph: Graph): Value {
  const count = block.length
  const [all, ...dims] = x.shape
  const places = dims.slice(0, count)
  const rest = dims.slice(count)
  const area = block.reduce((product, each) => product * each, 1)
  const rows = all === null ? null : divided(all!, area)
  const cut = graph.add(reshape, [x], { dims: [...block, rows, ...places, ...rest] })
  const order = [count, ...block.flatMap((_, axis) => [count + 1 + axis, axis])]
  const moved = graph.add(transpose, [cut], {
    order: [...order, ...rest.map((_, axis) => 2 * count + 1 + axis)],
  })
  const grown = places.map((place, axis) => (place === null ? null : place * block[axis]!))
  const joined = graph.add(reshape, [moved], { dims: [rows, ...grown, ...rest] })
  if (crops.flat().every((each) => each === 0)) return joined
  const sizes = grown.map((dim, axis) => croppedSize(dim, crops[axis]!))
  return graph.add(slice, [joined], {
    begin: [0, ...crops.map(([before]) => before), ...rest.map(() => 0)],
    size: [-1, ...sizes, ...rest.map(() => -1)],
  })
}

function divided(dim: Dimension, by: number): number {
  if (dim === null || dim % by !== 0) throw new NotCompiled(`blocks of ${by} in a dimension of ${dim}`)
  return dim / by
}

function croppedSize(dim: Dimension, [before, after]: readonly [number, number]): number {
  if (dim === null) throw new NotCompiled('crops of a dimension that is not known')
  return dim - before - after
}
