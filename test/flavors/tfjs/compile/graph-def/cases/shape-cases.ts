import { attribute, type GraphBuilder } from '../../../../../fixtures/tfjs/graph-builder.ts'
import type { GraphCase } from './graph-case.ts'
import { weights } from './network-cases.ts'

const { integer, integers, flag, type } = attribute

/** An element of a vector, as TensorFlow's `shape[i]`. */
function element(graph: GraphBuilder, vector: string, index: number): string {
  const bounds = [index, index + 1, 1].map((value) => graph.integers([value]))
  return graph.node('StridedSlice', [vector, ...bounds], { shrink_axis_mask: integer(1) })
}

export const SHAPE_CASES: readonly GraphCase[] = [
  {
    title: 'Reshape by Shape, StridedSlice and Pack',
    build: (graph) => {
      const x = graph.input([-1, 4, 6])
      const rows = element(graph, graph.node('Shape', [x]), 0)
      return graph.node('Reshape', [x, graph.node('Pack', [rows, graph.integer(24)])])
    },
  },
  {
    title: 'Reshape by a product of dimensions',
    build: (graph) => {
      const x = graph.input([-1, 4, 6])
      const shape = graph.node('Shape', [x])
      const first = graph.node('GatherV2', [shape, graph.integers([0, 1]), graph.integer(0)])
      const product = graph.node('Prod', [first, graph.integers([0])])
      const rest = graph.node('GatherV2', [shape, graph.integers([2]), graph.integer(0)])
      const dims = graph.node('Pack', [product, element(graph, rest, 0)])
      return graph.node('Reshape', [x, dims])
    },
  },
  {
    title: 'Integers of shapes that wrap around',
    build: (graph) => {
      const large = graph.integers([2 ** 20, 2 ** 13])
      const shape = graph.node('Mul', [graph.node('Shape', [graph.input([-1, 5])]), large])
      const rest = graph.node('StridedSlice', [shape, ...[1, 2, 1].map((each) => graph.integers([each]))])
      const product = graph.node('Mul', [rest, graph.integers([2 ** 19])])
      return [shape, product, graph.node('Prod', [large, graph.integers([0])])]
    },
  },
  {
    title: 'Reshape where two dimensions are known at run time only',
    free: [2, 3],
    build: (graph) => {
      const x = graph.input([-1, -1, 6])
      const shape = graph.node('Shape', [x])
      const dims = graph.node(
        'ConcatV2',
        [
          graph.node('Slice', [shape, graph.integers([0]), graph.integers([2])]),
          graph.integers([2, 3]),
          graph.integer(0),
        ],
        { N: integer(2) },
      )
      const cut = graph.node('Reshape', [x, dims])
      return [cut, graph.node('Shape', [cut]), graph.node('Size', [cut]), graph.node('Rank', [cut])]
    },
  },
  {
    title: 'Shapes of what lies with its channels first',
    free: [2, 5],
    build: (graph) => {
      const sizes = { ksize: integers([1, 2, 2, 1]), strides: integers([1, 1, 1, 1]) }
      const x = graph.node('MaxPool', [graph.input([-1, -1, 7, 3])], {
        ...sizes,
        padding: attribute.text('SAME'),
      })
      const shape = graph.node('Shape', [x])
      const parts = graph.node('Unpack', [shape], { num: integer(4), axis: integer(0) })
      const area = graph.node('Mul', [`${parts}:1`, `${parts}:2`])
      const dims = graph.node('Pack', [parts, area, `${parts}:3`])
      return [shape, graph.node('Reshape', [x, dims])]
    },
  },
  {
    title: 'ShapeN',
    build: (graph) => {
      const shapes = graph.node('ShapeN', [graph.input([-1, 4]), graph.input([2, 3, 5])], { N: integer(2) })
      return [shapes, `${shapes}:1`]
    },
  },
  {
    title: 'Reshape with -1, of constants and of integers',
    build: (graph) => {
      const x = graph.input([-1, 4], { type: 'int32', values: { below: 9 } })
      const w = graph.node('Reshape', [weights(graph, [2, 6]), graph.integers([3, -1])])
      return [
        graph.node('Reshape', [x, graph.integers([-1, 2])]),
        graph.node('MatMul', [graph.input([-1, 3]), w]),
      ]
    },
  },
  {
    title: 'Squeeze and ExpandDims, also with the channels first',
    build: (graph) => {
      const x = graph.input([-1, 1, 4, 1])
      const pooled = graph.node('MaxPool', [graph.input([-1, 2, 4, 3])], {
        ksize: integers([1, 2, 1, 1]),
        strides: integers([1, 2, 1, 1]),
        padding: attribute.text('VALID'),
      })
      const line = graph.node('Squeeze', [pooled], { squeeze_dims: integers([1]) })
      return [
        graph.node('Squeeze', [x], { axis: integers([1, -1]) }),
        line,
        graph.node('ExpandDims', [line, graph.integer(2)]),
        graph.node('ExpandDims', [line, graph.integer(-1)]),
        graph.node('ExpandDims', [line, graph.integer(0)]),
        graph.node('Squeeze', [graph.input([1, 3, 1])]),
      ]
    },
  },
  {
    title: 'EnsureShape',
    build: (graph) => graph.node('EnsureShape', [graph.input([2, 4]), graph.integers([2, 4])]),
  },
  {
    title: 'Transpose, there and back around a convolution',
    build: (graph) => {
      const x = graph.input([-1, 3, 6, 5])
      const last = graph.node('Transpose', [x, graph.integers([0, 2, 3, 1])])
      const pooled = graph.node('AvgPool', [last], {
        ksize: integers([1, 2, 2, 1]),
        strides: integers([1, 2, 2, 1]),
        padding: attribute.text('SAME'),
      })
      return [
        graph.node('Transpose', [pooled, graph.integers([0, 3, 1, 2])]),
        graph.node('Transpose', [pooled, graph.integers([3, 1, 0, 2])]),
        graph.node('Transpose', [weights(graph, [2, 3]), graph.integers([1, 0])]),
      ]
    },
  },
  {
    title: 'Slice',
    build: (graph) => {
      const x = graph.input([-1, 5, 4])
      const rows = element(graph, graph.node('Shape', [x]), 0)
      return [
        graph.node('Slice', [x, graph.integers([0, 1, 2]), graph.integers([-1, 3, -1])]),
        graph.node('Slice', [x, graph.integers([0, 0, 1]), graph.integers([1, -1, 2])]),
        graph.node('Slice', [
          x,
          graph.integers([0, 1, 0]),
          graph.node('Pack', [rows, graph.integer(-1), graph.integer(3)]),
        ]),
      ]
    },
  },
  {
    title: 'StridedSlice with bounds from another shape',
    build: (graph) => {
      const x = graph.input([7, 3])
      const rows = graph.node('Shape', [graph.input([-1, 2])])
      const first = graph.node('Pack', [element(graph, rows, 0)])
      return [
        graph.node('StridedSlice', [x, graph.integers([0]), first, graph.integers([1])]),
        graph.node('StridedSlice', [x, first, graph.integers([0]), graph.integers([1])], {
          shrink_axis_mask: integer(1),
        }),
      ]
    },
  },
  {
    title: 'Split and SplitV',
    build: (graph) => {
      const x = graph.input([-1, 6, 4])
      const halves = graph.node('Split', [graph.integer(-1), x], { num_split: integer(2) })
      const parts = graph.node('SplitV', [x, graph.integers([1, -1, 2]), graph.integer(1)])
      return [halves, `${halves}:1`, parts, `${parts}:1`, `${parts}:2`]
    },
  },
  {
    title: 'Pack and Unpack',
    build: (graph) => {
      const x = graph.input([-1, 3])
      const packed = graph.node('Pack', [x, graph.node('Neg', [x])], { axis: integer(-1), N: integer(2) })
      const unpacked = graph.node('Unpack', [packed], { axis: integer(1), num: integer(3) })
      return [packed, unpacked, `${unpacked}:2`]
    },
  },
  {
    title: 'ConcatV2 and Concat',
    build: (graph) => {
      const x = graph.input([-1, 3, 2])
      return [
        graph.node('ConcatV2', [x, x, graph.node('Neg', [x]), graph.integer(-1)], { N: integer(3) }),
        graph.node('Concat', [graph.integer(1), x, x], { N: integer(2) }),
      ]
    },
  },
  {
    title: 'ConcatV2 of rows to twice as many',
    build: (graph) => {
      const pooled = graph.node('MaxPool', [graph.input([-1, 1, 2, 2])], {
        ksize: integers([1, 1, 1, 1]),
        strides: integers([1, 1, 1, 1]),
        padding: attribute.text('VALID'),
      })
      const x = graph.node('Transpose', [pooled, graph.integers([0, 3, 1, 2])])
      return graph.node('ConcatV2', [x, x, graph.integer(0)], { N: integer(2) })
    },
  },
  {
    title: 'Tile, also by numbers that only a run tells',
    build: (graph) => {
      const x = graph.input([-1, 3])
      const rows = element(graph, graph.node('Shape', [x]), 0)
      const once = graph.node('ExpandDims', [graph.floats([1, 2]), graph.integer(0)])
      return [
        graph.node('Tile', [x, graph.integers([2, 3])]),
        graph.node('Tile', [once, graph.node('Pack', [rows, graph.integer(1)])]),
      ]
    },
  },
  {
    title: 'ReverseV2 and Reverse',
    build: (graph) => {
      const x = graph.input([-1, 3, 4])
      return [
        graph.node('ReverseV2', [x, graph.integers([1, -1])]),
        graph.node('Reverse', [x, graph.flags([false, false, true])]),
      ]
    },
  },
  {
    title: 'GatherV2 and Gather',
    build: (graph) => {
      const indices = graph.input([-1, 2], { type: 'int32', values: { below: 5 } })
      const floats = graph.input([-1], { values: { below: 5 } })
      const table = weights(graph, [5, 3])
      return [
        graph.node('GatherV2', [table, indices, graph.integer(0)]),
        graph.node('Gather', [table, floats]),
        graph.node('GatherV2', [graph.input([-1, 4, 5]), graph.integers([4, 0, 4]), graph.integer(-1)]),
      ]
    },
  },
  {
    title: 'GatherV2 with common dimensions',
    build: (graph) => {
      const x = graph.input([-1, 4, 5, 2])
      const indices = graph.input([-1, 3], { type: 'int32', values: { below: 4 } })
      return [
        graph.node('GatherV2', [x, indices, graph.integer(1)], { batch_dims: integer(1) }),
        graph.node('GatherV2', [x, indices, graph.integer(2)], { batch_dims: integer(1) }),
        graph.node('GatherV2', [x, indices, graph.integer(3)], { batch_dims: integer(-1) }),
      ].slice(0, 2)
    },
  },
  {
    title: 'GatherNd',
    build: (graph) => {
      const indices = graph.input([-1, 2], { type: 'int32', values: { below: 3 } })
      return graph.node('GatherNd', [weights(graph, [3, 4, 2]), indices])
    },
  },
  {
    title: 'OneHot',
    build: (graph) => {
      const indices = graph.input([-1, 2], { type: 'int32', values: { below: 6 } })
      const moved = graph.node('Sub', [indices, graph.integer(1)])
      return [
        graph.node('OneHot', [moved, graph.integer(4), graph.float(2), graph.float(-1)], {
          T: type('float32'),
        }),
        graph.node('OneHot', [moved, graph.integer(4), graph.integer(1), graph.integer(0)], {
          T: type('int32'),
          axis: integer(-1),
        }),
      ]
    },
  },
  {
    title: 'TopKV2',
    build: (graph) => {
      const largest = graph.node('TopKV2', [graph.input([-1, 7]), graph.integer(3)], { sorted: flag(true) })
      const ties = graph.node('TopKV2', [
        graph.input([-1, 7], { type: 'int32', values: { below: 3 } }),
        graph.integer(5),
      ])
      return [largest, `${largest}:1`, ties, `${ties}:1`]
    },
  },
  {
    title: 'Where',
    build: (graph) => {
      const flags = graph.input([-1, 4], { type: 'bool' })
      return [
        graph.node('Where', [flags]),
        graph.node('Where', [graph.input([-1], { values: { below: 2 } })]),
      ]
    },
  },
  {
    title: 'TensorScatterUpdate and ScatterNd',
    build: (graph) => {
      const x = graph.input([4, 3])
      const indices = graph.integers([2, 0], [2, 1])
      const updates = graph.input([2, 3])
      return [
        graph.node('TensorScatterUpdate', [x, indices, updates]),
        graph.node('ScatterNd', [indices, updates, graph.integers([5, 3])]),
      ]
    },
  },
  {
    title: 'Fill, Zeros, Ones, ZerosLike, OnesLike',
    build: (graph) => {
      const x = graph.input([-1, 3], { type: 'int32' })
      const shape = graph.node('Shape', [x])
      return [
        graph.node('Fill', [shape, graph.float(2.5)], { T: type('float32') }),
        graph.node('Fill', [graph.integers([2, 2]), graph.integer(7)], { T: type('int32') }),
        // No float32 holds it.
        graph.node('Fill', [graph.integers([2]), graph.integer(2 ** 24 + 1)], { T: type('int32') }),
        graph.node('Zeros', [shape], { T: type('int32') }),
        graph.node('Ones', [shape], { T: type('float32') }),
        graph.node('ZerosLike', [x]),
        graph.node('OnesLike', [x]),
      ]
    },
  },
  {
    title: 'Range and LinSpace',
    build: (graph) => {
      const rows = element(graph, graph.node('Shape', [graph.input([-1, 2])]), 0)
      return [
        graph.node('Range', [graph.integer(0), rows, graph.integer(1)], { Tidx: type('int32') }),
        graph.node('Range', [rows, graph.integer(0), graph.integer(1)], { Tidx: type('int32') }),
        graph.node('Range', [rows, graph.integer(-4), graph.integer(-2)], { Tidx: type('int32') }),
        graph.node('Range', [graph.float(0.1), graph.float(1), graph.float(0.25)], { Tidx: type('float32') }),
        graph.node('LinSpace', [graph.float(-1), graph.float(2), graph.integer(5)]),
      ]
    },
  },
  {
    title: 'BroadcastTo and BroadcastArgs',
    build: (graph) => {
      const x = graph.input([-1, 1, 3])
      const rows = element(graph, graph.node('Shape', [x]), 0)
      const dims = graph.node('BroadcastArgs', [graph.integers([4, 1]), graph.integers([2, 1, 5])])
      return [
        graph.node('BroadcastTo', [x, graph.node('Pack', [rows, graph.integer(2), graph.integer(3)])]),
        graph.node('BroadcastTo', [graph.float(3), dims]),
      ]
    },
  },
  ...['NonMaxSuppressionV2', 'NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'NonMaxSuppressionV5'].map(
    (op): GraphCase => ({ title: op, build: (graph) => suppressed(graph, op), free: [1, 12] }),
  ),
]

/** Boxes of a corner and another one, scores with ties. */
function suppressed(graph: GraphBuilder, op: string): readonly string[] {
  const corner = graph.input([-1, 2], { values: 'unit' })
  const boxes = graph.node(
    'ConcatV2',
    [corner, graph.node('AddV2', [corner, graph.floats([0.5, 0.7])]), graph.integer(1)],
    {
      N: integer(2),
    },
  )
  const scores = graph.node('RealDiv', [graph.input([-1], { values: { below: 5 } }), graph.float(4)])
  const limits = [graph.integer(6), graph.float(0.3)]
  const score = graph.float(0.2)
  const operands = [boxes, scores, ...limits]
  if (op === 'NonMaxSuppressionV2') return [graph.node(op, operands)]
  if (op === 'NonMaxSuppressionV3') return [graph.node(op, [...operands, score])]
  if (op === 'NonMaxSuppressionV5') {
    const chosen = graph.node(op, [...operands, score, graph.float(0)])
    return [chosen, `${chosen}:1`]
  }
  return [true, false].flatMap((isPadded) => {
    const chosen = graph.node(op, [...operands, score], { pad_to_max_output_size: flag(isPadded) })
    return [chosen, `${chosen}:1`]
  })
}
