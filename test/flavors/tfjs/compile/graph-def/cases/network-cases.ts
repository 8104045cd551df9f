import { attribute, type GraphBuilder } from '../../../../../fixtures/tfjs/graph-builder.ts'
import type { GraphCase } from './graph-case.ts'

const { integers, integer, text, texts, flag, float } = attribute

/** Weights that are none alike. */
export function weights(graph: GraphBuilder, shape: readonly number[]): string {
  const count = shape.reduce((product, dim) => product * dim, 1)
  return graph.floats(
    Array.from({ length: count }, (_, index) => Math.sin(index * 1.7 + 0.3)),
    shape,
  )
}

interface Sliding {
  readonly stride?: number
  readonly dilation?: number
  readonly padding?: string
}

function sliding({ stride = 1, dilation = 1, padding = 'SAME' }: Sliding) {
  return {
    strides: integers([1, stride, stride, 1]),
    dilations: integers([1, dilation, dilation, 1]),
    padding: text(padding),
    data_format: text('NHWC'),
  }
}

const SLIDINGS: readonly Sliding[] = [{}, { stride: 2 }, { dilation: 2 }, { padding: 'VALID', stride: 2 }]
const FUSED = ['Relu', 'Relu6', 'Elu', 'Sigmoid']

export const NETWORK_CASES: readonly GraphCase[] = [
  ...SLIDINGS.map(
    (each): GraphCase => ({
      title: `Conv2D and DepthwiseConv2dNative ${JSON.stringify(each)}`,
      build: (graph) => {
        const x = graph.input([-1, 9, 8, 3])
        return [
          graph.node('Conv2D', [x, weights(graph, [3, 3, 3, 4])], sliding(each)),
          graph.node('DepthwiseConv2dNative', [x, weights(graph, [3, 3, 3, 2])], sliding(each)),
        ]
      },
    }),
  ),
  ...FUSED.map(
    (activation): GraphCase => ({
      title: `_FusedConv2D, FusedDepthwiseConv2dNative and _FusedMatMul with ${activation}`,
      build: (graph) => {
        const x = graph.input([-1, 5, 5, 2])
        const fused = { fused_ops: texts(['BiasAdd', activation]), num_args: integer(1) }
        return [
          graph.node('_FusedConv2D', [x, weights(graph, [3, 3, 2, 4]), weights(graph, [4])], {
            ...sliding({}),
            ...fused,
          }),
          graph.node('FusedDepthwiseConv2dNative', [x, weights(graph, [3, 3, 2, 1]), weights(graph, [2])], {
            ...sliding({}),
            ...fused,
          }),
          graph.node('_FusedMatMul', [graph.input([-1, 3]), weights(graph, [3, 4]), weights(graph, [4])], {
            ...fused,
          }),
        ]
      },
    }),
  ),
  {
    title: '_FusedConv2D and _FusedMatMul with LeakyRelu',
    build: (graph) => {
      const fused = { fused_ops: texts(['BiasAdd', 'LeakyRelu']), num_args: integer(1) }
      const slope = { leakyrelu_alpha: float(0.4) }
      return [
        graph.node(
          '_FusedConv2D',
          [graph.input([-1, 5, 5, 2]), weights(graph, [3, 3, 2, 4]), weights(graph, [4])],
          { ...sliding({}), ...fused, ...slope },
        ),
        graph.node(
          '_FusedMatMul',
          [graph.input([-1, 3]), weights(graph, [3, 4]), weights(graph, [4])],
          fused,
        ),
      ]
    },
  },
  {
    title: '_FusedConv2D with Prelu',
    build: (graph) =>
      graph.node(
        '_FusedConv2D',
        [graph.input([-1, 5, 5, 2]), weights(graph, [3, 3, 2, 4]), weights(graph, [4]), weights(graph, [4])],
        { ...sliding({}), fused_ops: texts(['BiasAdd', 'Prelu']), num_args: integer(2) },
      ),
  },
  {
    title: 'Conv2D with explicit paddings',
    build: (graph) =>
      graph.node('Conv2D', [graph.input([-1, 5, 6, 2]), weights(graph, [3, 3, 2, 4])], {
        ...sliding({ padding: 'EXPLICIT' }),
        explicit_paddings: integers([0, 0, 1, 2, 0, 1, 0, 0]),
      }),
  },
  {
    title: 'DepthwiseConv2d, an older name',
    build: (graph) =>
      graph.node('DepthwiseConv2d', [graph.input([-1, 5, 6, 2]), weights(graph, [3, 3, 2, 1])], sliding({})),
  },
  {
    title: 'MaxPoolWithArgmax, its first result',
    build: (graph) =>
      graph.node('MaxPoolWithArgmax', [graph.input([-1, 5, 6, 2])], {
        ksize: integers([1, 2, 2, 1]),
        strides: integers([1, 2, 2, 1]),
        padding: text('SAME'),
        include_batch_in_index: flag(false),
      }),
  },
  {
    title: 'Conv1D',
    build: (graph) =>
      graph.node('Conv1D', [graph.input([-1, 9, 3]), weights(graph, [3, 3, 4])], {
        stride: integer(2),
        padding: text('SAME'),
      }),
  },
  {
    title: 'Conv3D',
    build: (graph) =>
      graph.node('Conv3D', [graph.input([-1, 4, 5, 6, 2]), weights(graph, [2, 3, 3, 2, 3])], {
        strides: integers([1, 1, 2, 1, 1]),
        dilations: integers([1, 1, 1, 1, 1]),
        padding: text('SAME'),
        data_format: text('NDHWC'),
      }),
  },
  {
    title: 'Conv2DBackpropInput to a shape that is computed from the rows',
    build: (graph) => {
      const x = graph.input([-1, 4, 4, 3])
      const rows = graph.node(
        'StridedSlice',
        [graph.node('Shape', [x]), graph.integers([0]), graph.integers([1]), graph.integers([1])],
        { shrink_axis_mask: integer(1) },
      )
      const shape = graph.node('Pack', [rows, graph.integer(8), graph.integer(8), graph.integer(2)])
      return graph.node('Conv2DBackpropInput', [shape, weights(graph, [3, 3, 2, 3]), x], {
        strides: integers([1, 2, 2, 1]),
        padding: text('SAME'),
      })
    },
  },
  ...['MaxPool', 'AvgPool'].map(
    (op): GraphCase => ({
      title: op,
      build: (graph) => {
        const x = graph.input([-1, 7, 6, 2])
        const pool = (padding: string, stride: number): string =>
          graph.node(op, [x], {
            ksize: integers([1, 3, 2, 1]),
            strides: integers([1, stride, stride, 1]),
            padding: text(padding),
          })
        return [pool('SAME', 2), pool('VALID', 1)]
      },
    }),
  ),
  ...['MaxPool3D', 'AvgPool3D'].map(
    (op): GraphCase => ({
      title: op,
      build: (graph) =>
        graph.node(op, [graph.input([-1, 4, 5, 6, 2])], {
          ksize: integers([1, 2, 2, 2, 1]),
          strides: integers([1, 2, 2, 2, 1]),
          padding: text('VALID'),
        }),
    }),
  ),
  {
    title: 'MatMul and BatchMatMul with their transpositions',
    build: (graph) => {
      const a = graph.input([-1, 3])
      const b = graph.input([-1, 2, 4, 3])
      return [
        graph.node('MatMul', [a, weights(graph, [5, 3])], { transpose_b: flag(true) }),
        graph.node('MatMul', [a, a], { transpose_a: flag(true), transpose_b: {} }),
        graph.node('BatchMatMulV2', [b, b], { adj_y: flag(true) }),
        graph.node('BatchMatMul', [b, b], { adj_x: flag(true) }),
        graph.node('BatchMatMulV2', [b, weights(graph, [3, 2])]),
      ]
    },
  },
  {
    title: 'Einsum',
    build: (graph) => {
      const x = graph.input([-1, 4, 6])
      return [
        graph.node('Einsum', [x, weights(graph, [6, 2, 3])], {
          equation: text('abc,cde->abde'),
          N: integer(2),
        }),
        graph.node('Einsum', [x, x], { equation: text('nqd,nkd->nqk'), N: integer(2) }),
      ]
    },
  },
  {
    title: 'MatrixBandPart',
    build: (graph) => {
      const x = graph.input([-1, 4, 5])
      return [
        graph.node('MatrixBandPart', [x, graph.integer(0), graph.integer(0)]),
        graph.node('MatrixBandPart', [x, graph.integer(1), graph.integer(1)]),
      ]
    },
  },
  ...['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3'].map(
    (op): GraphCase => ({
      title: op,
      build: (graph) => {
        const variance = graph.floats([0.5, 1, 2])
        const inputs = [
          graph.input([-1, 4, 4, 3]),
          weights(graph, [3]),
          weights(graph, [3]),
          weights(graph, [3]),
          variance,
        ]
        return graph.node(op, inputs, {
          epsilon: float(0.01),
          is_training: flag(false),
          data_format: text('NHWC'),
        })
      },
    }),
  ),
  {
    title: 'LRN',
    build: (graph) =>
      graph.node('LRN', [graph.input([-1, 3, 3, 7])], {
        depth_radius: integer(2),
        bias: float(1.5),
        alpha: float(0.3),
        beta: float(0.75),
      }),
  },
  {
    title: 'Softmax and LogSoftmax',
    build: (graph) => {
      const x = graph.input([-1, 3, 4])
      return [graph.node('Softmax', [x]), graph.node('LogSoftmax', [x])]
    },
  },
  ...['ResizeBilinear', 'ResizeNearestNeighbor'].map(
    (op): GraphCase => ({
      title: op,
      build: (graph) => {
        const x = graph.input([-1, 4, 5, 2])
        const to = (attributes: Readonly<Record<string, object>>): string =>
          graph.node(op, [x, graph.integers([7, 9])], attributes)
        return [to({}), to({ align_corners: flag(true) }), to({ half_pixel_centers: flag(true) })]
      },
    }),
  ),
  {
    title: 'Pad, PadV2 and MirrorPad',
    build: (graph) => {
      const x = graph.input([-1, 4, 5, 2])
      const pads = graph.integers([0, 0, 1, 2, 0, 1, 0, 0], [4, 2])
      return [
        graph.node('Pad', [x, pads]),
        graph.node('PadV2', [x, pads, graph.float(-3)]),
        graph.node('MirrorPad', [x, pads], { mode: text('REFLECT') }),
        graph.node('MirrorPad', [x, pads], { mode: text('SYMMETRIC') }),
      ]
    },
  },
  {
    title: 'DepthToSpace',
    build: (graph) =>
      graph.node('DepthToSpace', [graph.input([-1, 3, 4, 12])], {
        block_size: integer(2),
        data_format: text('NHWC'),
      }),
  },
  {
    title: 'SpaceToBatchND around a convolution, and BatchToSpaceND with crops',
    build: (graph) => {
      const block = graph.integers([2, 2])
      const pads = graph.integers([2, 3, 2, 2], [2, 2])
      const spread = graph.node('SpaceToBatchND', [graph.input([-1, 7, 8, 3]), block, pads])
      const convolved = graph.node(
        'Conv2D',
        [spread, weights(graph, [3, 3, 3, 4])],
        sliding({ padding: 'VALID' }),
      )
      return graph.node('BatchToSpaceND', [convolved, block, graph.integers([0, 1, 0, 0], [2, 2])])
    },
  },
  ...['Mean', 'Sum', 'Max', 'Min', 'Prod'].map(
    (op): GraphCase => ({
      title: op,
      build: (graph) => {
        const x = graph.input([-1, 3, 4, 2])
        return [
          graph.node(op, [x, graph.integers([1, 2])]),
          graph.node(op, [x, graph.integers([-1])], { keep_dims: flag(true) }),
          graph.node(op, [x, graph.integer(1)]),
          graph.node(op, [x, graph.integers([0])]),
        ]
      },
    }),
  ),
  ...['All', 'Any'].map(
    (op): GraphCase => ({
      title: op,
      build: (graph) => graph.node(op, [graph.input([-1, 3], { type: 'bool' }), graph.integers([1])]),
    }),
  ),
  ...['ArgMax', 'ArgMin'].map(
    (op): GraphCase => ({
      title: op,
      build: (graph) => {
        const x = graph.input([-1, 3, 5])
        return [graph.node(op, [x, graph.integer(-1)]), graph.node(op, [x, graph.integer(1)])]
      },
    }),
  ),
  {
    title: 'EuclideanNorm',
    build: (graph) => graph.node('EuclideanNorm', [graph.input([-1, 5]), graph.integers([1])]),
  },
  {
    title: 'Cumsum',
    build: (graph) => {
      const x = graph.input([-1, 5])
      return [
        graph.node('Cumsum', [x, graph.integer(1)]),
        graph.node('Cumsum', [x, graph.integer(0)], { exclusive: flag(true), reverse: flag(true) }),
      ]
    },
  },
]
