import type { Graph } from '../../graph/graph.ts'
import { knownIntegers, type Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { add } from '../../operators/binary.ts'
import { squeeze } from '../../operators/reshape.ts'
import { reverse } from '../../operators/reverse.ts'
import { slice } from '../../operators/slice.ts'
import { expectParts, type SplitAttributes, split, unpack } from '../../operators/split.ts'
import { stridedSlice } from '../../operators/strided-slice.ts'
import { knownNumber, knownNumbers, normalAxes, normalAxis } from '../constants.ts'
import type { GraphRow } from '../graph-row.ts'

const splitRow: GraphRow = {
  names: ['Split'],
  semantics: 'TensorFlow Split with a constant axis',
  operands: 2,
  read: ({ attributes }, [axis, x], graph) => {
    const at = normalAxis(knownNumber(axis!, 'an axis'), x!.shape.length)
    const count = attributes.integer('num_split', 1)
    if (count === 1) return x!
    expectParts(count)
    const dim = x!.shape[at]!
    if (dim === null || dim % count !== 0)
      throw new NotCompiled(`${count} equal parts of a dimension of ${dim}`)
    return parts(graph, x!, { axis: at, sizes: new Array<number>(count).fill(dim / count) })
  },
}

const splitV: GraphRow = {
  names: ['SplitV'],
  semantics: 'TensorFlow SplitV with constant sizes; one of them may be -1, the rest',
  operands: 3,
  read: (_, [x, sizes, axis], graph) => {
    const at = normalAxis(knownNumber(axis!, 'an axis'), x!.shape.length)
    const listed = knownNumbers(sizes!, 'sizes')
    const rest = restOf(x!.shape[at]!, listed)
    return parts(graph, x!, { axis: at, sizes: listed.map((size) => (size === -1 ? rest() : size)) })
  },
}

export const SLICES: readonly GraphRow[] = [
  {
    names: ['Slice'],
    semantics: 'TensorFlow Slice; a size of -1 is the rest',
    operands: 3,
    read: (_, operands, graph) => sliced(graph, operands),
  },
  {
    names: ['StridedSlice'],
    semantics: 'TensorFlow StridedSlice',
    operands: 4,
    read: ({ attributes }, operands, graph) =>
      graph.add(stridedSlice, operands.slice(0, 4), {
        begin: attributes.integer('begin_mask', 0),
        end: attributes.integer('end_mask', 0),
        ellipsis: attributes.integer('ellipsis_mask', 0),
        newAxis: attributes.integer('new_axis_mask', 0),
        shrinkAxis: attributes.integer('shrink_axis_mask', 0),
      }),
  },
  splitRow,
  splitV,
  {
    names: ['Unpack'],
    semantics: 'TensorFlow Unpack',
    operands: 1,
    read: ({ attributes }, [x], graph) => {
      const axis = normalAxis(attributes.integer('axis', 0), x!.shape.length)
      if (x!.elements === undefined) return graph.addAll(unpack, [x!], { axis })
      const ones = new Array<number>(x!.elements.length).fill(1)
      return parts(graph, x!, { axis: 0, sizes: ones }).map((part) =>
        graph.add(squeeze, [part], { axes: [0] }),
      )
    },
  },
  {
    names: ['ReverseV2'],
    semantics: 'TensorFlow ReverseV2 with constant axes',
    operands: 2,
    read: (_, [x, axes], graph) =>
      graph.add(reverse, [x!], { axes: normalAxes(knownNumbers(axes!, 'axes'), x!.shape.length) }),
  },
  {
    names: ['Reverse'],
    semantics: 'TensorFlow Reverse: a constant flag for each axis',
    operands: 2,
    read: (_, [x, flags], graph) =>
      graph.add(reverse, [x!], {
        axes: knownNumbers(flags!, 'axes').flatMap((flag, axis) => (flag ? [axis] : [])),
      }),
  },
]

/** With bounds of which only a run tells some it is a strided slice up to the sum of begin and size. */
function sliced(graph: Graph, operands: readonly Value[]): Value {
  const [x, begin, size] = operands as readonly [Value, Value, Value]
  const from = knownIntegers(begin)
  const sizes = knownIntegers(size)
  if (from !== undefined && sizes !== undefined) return graph.add(slice, [x], { begin: from, size: sizes })
  if (size.elements === undefined || begin.elements?.some((each) => each !== null && each < 0))
    throw new NotCompiled('bounds that are known at run time only')
  const rests = size.elements.reduce<number>((mask, each, axis) => mask | (each === -1 ? 1 << axis : 0), 0)
  const end = graph.add(add, [begin, size], null)
  const strides = graph.integers(x.shape.map(() => 1))
  const masks = { begin: 0, end: rests, ellipsis: 0, newAxis: 0, shrinkAxis: 0 }
  return graph.add(stridedSlice, [x, begin, end, strides], masks)
}

/** Parts of a shape are cut one by one, so that what is known of each stays known. */
function parts(graph: Graph, x: Value, { axis, sizes }: SplitAttributes): readonly Value[] {
  if (x.elements === undefined || x.shape.length !== 1) return graph.addAll(split, [x], { axis, sizes })
  let begin = 0
  return sizes.map((length) => {
    const part = graph.add(slice, [x], { begin: [begin], size: [length] })
    begin += length
    return part
  })
}

function restOf(dim: number | null, sizes: readonly number[]): () => number {
  return () => {
    const others = sizes.filter((size) => size !== -1)
    if (dim === null || others.length !== sizes.length - 1)
      throw new NotCompiled(`parts of [${sizes}] of a dimension of ${dim}`)
    return dim - others.reduce((sum, size) => sum + size, 0)
  }
}
