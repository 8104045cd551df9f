import type { Graph } from '../../graph/graph.ts'
import type { Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { add } from '../../operators/binary.ts'
import { type ConvolutionAttributes, convolution, depthwiseConvolution } from '../../operators/convolution.ts'
import { transposedConvolution } from '../../operators/transposed-convolution.ts'
import type { GraphRow, ReadNode } from '../graph-row.ts'
import { expectChannelsLast } from './data-format.ts'
import { fusedOperators } from './fused.ts'
import { paddingOf, placesOf } from './windows.ts'

type Kind = 'full' | 'depthwise'

const conv2d = convolutionRow(['Conv2D', '_FusedConv2D'], 'full', 2)
const conv3d = convolutionRow(['Conv3D'], 'full', 3)
const depthwise = convolutionRow(
  ['DepthwiseConv2dNative', 'DepthwiseConv2d', 'FusedDepthwiseConv2dNative'],
  'depthwise',
  2,
)

const conv1d: GraphRow = {
  names: ['Conv1D'],
  semantics: 'tfjs-converter Conv1D: stride and dilation are single numbers',
  operands: 2,
  read: ({ attributes }, [x, filter], graph) => {
    expectChannelsLast(attributes)
    return graph.add(convolution, [x!, filter!], {
      strides: [attributes.integer('stride', 1)],
      dilations: [attributes.integer('dilation', 1)],
      padding: paddingOf(attributes),
    })
  },
}

const transposed: GraphRow = {
  names: ['Conv2DBackpropInput'],
  semantics: 'TensorFlow Conv2DBackpropInput without dilation',
  operands: 3,
  read: ({ attributes }, [shape, filter, x], graph) => {
    expectChannelsLast(attributes)
    if (placesOf(attributes, 'dilations', 2).some((dilation) => dilation !== 1))
      throw new NotCompiled('dilations of a transposed convolution')
    return graph.add(transposedConvolution, [x!, filter!], {
      strides: placesOf(attributes, 'strides', 2),
      padding: paddingOf(attributes),
      outputShape: shape!.elements ?? new Array<null>(4).fill(null),
    })
  },
}

export const CONVOLUTIONS: readonly GraphRow[] = [conv1d, conv2d, conv3d, depthwise, transposed]

function convolutionRow(names: readonly string[], kind: Kind, places: number): GraphRow {
  return {
    names,
    semantics: `TensorFlow ${names[0]}, with fused operators`,
    operands: 2,
    read: (node, operands, graph) => {
      expectChannelsLast(node.attributes)
      return readConvolution({ node, operands, graph, kind, places })
    },
  }
}

interface ConvolutionUse {
  readonly node: ReadNode
  readonly operands: readonly Value[]
  readonly graph: Graph
  readonly kind: Kind
  readonly places: number
}

function readConvolution({ node: { attributes }, operands, graph, kind, places }: ConvolutionUse): Value {
  const [x, filter, ...more] = operands
  // TF.js's own result is NaN there: nothing tells its kernel the slope.
  if (kind === 'depthwise' && attributes.texts('fused_ops').includes('leakyrelu'))
    throw new NotCompiled('fused operator leakyrelu')
  const { bias, activate } = fusedOperators(attributes, more)
  const own: ConvolutionAttributes = {
    strides: placesOf(attributes, 'strides', places),
    dilations: placesOf(attributes, 'dilations', places),
    padding: paddingOf(attributes),
  }
  const isList = bias?.shape.length === 1
  const taken = isList ? [x!, filter!, bias] : [x!, filter!]
  const result = graph.add(kind === 'full' ? convolution : depthwiseConvolution, taken, own)
  const sum = bias === undefined || isList ? result : graph.add(add, [result, bias], null)
  return activate(sum, graph)
}
