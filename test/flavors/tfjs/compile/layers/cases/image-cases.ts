import { type LayersModel, layers, model, sequential } from '@tensorflow/tfjs-layers'
import type { ModelArtifacts } from '../../../../../../src/flavors/tfjs/artifacts/model-artifacts.ts'
import { called, input, layerCase, modelCase } from './layer-case.ts'

const FIRST = 'channelsFirst' as const

/** Adds what TF.js leaves out when it saves a layer, and Keras does not. */
function withConfig(artifacts: ModelArtifacts, key: string, value: unknown): ModelArtifacts {
  const topology = structuredClone(artifacts.topology) as {
    config: { layers: { config: Record<string, unknown> }[] }
  }
  topology.config.layers.at(-1)!.config[key] = value
  return { ...artifacts, topology }
}

export const CONVOLUTION_CASES = [
  layerCase('valid', [9, 3], () => layers.conv1d({ filters: 4, kernelSize: 3 })),
  layerCase('same with strides', [9, 3], () =>
    layers.conv1d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
  ),
  layerCase(
    'dilated over free steps',
    [null, 3],
    () => layers.conv1d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: 'same' }),
    { free: 8 },
  ),
  layerCase('valid', [6, 7, 3], () => layers.conv2d({ filters: 4, kernelSize: 3 })),
  layerCase('same with strides', [6, 7, 3], () =>
    layers.conv2d({ filters: 4, kernelSize: [3, 2], strides: [2, 1], padding: 'same', activation: 'relu' }),
  ),
  layerCase('dilated', [8, 8, 3], () =>
    layers.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: 'same', useBias: false }),
  ),
  layerCase('with softmax', [5, 5, 3], () =>
    layers.conv2d({ filters: 4, kernelSize: 3, activation: 'softmax' }),
  ),
  layerCase('with channels first', [3, 6, 7], () =>
    layers.conv2d({ filters: 4, kernelSize: 3, dataFormat: FIRST, activation: 'relu' }),
  ),
  layerCase('with channels first and softmax', [3, 6, 7], () =>
    layers.conv2d({ filters: 4, kernelSize: 3, dataFormat: FIRST, activation: 'softmax' }),
  ),
  layerCase(
    'over free places',
    [null, null, 3],
    () => layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' }),
    { free: 7 },
  ),
  layerCase('valid', [4, 5, 6, 2], () => layers.conv3d({ filters: 3, kernelSize: 2, activation: 'relu' })),
  layerCase('same with strides', [4, 5, 6, 2], () =>
    layers.conv3d({ filters: 3, kernelSize: [3, 2, 1], strides: [1, 2, 1], padding: 'same' }),
  ),
  layerCase('with channels first', [2, 4, 5, 6], () =>
    layers.conv3d({ filters: 3, kernelSize: 2, dataFormat: FIRST }),
  ),
  layerCase('valid', [4, 5, 3], () =>
    layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, activation: 'relu' }),
  ),
  layerCase('same', [4, 5, 3], () =>
    layers.conv2dTranspose({ filters: 2, kernelSize: [3, 4], strides: [2, 3], padding: 'same' }),
  ),
  layerCase('valid with a kernel within its strides', [4, 5, 3], () =>
    layers.conv2dTranspose({ filters: 2, kernelSize: 2, strides: 3, useBias: false }),
  ),
  layerCase('with channels first', [3, 4, 5], () =>
    layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, dataFormat: FIRST }),
  ),
  layerCase('valid', [2, 3, 4, 2], () => layers.conv3dTranspose({ filters: 3, kernelSize: 2, strides: 2 })),
  layerCase('same', [2, 3, 4, 2], () =>
    layers.conv3dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'tanh' }),
  ),
  layerCase('valid', [6, 7, 3], () => layers.depthwiseConv2d({ kernelSize: 3, activation: 'relu6' })),
  layerCase('same with strides and a multiplier', [6, 7, 3], () =>
    layers.depthwiseConv2d({ kernelSize: [3, 2], strides: 2, depthMultiplier: 2, padding: 'same' }),
  ),
  layerCase('with channels first', [3, 6, 7], () =>
    layers.depthwiseConv2d({ kernelSize: 3, dataFormat: FIRST, useBias: false }),
  ),
  layerCase('with a dilation that TF.js ignores', [6, 7, 3], () =>
    layers.depthwiseConv2d({ kernelSize: 3, dilationRate: 2 }),
  ),
  layerCase(
    'valid',
    [6, 7, 3],
    () => layers.separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 2, activation: 'relu' }),
    { edit: (artifacts) => withConfig(artifacts, 'depth_multiplier', 2) },
  ),
  layerCase('dilated', [8, 8, 3], () =>
    layers.separableConv2d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: 'same' }),
  ),
  layerCase('with channels first', [3, 6, 7], () =>
    layers.separableConv2d({ filters: 4, kernelSize: 3, dataFormat: FIRST, useBias: false }),
  ),
]

