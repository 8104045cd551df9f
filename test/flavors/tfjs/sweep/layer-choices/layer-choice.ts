import type { Random } from '../../../../soak/mlflow-differential/random.ts'
import type { Dims, LayerConfig } from '../layers-recipe.ts'

/** How one class of layers is put into a random model. */
export interface LayerChoice {
  /** Ranks that the layer takes, rows included. */
  readonly ranks: readonly number[]
  /** What else its input must be. */
  readonly input?: 'indices' | 'categories' | 'masked'
  /** TF.js writes the shape of the output into that of the input, which must not be the model's own then. */
  readonly changesShape?: true
  config(random: Random, shape: Dims): LayerConfig
}

export type LayerChoices = Readonly<Record<string, LayerChoice>>

export const ACTIVATIONS = [
  'relu',
  'relu6',
  'elu',
  'selu',
  'sigmoid',
  'hardSigmoid',
  'tanh',
  'softplus',
  'softsign',
  'softmax',
  'logSoftmax',
  'linear',
  'swish',
  'mish',
  'gelu',
] as const

/** An activation for a layer that computes something else in the first place. */
export function activation(random: Random): LayerConfig {
  return random.chance(0.5) ? {} : { activation: random.pick(ACTIVATIONS) }
}

/** From 1 up to `most`, small ones more often. */
export function size(random: Random, most: number): number {
  return 1 + Math.min(random.below(most), random.below(most))
}

/** How many channels: few, or as many as onnxruntime has blocked kernels for. */
export function channels(random: Random, most: number): number {
  return random.chance(0.2) ? random.pick([8, 16, 32]) : size(random, most)
}

export function sizes(random: Random, count: number, most: number): number | number[] {
  if (random.chance(0.3)) return size(random, most)
  return random.times(count, () => size(random, most))
}

export function channelsFirst(random: Random): LayerConfig {
  return random.chance(0.15) ? { dataFormat: 'channelsFirst' } : {}
}
