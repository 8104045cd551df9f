import type { Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { add } from '../../operators/binary.ts'
import { convolution, depthwiseConvolution } from '../../operators/convolution.ts'
import { transposedConvolution } from '../../operators/transposed-convolution.ts'
import type { LayerConfig } from '../layer-config.ts'
import { type LayerCall, type LayerRow, layerRow } from '../layer-row.ts'
import { activated } from './activations.ts'
import { dataFormat, expectRank, knownDimension, withChannelsLast } from './channels.ts'

/** Convolutions. Of `groups`, `output_padding` and, in a DepthwiseConv2D, `dilation_rate` TF.js takes no notice. */

export const CONVOLUTIONAL: readonly LayerRow[] = [
  convolutional('Conv1D', 1),
  convolutional('Conv2D', 2),
  convolutional('Conv3D', 3),
  transposed('Conv2DTranspose', 2),
  transposed('Conv3DTranspose', 3),
  layerRow({
    className: 'DepthwiseConv2D',
    semantics: 'tfjs-layers layers/convolutional_depthwise.ts DepthwiseConv2D',
    call: (call) => {
      const { graph, config } = call
      const y = spatially(call, 2, (x) => {
        const channels = knownDimension(x, 3)
        const multiplier = config.count('depthMultiplier', 1)
        const filter = call.weight('depthwise_kernel', [...kernelSize(config, 2), channels, multiplier])
        const attributes = { strides: strides(config, 2), dilations: [1, 1], padding: padding(config) }
        return graph.add(depthwiseConvolution, [x, filter, ...bias(call, channels * multiplier)], attributes)
      })
      return activated(call, y)
    },
  }),
  layerRow({
    className: 'SeparableConv2D',
    semantics: 'tfjs-layers layers/convolutional.ts SeparableConv2D',
    call: (call) => {
      const { config } = call
      // TF.js adds the bias as if the channels were first already, where they are last still.
      if (dataFormat(config) === 'channelsFirst' && config.flag('useBias', true))
        throw new NotCompiled('a bias with its channels first')
      return spatially(call, 2, (x) => activated(call, separable(call, x)))
    },
  }),
]

function convolutional(className: string, rank: number): LayerRow {
  return layerRow({
    className,
    semantics: `tfjs-layers layers/convolutional.ts ${className}`,
    call: (call) => {
      const { config } = call
      // TF.js gives the channels of Conv1D last in any case.
      if (rank === 1 && dataFormat(config) === 'channelsFirst') throw new NotCompiled('channels first')
      return activated(
        call,
        spatially(call, rank, (x) => convolved(call, x, rank)),
      )
    },
  })
}

function convolved(call: LayerCall, x: Value, rank: number): Value {
  const { graph, config } = call
  const filters = config.count('filters')
  const filter = call.weight('kernel', [...kernelSize(config, rank), knownDimension(x, rank + 1), filters])
  return graph.add(convolution, [x, filter, ...bias(call, filters)], windowAttributes(config, rank))
}

function transposed(className: string, rank: number): LayerRow {
  return layerRow({
    className,
    semantics: `tfjs-layers layers/convolutional.ts ${className}`,
    call: (call) => {
      const { graph, config } = call
      const y = spatially(call, rank, (x) => {
        const filters = config.count('filters')
        const shape = [...kernelSize(config, rank), filters, knownDimension(x, rank + 1)]
        const filter = call.weight('kernel', shape)
        const attributes = { strides: strides(config, rank), padding: padding(config) }
        return biased(call, graph.add(transposedConvolution, [x, filter], attributes), filters)
      })
      return activated(call, y)
    },
  })
}

function separable(call: LayerCall, x: Value): Value {
  const { graph, config } = call
  const channels = knownDimension(x, 3)
  const multiplier = config.count('depthMultiplier', 1)
  const filters = config.count('filters')
  const depthwise = call.weight('depthwise_kernel', [...kernelSize(config, 2), channels, multiplier])
  const pointwise = call.weight('pointwise_kernel', [1, 1, channels * multiplier, filters])
  const each = graph.add(depthwiseConvolution, [x, depthwise], windowAttributes(config, 2))
  return graph.add(convolution, [each, pointwise, ...bias(call, filters)], {
    strides: [1, 1],
    dilations: [1, 1],
    padding: 'valid',
  })
}

/** With channels last, whatever the layer's `data_format`. */
function spatially(call: LayerCall, rank: number, work: (x: Value) => Value): Value {
  const x = call.inputs[0]!
  expectRank(x, rank + 2)
  return withChannelsLast(call.graph, { x, format: dataFormat(call.config) }, work)
}

function bias(call: LayerCall, channels: number): readonly Value[] {
  return call.config.flag('useBias', true) ? [call.weight('bias', [channels])] : []
}

function biased(call: LayerCall, x: Value, channels: number): Value {
  return bias(call, channels).reduce((sum, term) => call.graph.add(add, [sum, term], null), x)
}

function windowAttributes(config: LayerConfig, rank: number) {
  return {
    strides: strides(config, rank),
    dilations: config.counts('dilationRate', rank, new Array<number>(rank).fill(1)),
    padding: padding(config),
  }
}

function kernelSize(config: LayerConfig, rank: number): readonly number[] {
  return config.counts('kernelSize', rank)
}

function strides(config: LayerConfig, rank: number): readonly number[] {
  return config.counts('strides', rank, new Array<number>(rank).fill(1))
}

/** Causal convolutions are none that TF.js runs. */
function padding(config: LayerConfig): 'same' | 'valid' {
  return config.choice('padding', ['same', 'valid'], 'valid')
}
