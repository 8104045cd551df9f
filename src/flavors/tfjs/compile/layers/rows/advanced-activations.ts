import { NotCompiled } from '../../not-compiled.ts'
import { prelu } from '../../operators/binary.ts'
import { softmax } from '../../operators/softmax.ts'
import { clip, elu, leakyRelu, relu, threshold } from '../../operators/unary.ts'
import { firstMask, type LayerRow, layerRow } from '../layer-row.ts'
import { knownDimension } from './channels.ts'

/** Activations that are layers. Of a ReLU's `negative_slope` and `threshold` TF.js takes no notice. */
export const ADVANCED_ACTIVATIONS: readonly LayerRow[] = [
  layerRow({
    className: 'ReLU',
    semantics: 'tfjs-layers layers/advanced_activations.ts ReLU',
    mask: firstMask,
    call: ({ graph, config, inputs }) => {
      const y = graph.add(relu, inputs, null)
      if (!config.has('maxValue')) return y
      return graph.add(clip, [y], { min: 0, max: config.number('maxValue') })
    },
  }),
  layerRow({
    className: 'LeakyReLU',
    semantics: 'tfjs-layers layers/advanced_activations.ts LeakyReLU',
    call: ({ graph, config, inputs }) => graph.add(leakyRelu, inputs, { alpha: config.number('alpha', 0.3) }),
  }),
  layerRow({
    className: 'PReLU',
    semantics: 'tfjs-layers layers/advanced_activations.ts PReLU',
    mask: firstMask,
    call: ({ graph, config, inputs, weight }) => {
      const x = inputs[0]!
      const shared = config.has('sharedAxes') ? config.integers('sharedAxes') : []
      const sizes = x.shape
        .slice(1)
        .map((_, index) => (shared.includes(index + 1) ? 1 : knownDimension(x, index + 1)))
      return graph.add(prelu, [x, weight('alpha', sizes)], null)
    },
  }),
  layerRow({
    className: 'ELU',
    semantics: 'tfjs-layers layers/advanced_activations.ts ELU, which takes no other alpha than 1',
    call: ({ graph, config, inputs }) => {
      if (config.number('alpha', 1) !== 1) throw new NotCompiled(`alpha ${config.number('alpha')}`)
      return graph.add(elu, inputs, { alpha: 1 })
    },
  }),
  layerRow({
    className: 'ThresholdedReLU',
    semantics: 'tfjs-layers layers/advanced_activations.ts ThresholdedReLU',
    call: ({ graph, config, inputs }) => graph.add(threshold, inputs, { theta: config.number('theta', 1) }),
  }),
  layerRow({
    className: 'Softmax',
    semantics:
      'tfjs-layers layers/advanced_activations.ts Softmax, over the last axis alone; axis 1 if absent',
    usesMask: true,
    call: ({ graph, config, inputs, masks }) => {
      const rank = inputs[0]!.shape.length
      const axis = config.integers('axis', 1)
      if (masks[0] !== undefined) throw new NotCompiled('a mask')
      if (axis.length !== 1 || ![-1, rank - 1].includes(axis[0]!))
        throw new NotCompiled(`axis ${axis} of ${rank} dimensions`)
      return graph.add(softmax, inputs, { axis: rank - 1 })
    },
  }),
]
