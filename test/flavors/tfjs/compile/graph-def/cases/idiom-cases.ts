import { attribute, type GraphBuilder } from '../../../../../fixtures/tfjs/graph-builder.ts'
import type { GraphCase } from './graph-case.ts'
import { weights } from './network-cases.ts'

const { integer, flag, text, texts, type } = attribute

const HEADS = 2
const WIDTH = 6

/** What tools write for networks of the field, with sizes that only a run tells. */
export const IDIOM_CASES: readonly GraphCase[] = [
  {
    title: 'a transformer of any number of steps',
    free: [2, 5],
    build: (graph) => {
      const tokens = graph.input([-1, -1], { values: { below: 9 } })
      const indices = graph.node('Cast', [tokens], { DstT: type('int32') })
      const embedded = graph.node('GatherV2', [weights(graph, [9, WIDTH]), indices, graph.integer(0)])
      const attended = graph.node('AddV2', [embedded, attention(graph, embedded)])
      const normal = normalized(graph, attended)
      const wide = dense(graph, normal, { width: WIDTH, units: 12, activation: 'Relu' })
      const deep = dense(graph, wide, { width: 12, units: WIDTH })
      return graph.node('Mean', [graph.node('AddV2', [deep, normal]), graph.integers([1])])
    },
  },
  {
    title: 'the last step of each row, and a mask of as many steps as there are',
    free: [1, 4],
    build: (graph) => {
      const x = graph.input([-1, -1, 3])
      const shape = graph.node('Shape', [x])
      const steps = element(graph, shape, 1)
      const last = graph.node(
        'StridedSlice',
        [x, graph.integers([0, -1, 0]), graph.integers([0, 0, 0]), graph.integers([1, 1, 1])],
        { begin_mask: integer(5), end_mask: integer(5), shrink_axis_mask: integer(2) },
      )
      const places = graph.node('Range', [graph.integer(0), steps, graph.integer(1)], { Tidx: type('int32') })
      const row = graph.node('ExpandDims', [places, graph.integer(0)])
      const column = graph.node('ExpandDims', [places, graph.integer(1)])
      const causal = graph.node('Cast', [graph.node('LessEqual', [row, column])], { DstT: type('float32') })
      const ones = graph.node(
        'Fill',
        [graph.node('Pack', [element(graph, shape, 0), steps]), graph.float(1)],
        {
          T: type('float32'),
        },
      )
      return [last, causal, graph.node('BatchMatMulV2', [ones, causal])]
    },
  },
  {
    title: 'boxes of a detector: the best ones, and their corners',
    free: [4, 9],
    build: (graph) => {
      const corner = graph.input([-1, 2], { values: 'unit' })
      const size = graph.node('Mul', [graph.input([-1, 2], { values: 'unit' }), graph.float(0.5)])
      const boxes = graph.node('ConcatV2', [corner, graph.node('AddV2', [corner, size]), graph.integer(-1)], {
        N: integer(2),
      })
      const scores = graph.node('Max', [graph.input([-1, 3], { values: 'unit' }), graph.integers([1])])
      const limits = [graph.integer(5), graph.float(0.5), graph.float(0.1)]
      const chosen = graph.node('NonMaxSuppressionV3', [boxes, scores, ...limits])
      return [
        graph.node('GatherV2', [boxes, chosen, graph.integer(0)]),
        graph.node('GatherV2', [scores, chosen, graph.integer(0)]),
        graph.node('Size', [chosen]),
      ]
    },
  },
]

function element(graph: GraphBuilder, vector: string, index: number): string {
  const bounds = [index, index + 1, 1].map((value) => graph.integers([value]))
  return graph.node('StridedSlice', [vector, ...bounds], { shrink_axis_mask: integer(1) })
}

interface Dense {
  readonly width: number
  readonly units: number
  readonly activation?: string
}

/** A dense layer over steps, as Keras writes it: all steps of all rows are the rows of one matrix. */
function dense(graph: GraphBuilder, x: string, { width, units, activation }: Dense): string {
  const shape = graph.node('Shape', [x])
  const flat = graph.node('Reshape', [x, graph.integers([-1, width])])
  const operands = [flat, weights(graph, [width, units]), weights(graph, [units])]
  const product =
    activation === undefined
      ? graph.node('BiasAdd', [graph.node('MatMul', operands.slice(0, 2)), operands[2]!])
      : graph.node('_FusedMatMul', operands, {
          fused_ops: texts(['BiasAdd', activation]),
          num_args: integer(1),
        })
  const outer = [element(graph, shape, 0), element(graph, shape, 1), graph.integer(units)]
  return graph.node('Reshape', [product, graph.node('Pack', outer)])
}

/** (rows, steps, heads * depth) to (rows, heads, steps, depth). */
function heads(graph: GraphBuilder, x: string): string {
  const projected = dense(graph, x, { width: WIDTH, units: WIDTH })
  const shape = graph.node('Shape', [projected])
  const dims = [
    element(graph, shape, 0),
    graph.integer(-1),
    graph.integer(HEADS),
    graph.integer(WIDTH / HEADS),
  ]
  const cut = graph.node('Reshape', [projected, graph.node('Pack', dims)])
  return graph.node('Transpose', [cut, graph.integers([0, 2, 1, 3])])
}

function attention(graph: GraphBuilder, x: string): string {
  const [query, key, value] = [heads(graph, x), heads(graph, x), heads(graph, x)]
  const scores = graph.node('BatchMatMulV2', [query, key], { adj_y: flag(true) })
  const scaled = graph.node('Mul', [scores, graph.float(1 / Math.sqrt(WIDTH / HEADS))])
  const mixed = graph.node('Einsum', [graph.node('Softmax', [scaled]), value], {
    equation: text('bhqk,bhkd->bqhd'),
    N: integer(2),
  })
  const shape = graph.node('Shape', [mixed])
  const outer = [element(graph, shape, 0), element(graph, shape, 1), graph.integer(WIDTH)]
  return graph.node('Reshape', [mixed, graph.node('Pack', outer)])
}

/** A layer normalization in its parts. */
function normalized(graph: GraphBuilder, x: string): string {
  const last = graph.integers([-1])
  const mean = graph.node('Mean', [x, last], { keep_dims: flag(true) })
  const squares = graph.node('SquaredDifference', [x, mean])
  const variance = graph.node('Mean', [squares, last], { keep_dims: flag(true) })
  const inverse = graph.node('Rsqrt', [graph.node('AddV2', [variance, graph.float(0.001)])])
  const factor = graph.node('Mul', [inverse, weights(graph, [WIDTH])])
  const offset = graph.node('Sub', [weights(graph, [WIDTH]), graph.node('Mul', [mean, factor])])
  return graph.node('AddV2', [graph.node('Mul', [x, factor]), offset])
}
