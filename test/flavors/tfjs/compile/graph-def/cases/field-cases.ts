import { attribute, type GraphBuilder } from '../../../../../fixtures/tfjs/graph-builder.ts'
import type { GraphCase } from './graph-case.ts'
import { weights } from './network-cases.ts'

const { integer, integers, flag, text, texts, type } = attribute

const ONES = integers([1, 1, 1, 1])
const SAME = { strides: ONES, dilations: ONES, padding: text('SAME') }

/** A convolution, after which there are channels before places. */
function convolved(graph: GraphBuilder, x: string, filter: readonly number[]): string {
  return graph.node('Conv2D', [x, weights(graph, filter)], SAME)
}

function casted(graph: GraphBuilder, x: string, to: 'float32' | 'int32' | 'bool'): string {
  return graph.node('Cast', [x], { DstT: type(to) })
}

/** What converters write for networks of the hub, cut down to a few channels. */
export const FIELD_CASES: readonly GraphCase[] = [
  {
    title: 'BlazeFace: a block that grows channels, and heads as rows of anchors',
    free: [1],
    build: (graph) => {
      const x = convolved(graph, graph.input([-1, 8, 8, 3]), [3, 3, 3, 4])
      const padded = graph.node('Pad', [
        graph.node('MaxPool', [x], {
          ksize: integers([1, 2, 2, 1]),
          strides: integers([1, 2, 2, 1]),
          padding: text('SAME'),
        }),
        graph.integers([0, 0, 0, 0, 0, 0, 0, 2], [4, 2]),
      ])
      const deep = graph.node(
        'FusedDepthwiseConv2dNative',
        [x, weights(graph, [3, 3, 4, 1]), weights(graph, [4])],
        {
          strides: integers([1, 2, 2, 1]),
          dilations: ONES,
          padding: text('SAME'),
          fused_ops: texts(['BiasAdd']),
          num_args: integer(1),
        },
      )
      const wide = graph.node('Relu', [graph.node('AddV2', [convolved(graph, deep, [1, 1, 4, 6]), padded])])
      const scores = graph.node('Reshape', [convolved(graph, wide, [1, 1, 6, 2]), graph.integers([1, 32, 1])])
      const more = graph.node('Reshape', [convolved(graph, x, [1, 1, 4, 1]), graph.integers([1, 64, 1])])
      return graph.node('ConcatV2', [scores, more, graph.integer(1)], { N: integer(2) })
    },
  },
  {
    title: 'MoveNet: the places of the best heats, and the offsets there',
    free: [1],
    build: (graph) => {
      const x = casted(graph, graph.input([1, 6, 8, 3], { type: 'int32', values: { below: 256 } }), 'float32')
      const features = convolved(graph, x, [3, 3, 3, 4])
      const heat = graph.node('Sigmoid', [convolved(graph, features, [1, 1, 4, 5])])
      const offsets = convolved(graph, features, [1, 1, 4, 10])
      const flat = graph.node('Reshape', [heat, graph.integers([1, 48, 5])])
      const best = graph.node('ArgMax', [flat, graph.integer(1)], { output_type: type('int32') })
      const y = graph.node('FloorDiv', [best, graph.integer(8)])
      const across = graph.node('Sub', [best, graph.node('Mul', [y, graph.integer(8)])])
      const channel = graph.node('Reshape', [graph.integers([0, 1, 2, 3, 4]), graph.integers([1, 5])])
      const row = graph.node('ZerosLike', [channel])
      const at = graph.node('Pack', [row, y, across, channel], { axis: integer(-1) })
      const score = graph.node('GatherNd', [heat, at])
      const shift = graph.node('GatherNd', [
        graph.node('Reshape', [offsets, graph.integers([1, 6, 8, 5, 2])]),
        at,
      ])
      const place = graph.node('Pack', [y, across], { axis: integer(2) })
      const exact = graph.node('AddV2', [casted(graph, place, 'float32'), shift])
      const scaled = graph.node('Mul', [exact, graph.floats([1 / 6, 1 / 8])])
      return [
        graph.node(
          'ConcatV2',
          [scaled, graph.node('ExpandDims', [score, graph.integer(-1)]), graph.integer(2)],
          { N: integer(2) },
        ),
        best,
      ]
    },
  },
  {
    title: 'ShuffleNet: channels in groups, shuffled and split',
    build: (graph) => {
      const x = convolved(graph, graph.input([-1, 4, 5, 3]), [3, 3, 3, 6])
      const groups = graph.node('Reshape', [x, graph.integers([-1, 4, 5, 2, 3])])
      const turned = graph.node('Transpose', [groups, graph.integers([0, 1, 2, 4, 3])])
      const shuffled = graph.node('Reshape', [turned, graph.integers([-1, 4, 5, 6])])
      const split = graph.node('Split', [graph.integer(3), convolved(graph, shuffled, [1, 1, 6, 6])], {
        num_split: integer(2),
      })
      return graph.node('ConcatV2', [`${split}:1`, graph.node('Relu', [split]), graph.integer(-1)], {
        N: integer(2),
      })
    },
  },
  {
    title: 'Pyramids: twice as large by ones of six dimensions, and by resizing',
    build: (graph) => {
      const x = convolved(graph, graph.input([-1, 3, 4, 3]), [3, 3, 3, 2])
      const six = graph.node('Reshape', [x, graph.integers([-1, 3, 1, 4, 1, 2])])
      const ones = graph.floats(new Array(4).fill(1), [1, 1, 2, 1, 2, 1])
      const large = graph.node('Reshape', [graph.node('Mul', [six, ones]), graph.integers([-1, 6, 8, 2])])
      const resized = graph.node('ResizeNearestNeighbor', [x, graph.integers([6, 8])], {
        half_pixel_centers: flag(true),
      })
      return graph.node('AddV2', [large, resized])
    },
  },
  {
    title: 'Styles: each channel of each image by its own mean and deviation',
    free: [1, 2],
    build: (graph) => {
      const x = convolved(
        graph,
        graph.node(
          'MirrorPad',
          [graph.input([-1, 6, 7, 3]), graph.integers([0, 0, 2, 2, 2, 2, 0, 0], [4, 2])],
          {
            mode: text('REFLECT'),
          },
        ),
        [3, 3, 3, 4],
      )
      const over = graph.integers([1, 2])
      const mean = graph.node('Mean', [x, over], { keep_dims: flag(true) })
      const squares = graph.node('SquaredDifference', [x, graph.node('StopGradient', [mean])])
      const variance = graph.node('Mean', [squares, over], { keep_dims: flag(true) })
      const scale = graph.node('Rsqrt', [graph.node('AddV2', [variance, graph.float(1e-3)])])
      const factor = graph.node('Mul', [scale, weights(graph, [4])])
      return graph.node('AddV2', [
        graph.node('Mul', [x, factor]),
        graph.node('Sub', [weights(graph, [4]), graph.node('Mul', [mean, factor])]),
      ])
    },
  },
  {
    title: 'Segments: the class of each pixel, as an image as large as the input',
    build: (graph) => {
      const x = graph.input([-1, 4, 6, 3])
      const turned = graph.node(
        'StridedSlice',
        [
          x,
          ...[
            [0, 0],
            [0, 0],
            [1, -1],
          ].map((each) => graph.integers(each)),
        ],
        {
          begin_mask: integer(2),
          end_mask: integer(2),
          ellipsis_mask: integer(1),
        },
      )
      const classes = graph.node('ArgMax', [convolved(graph, turned, [3, 3, 3, 5]), graph.integer(3)])
      const image = graph.node('ExpandDims', [casted(graph, classes, 'int32'), graph.integer(-1)])
      const large = graph.node('ResizeNearestNeighbor', [image, graph.integers([8, 9])], {
        align_corners: flag(true),
      })
      const mask = graph.node('Equal', [
        graph.node('Squeeze', [large], { squeeze_dims: integers([3]) }),
        graph.integer(2),
      ])
      return [large, graph.node('SelectV2', [mask, graph.float(1), graph.float(-1)])]
    },
  },
  {
    title: 'Steps: a convolution of one dimension, written with two, and attention over its steps',
    build: (graph) => {
      const x = graph.node('ExpandDims', [graph.input([-1, 9, 4]), graph.integer(-3)])
      const y = graph.node('BiasAdd', [convolved(graph, x, [1, 3, 4, 6]), weights(graph, [6])])
      const steps = graph.node('Squeeze', [y], { squeeze_dims: integers([-3]) })
      const positions = graph.node('AddV2', [steps, weights(graph, [9, 6])])
      const products = graph.node('BatchMatMulV2', [positions, steps], { adj_y: flag(true) })
      const shifted = graph.node('Sub', [
        products,
        graph.node('Max', [products, graph.integers([-1])], { keep_dims: flag(true) }),
      ])
      const powers = graph.node('Exp', [shifted])
      const shares = graph.node('RealDiv', [
        powers,
        graph.node('Sum', [powers, graph.integers([-1])], { keep_dims: flag(true) }),
      ])
      return graph.node('BatchMatMulV2', [shares, positions])
    },
  },
  {
    title: 'Boxes: parts of anchors decoded, and the best rows of each image',
    build: (graph) => {
      const x = convolved(graph, graph.input([-1, 3, 3, 2]), [3, 3, 2, 8])
      const raw = graph.node('Reshape', [x, graph.integers([-1, 18, 4])])
      const parts = graph.node('Unpack', [raw], { axis: integer(-1), num: integer(4) })
      const size = graph.node('Mul', [graph.node('Exp', [`${parts}:2`]), weights(graph, [18])])
      const boxes = graph.node('Pack', [parts, graph.node('Sub', [`${parts}:1`, size]), size], {
        axis: integer(2),
      })
      const best = graph.node('TopKV2', [`${parts}:3`, graph.integer(4)], { sorted: flag(true) })
      const picked = graph.node('GatherV2', [boxes, `${best}:1`, graph.integer(1)], {
        batch_dims: integer(1),
      })
      return [picked, best, graph.node('Cumsum', [raw, graph.integer(1)], { exclusive: flag(true) })]
    },
  },
  {
    title: 'operands of every rank beside images whose channels come first',
    build: (graph) => {
      const x = convolved(graph, graph.input([-1, 3, 4, 2]), [3, 3, 2, 5])
      const row = graph.input([-1, 5])
      const shaped = graph.node('Reshape', [row, graph.integers([-1, 1, 1, 5])])
      const three = graph.node('Mul', [graph.input([3, 4, 1]), graph.float(2)])
      const two = graph.node('Neg', [graph.input([4, 5])])
      const added = [
        shaped,
        three,
        two,
        weights(graph, [3, 1, 1]),
        weights(graph, [4, 5]),
        weights(graph, [5]),
      ].reduce((sum, each) => graph.node('AddV2', [sum, each]), x)
      const isLarge = graph.node('Greater', [weights(graph, [5]), graph.float(0)])
      const chosen = graph.node('SelectV2', [
        isLarge,
        added,
        graph.node('Prelu', [added, weights(graph, [1, 1, 5])]),
      ])
      const turned = graph.node('ReverseV2', [chosen, graph.integers([2])])
      const tiled = graph.node('Tile', [turned, graph.integers([1, 2, 1, 3])])
      return [
        graph.node('Sum', [tiled, graph.integers([1])]),
        graph.node('Max', [tiled, graph.integers([-1])]),
        graph.node('Min', [tiled, graph.integers([1, 2, 3])]),
        graph.node('Mean', [tiled, graph.integers([0])]),
        graph.node('Cumsum', [chosen, graph.integer(3)], { reverse: flag(true) }),
        graph.node('Softmax', [turned]),
        graph.node('Any', [graph.node('Less', [tiled, graph.float(0)]), graph.integers([3])]),
      ]
    },
  },
]
