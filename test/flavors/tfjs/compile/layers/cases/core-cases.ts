import { layers, model, sequential } from '@tensorflow/tfjs-layers'
import { ACTIVATION_NAMES } from '../../../../../../src/flavors/tfjs/compile/layers/rows/activations.ts'
import { called, input, layerCase, modelCase } from './layer-case.ts'

type Activation = NonNullable<Parameters<typeof layers.activation>[0]>['activation']

export const CORE_CASES = [
  layerCase('plain', [7], () => layers.dense({ units: 5 })),
  layerCase('without a bias', [7], () => layers.dense({ units: 5, useBias: false, activation: 'relu' })),
  layerCase('over steps', [4, 7], () => layers.dense({ units: 5, activation: 'tanh' })),
  layerCase('over free steps', [null, 7], () => layers.dense({ units: 5, activation: 'elu' })),
  layerCase('over images', [3, 4, 7], () => layers.dense({ units: 5, activation: 'softmax' })),
  layerCase('of integers', [7], () => layers.dense({ units: 5 }), { dtype: 'int32', element: (n) => n * 9 }),
  ...ACTIVATION_NAMES.map((name) =>
    layerCase(name, [3, 4], () => layers.activation({ activation: name as Activation }), {
      element: (number) => number * 6,
    }),
  ),
  ...(['relu', 'relu6'] as const).map((activation) =>
    layerCase(`${activation} of integers`, [3, 4], () => layers.activation({ activation }), {
      dtype: 'int32',
      element: (number) => number * 9,
    }),
  ),
  layerCase('dropped', [5], () => layers.dropout({ rate: 0.5 })),
  layerCase('dropped in one dimension', [5, 3], () => layers.spatialDropout1d({ rate: 0.5 })),
  layerCase('with noise', [5], () => layers.gaussianNoise({ stddev: 2 })),
  layerCase('with noise as a factor', [5], () => layers.gaussianDropout({ rate: 0.5 })),
  layerCase('dropped to alpha', [5], () => layers.alphaDropout({ rate: 0.5 })),
  layerCase('an image', [3, 4, 2], () => layers.flatten()),
  layerCase('an image with its channels first', [2, 3, 4], () =>
    layers.flatten({ dataFormat: 'channelsFirst' }),
  ),
  layerCase('of integers', [3, 4], () => layers.flatten(), { dtype: 'int32', element: (n) => n * 99 }),
  layerCase('whole', [3, 4], () => layers.reshape({ targetShape: [2, 6] })),
  layerCase('with a free dimension', [3, 4], () => layers.reshape({ targetShape: [-1, 2] })),
  layerCase('of a free dimension', [null, 4], () => layers.reshape({ targetShape: [null, 2] })),
  layerCase('to a single dimension', [3, 4], () => layers.reshape({ targetShape: [12] })),
  layerCase('of steps', [3, 4], () => layers.permute({ dims: [2, 1] })),
  layerCase('of images', [3, 4, 2], () => layers.permute({ dims: [3, 1, 2] })),
  layerCase('plain', [4], () => layers.repeatVector({ n: 3 })),
  layerCase('of another value', [6, 1], () => layers.masking({ maskValue: 1 }), {
    element: (number) => Math.sign(number),
  }),
  layerCase('of integers', [6, 2], () => layers.masking(), {
    dtype: 'int32',
    element: (number) => number * 2,
  }),
  layerCase('plain', [6, 2], () => layers.masking(), { element: (number) => Math.round(number) }),
  modelCase('Flatten', 'after a convolution', () =>
    sequential({
      layers: [
        layers.conv2d({ filters: 3, kernelSize: 2, inputShape: [4, 5, 2] }),
        layers.flatten(),
        layers.dense({ units: 3 }),
      ],
    }),
  ),
  modelCase('Reshape', 'after a convolution', () =>
    sequential({
      layers: [
        layers.conv2d({ filters: 4, kernelSize: 2, inputShape: [4, 5, 2] }),
        layers.reshape({ targetShape: [6, 8] }),
        layers.conv1d({ filters: 4, kernelSize: 2 }),
      ],
    }),
  ),
  modelCase('Permute', 'between convolutions', () => {
    const x = input(4, 5, 2)
    const y = called(layers.conv2d({ filters: 3, kernelSize: 2 }), x)
    const z = called(layers.permute({ dims: [2, 3, 1] }), y)
    return model({ inputs: x, outputs: called(layers.conv2d({ filters: 3, kernelSize: 2 }), z) })
  }),
]

export const ACTIVATION_CASES = [
  layerCase('plain', [5], () => layers.reLU()),
  layerCase('with a largest value', [5], () => layers.reLU({ maxValue: 0.7 })),
  layerCase('plain', [5], () => layers.leakyReLU()),
  layerCase('with alpha', [5], () => layers.leakyReLU({ alpha: 0.1 })),
  layerCase('plain', [5], () => layers.prelu()),
  layerCase('of images with shared axes', [3, 4, 2], () => layers.prelu({ sharedAxes: [1, 2] })),
  layerCase('of images', [3, 4, 2], () => layers.prelu()),
  layerCase('plain', [5], () => layers.elu()),
  layerCase('plain', [9], () => layers.thresholdedReLU()),
  layerCase('with theta', [9], () => layers.thresholdedReLU({ theta: 0.3 })),
  layerCase('over the only axis', [5], () => layers.softmax()),
  layerCase('over the last axis', [3, 5], () => layers.softmax({ axis: -1 })),
]
