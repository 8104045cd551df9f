import type { Graph } from '../../graph/graph.ts'
import type { Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { cast } from '../../operators/cast.ts'
import { expandDims, reshape, reshapeTo, squeeze } from '../../operators/reshape.ts'
import { shape, size } from '../../operators/shape.ts'
import { vectorLength } from '../../operators/shape-vector.ts'
import { knownNumber, normalAxes, normalAxis } from '../constants.ts'
import type { GraphRow } from '../graph-row.ts'
import { foldedCast, foldedReshape } from './fold.ts'

export const SHAPES: readonly GraphRow[] = [
  {
    names: ['Shape'],
    semantics: 'TensorFlow Shape; always int32 in TF.js',
    operands: 1,
    read: (_, [x], graph) => shapeOf(x!, graph),
  },
  {
    names: ['ShapeN'],
    semantics: 'tfjs-converter ShapeN: float32, unlike those of Shape',
    operands: 1,
    read: (_, operands, graph) =>
      operands.map((operand) => {
        const dims = shapeOf(operand, graph)
        return foldedCast(dims, 'float32', graph) ?? graph.add(cast, [dims], { type: 'float32' })
      }),
  },
  {
    names: ['Rank'],
    semantics: 'TensorFlow Rank',
    operands: 1,
    read: (_, [x], graph) => graph.integer(x!.shape.length),
  },
  {
    names: ['Size'],
    semantics: 'TensorFlow Size; always int32 in TF.js',
    operands: 1,
    read: (_, [x], graph) => graph.add(size, [x!], null),
  },
  {
    names: ['Reshape'],
    semantics: 'TensorFlow Reshape',
    operands: 2,
    read: (_, [x, dims], graph) => reshaped(x!, dims!, graph),
  },
  {
    names: ['Squeeze'],
    semantics: 'TensorFlow Squeeze',
    operands: 1,
    read: ({ attributes }, [x], graph) => {
      const listed = attributes.integers(attributes.has('axis') ? 'axis' : 'squeeze_dims')
      const axes = listed.length === 0 ? onesOf(x!) : normalAxes(listed, x!.shape.length)
      const dims = x!.shape.filter((_, axis) => !axes.includes(axis))
      return folded(x!, dims, graph) ?? graph.add(squeeze, [x!], { axes })
    },
  },
  {
    names: ['ExpandDims'],
    semantics: 'TensorFlow ExpandDims with a constant axis',
    operands: 2,
    read: (_, [x, axis], graph) => {
      const at = normalAxis(knownNumber(axis!, 'an axis'), x!.shape.length + 1)
      const dims = [...x!.shape.slice(0, at), 1, ...x!.shape.slice(at)]
      return folded(x!, dims, graph) ?? graph.add(expandDims, [x!], { axis: at })
    },
  },
  {
    names: ['EnsureShape'],
    semantics: 'TensorFlow EnsureShape of a shape that is known before a run: in TF.js -1 fits nothing',
    operands: 2,
    read: (_, [x, dims]) => {
      const wanted = dims!.elements
      const fits = wanted?.every((dim, axis) => dim !== null && dim === x!.shape[axis])
      if (wanted?.length !== x!.shape.length || !fits)
        throw new NotCompiled('a shape that only a run can tell')
      return x!
    },
  },
]

export function shapeOf(x: Value, graph: Graph): Value {
  if (x.shape.includes(null)) return graph.add(shape, [x], null)
  return graph.integers(x.shape as readonly number[])
}

/** Without a node for the shape where at most one of its dimensions is not known. */
function reshaped(x: Value, dims: Value, graph: Graph): Value {
  const known = dims.elements
  if (known === undefined) {
    vectorLength(dims)
    return graph.add(reshapeTo, [x, dims], null)
  }
  if (known.filter((dim) => dim === null || dim === -1).length > 1)
    return graph.add(reshapeTo, [x, dims], null)
  const [result] = reshape.infer([x], { dims: known })
  return folded(x, result!.shape, graph) ?? graph.add(reshape, [x], { dims: known })
}

function folded(x: Value, dims: Value['shape'], graph: Graph): Value | undefined {
  return dims.includes(null) ? undefined : foldedReshape(x, dims as readonly number[], graph)
}

/** All dimensions of 1. A free one may be 1 in one run and not in another. */
function onesOf({ shape: dims }: Value): readonly number[] {
  if (dims.includes(null)) throw new NotCompiled('no axes are given, and not all dimensions are known')
  return dims.flatMap((dim, axis) => (dim === 1 ? [axis] : []))
}
