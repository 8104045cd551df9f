import type { Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { multiply } from '../../operators/binary.ts'
import { cast } from '../../operators/cast.ts'
import { notEqual } from '../../operators/comparison.ts'
import { matrixProduct } from '../../operators/matrix-product.ts'
import { any } from '../../operators/reduction.ts'
import { expandDims } from '../../operators/reshape.ts'
import { tile } from '../../operators/tile.ts'
import { transpose } from '../../operators/transpose.ts'
import { firstMask, type LayerCall, type LayerRow, layerRow } from '../layer-row.ts'
import { activated } from './activations.ts'
import { channelsLast, expectRank, knownDimension } from './channels.ts'
import { reshapedRows } from './shapes.ts'

/** Layers that give what they are given: what they do, they do in training only. */
const ONLY_IN_TRAINING = [
  ['Dropout', 'layers/core.ts'],
  ['SpatialDropout1D', 'layers/core.ts'],
  ['GaussianNoise', 'layers/noise.ts'],
  ['GaussianDropout', 'layers/noise.ts'],
  ['AlphaDropout', 'layers/noise.ts'],
] as const

export const CORE: readonly LayerRow[] = [
  ...ONLY_IN_TRAINING.map(([className, file]) =>
    layerRow({
      className,
      semantics: `tfjs-layers ${file} ${className}`,
      mask: firstMask,
      call: ({ inputs }) => inputs[0]!,
    }),
  ),
  layerRow({
    className: 'Dense',
    semantics: 'tfjs-layers layers/core.ts Dense',
    mask: firstMask,
    call: (call) => activated(call, dense(call)),
  }),
  layerRow({
    className: 'Activation',
    semantics: 'tfjs-layers layers/core.ts Activation',
    mask: firstMask,
    call: (call) => activated(call, call.inputs[0]!),
  }),
  layerRow({
    className: 'Flatten',
    semantics: 'tfjs-layers layers/core.ts Flatten',
    call: ({ graph, config, inputs }) => {
      const x = inputs[0]!
      if (x.shape.length < 3) throw new NotCompiled(`an input of ${x.shape.length} dimensions`)
      const isFirst = config.raw('dataFormat') === 'channelsFirst'
      return reshapedRows(graph, isFirst ? channelsLast(graph, x) : x, [null])
    },
  }),
  layerRow({
    className: 'Reshape',
    semantics: 'tfjs-layers layers/core.ts Reshape',
    call: ({ graph, config, inputs }) => {
      const dims = targetShape(config.raw('targetShape'))
      if (dims === undefined) throw config.wrong('targetShape', 'a list of sizes')
      return reshapedRows(graph, inputs[0]!, dims)
    },
  }),
  layerRow({
    className: 'Permute',
    semantics: 'tfjs-layers layers/core.ts Permute',
    call: ({ graph, config, inputs }) =>
      graph.add(transpose, [inputs[0]!], { order: [0, ...config.integers('dims')] }),
  }),
  layerRow({
    className: 'RepeatVector',
    semantics: 'tfjs-layers layers/core.ts RepeatVector',
    call: ({ graph, config, inputs }) => {
      expectRank(inputs[0]!, 2)
      const step = graph.add(expandDims, [inputs[0]!], { axis: 1 })
      return graph.add(tile, [step], { repeats: [1, config.count('n'), 1] })
    },
  }),
  layerRow({
    className: 'Masking',
    semantics: 'tfjs-layers layers/core.ts Masking',
    mask: (call) => [unmasked(call, false)],
    call: (call) => {
      const { graph, inputs } = call
      const type = inputs[0]!.type
      const kept = graph.add(cast, [unmasked(call, true)], { type })
      return graph.add(multiply, [inputs[0]!, kept], null)
    },
  }),
]

function dense(call: LayerCall): Value {
  const { graph, config } = call
  const x = call.inputs[0]!
  if (x.shape.length < 2) throw new NotCompiled(`an input of ${x.shape.length} dimensions`)
  const units = config.count('units')
  const operands = [x, call.weight('kernel', [knownDimension(x, -1), units])]
  if (config.flag('useBias', true)) operands.push(call.weight('bias', [units]))
  return graph.add(matrixProduct, operands, { transposeA: false, transposeB: false })
}

function targetShape(value: unknown): readonly (number | null)[] | undefined {
  if (!Array.isArray(value) || !value.every((dim) => dim === null || Number.isInteger(dim))) return undefined
  return (value as readonly (number | null)[]).map((dim) => (dim === null || dim < 0 ? null : dim))
}

/** Steps of which anything differs from the masked value. */
function unmasked({ graph, config, inputs }: LayerCall, keepDimensions: boolean): Value {
  const x = inputs[0]!
  const differs = graph.add(notEqual, [x, graph.float(config.number('maskValue', 0))], null)
  return graph.add(any, [differs], { axes: [x.shape.length - 1], keepDimensions })
}
