import type { Random } from '../../../../soak/mlflow-differential/random.ts'
import { attr, type GraphStep } from '../graph-recipe.ts'
import {
  channelsOf,
  computing,
  FLOATS,
  floats,
  integers,
  type Made,
  type NodeChoice,
  type NodeChoices,
  type Operand,
  type Supply,
  scalar,
  sizeOf,
} from './node-choice.ts'

/** What slides over images: convolutions and pools. */
export const windows: NodeChoices = {
  Conv1D: {
    types: FLOATS,
    ranks: [3],
    make: (x, { random }) => {
      const channels = x.dims.at(-1)
      if (typeof channels !== 'number') return undefined
      const filter = floats(random, [sizeOf(random, 3), channels, sizeOf(random, 4)])
      return computing('Conv1D', [x.ref, filter], {
        stride: attr.int(sizeOf(random, 3)),
        padding: attr.text(random.pick(['SAME', 'VALID'])),
      })
    },
  },
  Conv2D: convolution('Conv2D', []),
  _FusedConv2D: convolution('_FusedConv2D', ['Relu', 'Relu6', 'Elu', 'Prelu', 'LeakyRelu', 'Sigmoid']),
  DepthwiseConv2dNative: convolution('DepthwiseConv2dNative', []),
  DepthwiseConv2d: convolution('DepthwiseConv2d', []),
  FusedDepthwiseConv2dNative: convolution('FusedDepthwiseConv2dNative', ['Relu', 'Relu6', 'Elu']),
  Conv3D: {
    types: FLOATS,
    ranks: [5],
    make: (x, { random }) => {
      const channels = x.dims.at(-1)
      if (typeof channels !== 'number') return undefined
      const sizes = random.times(3, () => sizeOf(random, 3))
      const filter = floats(random, [...sizes, channels, sizeOf(random, 3)])
      const strides = [1, ...random.times(3, () => sizeOf(random, 2)), 1]
      return computing('Conv3D', [x.ref, filter], {
        strides: attr.ints(strides),
        padding: attr.text(random.pick(['SAME', 'VALID'])),
        data_format: attr.text('NDHWC'),
        dilations: attr.ints([1, 1, 1, 1, 1]),
      })
    },
  },
  Conv2DBackpropInput: { types: FLOATS, ranks: [4], make: backprop },
  MaxPool: pool('MaxPool', 2),
  AvgPool: pool('AvgPool', 2),
  MaxPoolWithArgmax: {
    types: FLOATS,
    ranks: [4],
    wantsExact: true,
    make: (x, supply) => {
      const { steps, ...rest } = pool('MaxPoolWithArgmax', 2).make(x, supply)!
      const more = { include_batch_in_index: attr.bool(supply.random.chance(0.5)) }
      return { ...rest, steps: steps.map((step) => ({ ...step, attr: { ...step.attr, ...more } })) }
    },
  },
  MaxPool3D: pool('MaxPool3D', 3),
  AvgPool3D: pool('AvgPool3D', 3),
}

function convolution(op: string, activations: readonly string[]): NodeChoice {
  const isDepthwise = op.includes('Depthwise')
  const isFused = op.includes('Fused')
  return {
    types: FLOATS,
    ranks: [4],
    make: (x, { random }) => {
      const channels = x.dims.at(-1)
      if (typeof channels !== 'number') return undefined
      const last = isDepthwise ? sizeOf(random, 3) : channelsOf(random, 6)
      const filter = floats(random, [sizeOf(random, 4), sizeOf(random, 4), channels, last])
      const attributes = slidingAttributes(random, isDepthwise)
      if (!isFused) return computing(op, [x.ref, filter], attributes)
      const fused = fusion(random, isDepthwise ? channels * last : last, activations)
      return computing(op, [x.ref, filter, ...fused.from], { ...attributes, ...fused.attr })
    },
  }
}

function slidingAttributes(random: Random, isDepthwise: boolean): GraphStep['attr'] {
  const isDilated = random.chance(0.25)
  const isExplicit = !isDepthwise && random.chance(0.2)
  const stride = sizeOf(random, 3)
  const strides = isDilated ? [1, 1, 1, 1] : [1, stride, isDepthwise ? stride : sizeOf(random, 3), 1]
  const dilations = isDilated ? [1, 1 + random.below(2), 1 + random.below(3), 1] : [1, 1, 1, 1]
  const explicit = [0, 0, ...random.times(4, () => random.below(3)), 0, 0]
  return {
    strides: attr.ints(strides),
    padding: attr.text(isExplicit ? 'EXPLICIT' : random.pick(['SAME', 'VALID'])),
    data_format: attr.text('NHWC'),
    ...(isExplicit ? { explicit_paddings: attr.ints(explicit) } : {}),
    ...(isDilated || random.chance(0.5) ? { dilations: attr.ints(dilations) } : {}),
  }
}

/** A bias, and an activation behind it. */
export function fusion(random: Random, channels: number, activations: readonly string[]) {
  const activation = random.chance(0.3) ? [] : [random.pick(activations)]
  const from = [floats(random, [channels])]
  if (activation[0] === 'Prelu') from.push(floats(random, [channels]))
  return {
    from,
    attr: {
      fused_ops: attr.texts(['BiasAdd', ...activation]),
      num_args: attr.int(from.length),
      ...(activation[0] === 'LeakyRelu' ? { leakyrelu_alpha: attr.float(0.3) } : {}),
    },
  }
}

function backprop({ ref, dims }: Operand, { random }: Supply): Made | undefined {
  const [rows, height, width, channels] = dims
  if (typeof height !== 'number' || typeof width !== 'number' || typeof channels !== 'number')
    return undefined
  const [size, stride, filters] = [sizeOf(random, 4), sizeOf(random, 3), sizeOf(random, 4)]
  const padding = random.pick(['SAME', 'VALID'])
  const spread = (input: number) =>
    padding === 'SAME'
      ? input * stride - random.below(stride)
      : (input - 1) * stride + size + random.below(stride)
  const filter = floats(random, [size, size, filters, channels])
  const attributes = { strides: attr.ints([1, stride, stride, 1]), padding: attr.text(padding) }
  if (typeof rows === 'number') {
    const shape = integers([rows, spread(height), spread(width), filters])
    return computing('Conv2DBackpropInput', [shape, filter, ref], attributes)
  }
  const rest = [spread(height), spread(width), filters].map((dim) => scalar('int32', dim))
  const steps: GraphStep[] = [
    { op: 'Shape', from: [ref], attr: {} },
    {
      op: 'StridedSlice',
      from: ['@0', integers([0]), integers([1]), integers([1])],
      attr: { shrink_axis_mask: attr.int(1) },
    },
    { op: 'Pack', from: ['@1', ...rest], attr: { N: attr.int(4), axis: attr.int(0) } },
    { op: 'Conv2DBackpropInput', from: ['@2', filter, ref], attr: attributes },
  ]
  return { steps }
}

function pool(op: string, rank: number): NodeChoice {
  return {
    types: FLOATS,
    ranks: [rank + 2],
    make: ({ ref, isExact }, { random }) => {
      const ksize = [1, ...random.times(rank, () => sizeOf(random, 4)), 1]
      const strides = [1, ...random.times(rank, () => sizeOf(random, 3)), 1]
      const made = computing(op, [ref], {
        ksize: attr.ints(ksize),
        strides: attr.ints(strides),
        padding: attr.text(random.pick(['SAME', 'VALID'])),
        data_format: attr.text(rank === 2 ? 'NHWC' : 'NDHWC'),
      })
      return { ...made, isExact: isExact && op.startsWith('Max') }
    },
  }
}
