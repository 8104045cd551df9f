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
      spaceToBatch(graph, x!, {
        block: knownNumbers(block!, 'blocks'),
        edges: knownPairs(paddings!, 'paddings'),
      }),
  },
  {
    names: ['BatchToSpaceND'],
    semantics: 'TensorFlow BatchToSpaceND with constant blocks and crops',
    operands: 3,
    read: (_, [x, block, crops], graph) =>
      batchToSpace(graph, x!, { block: knownNumbers(block!, 'blocks'), edges: knownPairs(crops!, 'crops') }),
  },
]

interface Blocks {
  /** Length of a block along each place. */
  readonly block: readonly number[]
  /** What is added before, or cut off after, at either end of each place. */
  readonly edges: readonly (readonly [number, number])[]
}

function spaceToBatch(graph: Graph, x: Value, { block, edges }: Blocks): Value {
  expectBlocks(x, { block, edges })
  const padded = paddedPlaces(graph, x, edges)
  const [rows, ...dims] = padded.shape
  const places = dims.slice(0, block.length).map((dim, axis) => divided(dim, block[axis]!))
  const rest = dims.slice(block.length)
  const cut = graph.add(reshape, [padded], {
    dims: [rows!, ...places.flatMap((place, axis) => [place, block[axis]!]), ...rest],
  })
  const order = [...block.map((_, axis) => 2 * axis + 2), 0, ...block.map((_, axis) => 2 * axis + 1)]
  const moved = graph.add(transpose, [cut], { order: withRest(order, rest.length) })
  return graph.add(reshape, [moved], {
    dims: [rows === null ? null : rows! * areaOf(block), ...places, ...rest],
  })
}

function batchToSpace(graph: Graph, x: Value, { block, edges }: Blocks): Value {
  expectBlocks(x, { block, edges })
  const [all, ...dims] = x.shape
  const places = dims.slice(0, block.length)
  const rest = dims.slice(block.length)
  const rows = all === null ? null : divided(all!, areaOf(block))
  const cut = graph.add(reshape, [x], { dims: [...block, rows, ...places, ...rest] })
  const order = [block.length, ...block.flatMap((_, axis) => [block.length + 1 + axis, axis])]
  const moved = graph.add(transpose, [cut], { order: withRest(order, rest.length) })
  const grown = places.map((place, axis) => (place === null ? null : place * block[axis]!))
  return croppedPlaces(graph, graph.add(reshape, [moved], { dims: [rows, ...grown, ...rest] }), edges)
}

function expectBlocks({ shape }: Value, { block, edges }: Blocks): void {
  const isLength = (each: number): boolean => Number.isInteger(each) && each > 0
  if (block.length >= shape.length || edges.length !== block.length || !block.every(isLength))
    throw new NotCompiled(`blocks of [${block}] in ${shape.length} dimensions`)
}

function paddedPlaces(graph: Graph, x: Value, edges: Blocks['edges']): Value {
  if (edges.flat().every((each) => each === 0)) return x
  const others = Math.max(0, x.shape.length - 1 - edges.length)
  const pads = [[0, 0] as const, ...edges, ...new Array<readonly [number, number]>(others).fill([0, 0])]
  return graph.add(pad, [x], { pads, value: 0 })
}

function croppedPlaces(graph: Graph, x: Value, edges: Blocks['edges']): Value {
  if (edges.flat().every((each) => each === 0)) return x
  const rest = x.shape.slice(1 + edges.length)
  return graph.add(slice, [x], {
    begin: [0, ...edges.map(([before]) => before), ...rest.map(() => 0)],
    size: [-1, ...edges.map((edge, axis) => croppedSize(x.shape[axis + 1]!, edge)), ...rest.map(() => -1)],
  })
}

/** The dimensions behind those of the order stay where they are. */
function withRest(order: readonly number[], rest: number): readonly number[] {
  return [...order, ...Array.from({ length: rest }, (_, index) => order.length + index)]
}

function areaOf(block: readonly number[]): number {
  return block.reduce((product, each) => product * each, 1)
}

function divided(dim: Dimension, by: number): number {
  if (dim === null || dim % by !== 0) throw new NotCompiled(`blocks of ${by} in a dimension of ${dim}`)
  return dim / by
}

function croppedSize(dim: Dimension, [before, after]: readonly [number, number]): number {
  if (dim === null) throw new NotCompiled('crops of a dimension that is not known')
  // A size of -1 would be all the rest.
  if (before + after > dim) throw new NotCompiled(`crops of ${before} and ${after} from ${dim}`)
  return dim - before - after
}
