import {
  initializers,
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers'

/** Pixels of the data go from 0 to 16. */
const BRIGHTEST = 16

/** A small convolutional network: 8x8 grey pixels, rows last to first as TF.js has them, to what speaks for each digit. */
export function digitsNetwork(seed: number): LayersModel {
  const start = (step: number) => ({ kernelInitializer: initializers.heNormal({ seed: seed + step }) })
  const same = { kernelSize: 3, padding: 'same' } as const
  const image = input({ shape: [8, 8, 1], name: 'image' })
  const hidden = [
    layers.rescaling({ name: 'scaled', scale: 1 / BRIGHTEST }),
    layers.conv2d({ name: 'convolved_1', filters: 8, useBias: false, ...same, ...start(1) }),
    layers.batchNormalization({ name: 'normalized_1' }),
    layers.reLU({ name: 'hidden_1' }),
    layers.maxPooling2d({ name: 'pooled_1', poolSize: 2 }),
    layers.conv2d({ name: 'convolved_2', filters: 16, activation: 'relu', ...same, ...start(2) }),
    layers.maxPooling2d({ name: 'pooled_2', poolSize: 2 }),
    layers.flatten({ name: 'features' }),
  ].reduce((value, layer) => layer.apply(value) as SymbolicTensor, image)
  const dense = layers.dense({ name: 'logits', units: 10, ...start(3) })
  const logits = dense.apply(hidden) as SymbolicTensor
  const probabilities = layers.softmax({ name: 'probabilities' }).apply(logits) as SymbolicTensor
  return model({ name: 'digits', inputs: image, outputs: probabilities })
}
