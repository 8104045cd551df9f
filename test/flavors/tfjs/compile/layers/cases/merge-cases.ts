import { layers, model, sequential } from '@tensorflow/tfjs-layers'
import { called, input, layerCase, modelCase } from './layer-case.ts'

const PAIR = [
  [3, 4],
  [3, 4],
] as const

const THREE = [...PAIR, [3, 4]] as const

export const MERGE_CASES = [
  layerCase('of three', THREE, () => layers.add()),
  layerCase('of other ranks', [[3, 4], [4]], () => layers.add()),
  layerCase(
    'of a dimension of one',
    [
      [3, 4, 2],
      [1, 1, 2],
    ],
    () => layers.multiply(),
  ),
  layerCase('of three', THREE, () => layers.multiply()),
  layerCase('of three', THREE, () => layers.average()),
  layerCase('of three', THREE, () => layers.maximum()),
  layerCase('of three', THREE, () => layers.minimum()),
  layerCase('over the last axis', THREE, () => layers.concatenate()),
  layerCase('over steps', PAIR, () => layers.concatenate({ axis: 1 })),
  layerCase('of rows', PAIR, () => layers.dot({ axes: 1 }), { rows: [1, 3] }),
  layerCase('of vectors', [[5], [5]], () => layers.dot({ axes: -1 })),
  layerCase('of unit vectors', [[5], [5]], () => layers.dot({ axes: 1, normalize: true })),
  layerCase(
    'of matrices over the last axis',
    [
      [3, 4],
      [2, 4],
    ],
    () => layers.dot({ axes: -1 }),
  ),
  layerCase(
    'of matrices over different axes',
    [
      [3, 4],
      [4, 2],
    ],
    () => layers.dot({ axes: [2, 1] }),
  ),
  layerCase('of a matrix and a vector', [[3, 4], [4]], () => layers.dot({ axes: [2, 1] })),
  layerCase('of a vector and a matrix', [[4], [3, 4]], () => layers.dot({ axes: [1, 2] })),
  modelCase('Concatenate', 'between convolutions', () => {
    const x = input(6, 6, 2)
    const convolution = (filters: number) => layers.conv2d({ filters, kernelSize: 3, padding: 'same' })
    const parts = [called(convolution(3), x), called(convolution(2), x), x]
    return model({ inputs: x, outputs: called(convolution(2), called(layers.concatenate(), ...parts)) })
  }),
  modelCase('Add', 'around a convolution', () => {
    const x = input(6, 6, 2)
    const convolution = () => layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' })
    const y = called(layers.reLU(), called(layers.batchNormalization(), called(convolution(), x)))
    return model({ inputs: x, outputs: called(layers.add(), y, called(convolution(), y)) })
  }),
  modelCase('Multiply', 'of an image by its channels', () => {
    const x = input(6, 6, 2)
    const y = called(layers.conv2d({ filters: 4, kernelSize: 3 }), x)
    const squeezed = called(layers.globalAveragePooling2d({}), y)
    const excited = called(layers.dense({ units: 4, activation: 'sigmoid' }), squeezed)
    const shaped = called(layers.reshape({ targetShape: [1, 1, 4] }), excited)
    return model({ inputs: x, outputs: called(layers.multiply(), y, shaped) })
  }),
]

export const NORMALIZATION_CASES = [
  layerCase('of rows', [5], () => layers.batchNormalization()),
  layerCase('of steps', [4, 5], () => layers.batchNormalization({ epsilon: 0.1 })),
  layerCase('of images', [4, 3, 5], () => layers.batchNormalization({ scale: false })),
  layerCase('without an offset', [5], () => layers.batchNormalization({ center: false, axis: 1 })),
  layerCase('of rows', [5], () => layers.layerNormalization()),
  layerCase('of steps', [4, 5], () => layers.layerNormalization({ epsilon: 0.1, scale: false })),
  layerCase('over two axes', [4, 3, 5], () => layers.layerNormalization({ axis: [2, 3] })),
  layerCase('over two axes in another order', [4, 3, 5], () => layers.layerNormalization({ axis: [3, 2] })),
  layerCase('over inner axes', [4, 3, 5], () => layers.layerNormalization({ axis: [1, 2], center: false })),
  modelCase('BatchNormalization', 'after a convolution', () =>
    sequential({
      layers: [
        layers.conv2d({ filters: 3, kernelSize: 2, useBias: false, inputShape: [5, 5, 2] }),
        layers.batchNormalization(),
        layers.activation({ activation: 'relu' }),
      ],
    }),
  ),
]

export const EMBEDDING_CASES = [
  layerCase('of integers', [6], () => layers.embedding({ inputDim: 9, outputDim: 4 }), {
    dtype: 'int32',
    element: (number) => Math.abs(number) * 8.9,
  }),
  layerCase('of numbers', [6], () => layers.embedding({ inputDim: 9, outputDim: 4, inputLength: 6 }), {
    element: (number) => Math.abs(number) * 8.9,
  }),
  layerCase('of free steps', [null], () => layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true }), {
    element: (number) => Math.abs(number) * 8.9,
  }),
  modelCase(
    'Embedding',
    'as the first layer of a Sequential model',
    () =>
      sequential({
        layers: [
          layers.embedding({ inputDim: 9, outputDim: 4 }),
          layers.globalAveragePooling1d(),
          layers.dense({ units: 2 }),
        ],
      }),
    { element: (number) => Math.abs(number) * 8.9 },
  ),
]