export const POOLING_CASES = [
  layerCase('plain', [9, 3], () => layers.maxPooling1d({})),
  layerCase('same', [9, 3], () => layers.maxPooling1d({ poolSize: 3, strides: 2, padding: 'same' })),
  layerCase('same', [9, 3], () => layers.averagePooling1d({ poolSize: 3, strides: 2, padding: 'same' })),
  layerCase('plain', [6, 7, 3], () => layers.maxPooling2d({})),
  layerCase('same', [6, 7, 3], () =>
    layers.maxPooling2d({ poolSize: [3, 2], strides: [2, 1], padding: 'same' }),
  ),
  layerCase('with channels first', [3, 6, 7], () => layers.maxPooling2d({ dataFormat: FIRST })),
  layerCase('plain', [6, 7, 3], () => layers.averagePooling2d({ poolSize: 2 })),
  layerCase('same', [6, 7, 3], () => layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  layerCase('with channels first', [3, 6, 7], () =>
    layers.averagePooling2d({ poolSize: 3, padding: 'same', dataFormat: FIRST }),
  ),
  layerCase('plain', [4, 5, 6, 2], () => layers.maxPooling3d({ poolSize: 2 })),
  layerCase('same', [4, 5, 6, 2], () =>
    layers.averagePooling3d({ poolSize: 2, strides: 1, padding: 'same' }),
  ),
  layerCase('with channels first', [2, 4, 5, 6], () =>
    layers.maxPooling3d({ poolSize: 2, dataFormat: FIRST }),
  ),
  layerCase('plain', [9, 3], () => layers.globalMaxPooling1d()),
  layerCase('over free steps', [null, 3], () => layers.globalAveragePooling1d()),
  layerCase('plain', [6, 7, 3], () => layers.globalMaxPooling2d({})),
  layerCase('plain', [6, 7, 3], () => layers.globalAveragePooling2d({})),
  layerCase('with channels first', [3, 6, 7], () => layers.globalAveragePooling2d({ dataFormat: FIRST })),
  layerCase('with channels first', [3, 6, 7], () => layers.globalMaxPooling2d({ dataFormat: FIRST })),
]

export const PADDING_CASES = [
  layerCase('plain', [3, 4, 2], () => layers.zeroPadding2d()),
  layerCase('of one number', [3, 4, 2], () => layers.zeroPadding2d({ padding: 2 })),
  layerCase('of four', [3, 4, 2], () =>
    layers.zeroPadding2d({
      padding: [
        [0, 1],
        [2, 3],
      ],
    }),
  ),
  layerCase('with channels first', [2, 3, 4], () =>
    layers.zeroPadding2d({ padding: [1, 2], dataFormat: FIRST }),
  ),
  layerCase('plain', [6, 7, 2], () =>
    layers.cropping2D({
      cropping: [
        [1, 2],
        [0, 3],
      ],
    }),
  ),
  layerCase('of free places', [null, 7, 2], () => layers.cropping2D({ cropping: [1, 2] as never }), {
    free: 3,
  }),
  layerCase('with channels first', [2, 6, 7], () =>
    layers.cropping2D({
      cropping: [
        [1, 2],
        [3, 0],
      ],
      dataFormat: FIRST,
    }),
  ),
  layerCase('nearest', [3, 4, 2], () => layers.upSampling2d({})),
  layerCase('bilinear', [3, 4, 2], () => layers.upSampling2d({ size: [2, 3], interpolation: 'bilinear' })),
  layerCase('of free places', [null, null, 2], () => layers.upSampling2d({ size: [3, 2] })),
  layerCase('with channels first', [2, 3, 4], () => layers.upSampling2d({ dataFormat: FIRST })),
  modelCase('Cropping2D', 'between convolutions', () =>
    sequential({
      layers: [
        layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [9, 9, 2] }),
        layers.cropping2D({
          cropping: [
            [1, 0],
            [2, 1],
          ],
        }),
        layers.upSampling2d({ interpolation: 'bilinear' }),
        layers.conv2d({ filters: 2, kernelSize: 3 }),
      ],
    }),
  ),
]

const TOKENS = { element: (number: number) => Math.abs(number) * 5.9 }

/** TF.js takes the shape of what these layers are called with for their own, and changes it. */
function reshaped(shape: number[], layer: layers.Layer): LayersModel {
  const x = input(...shape)
  return model({ inputs: x, outputs: called(layer, called(layers.reshape({ targetShape: shape }), x)) })
}

function encoded(columns: number, outputMode: string): LayersModel {
  return reshaped([columns], layers.categoryEncoding({ numTokens: 6, outputMode: outputMode as never }))
}

export const PREPROCESSING_CASES = [
  layerCase('plain', [3, 4, 2], () => layers.rescaling({ scale: 0.5, offset: 3 })),
  layerCase('of integers', [3, 4, 2], () => layers.rescaling({ scale: 0.5 }), {
    dtype: 'int32',
    element: (number) => number * 99,
  }),
  modelCase('CenterCrop', 'of a larger image', () =>
    reshaped([8, 9, 2], layers.centerCrop({ height: 4, width: 3 })),
  ),
  modelCase('CenterCrop', 'one pixel less wide', () =>
    reshaped([8, 4, 2], layers.centerCrop({ height: 8, width: 3 })),
  ),
  modelCase('CenterCrop', 'of an image as large', () =>
    reshaped([3, 4, 2], layers.centerCrop({ height: 3, width: 4 })),
  ),
  modelCase('CategoryEncoding', 'of several tokens', () => encoded(4, 'multiHot'), TOKENS),
  modelCase('CategoryEncoding', 'of a token', () => encoded(1, 'oneHot'), TOKENS),
  modelCase('CategoryEncoding', 'that counts', () => encoded(7, 'count'), TOKENS),
  modelCase('CategoryEncoding', 'that leaves tokens as they are', () => encoded(3, 'int'), TOKENS),
]
