import type { Random } from '../../../../soak/mlflow-differential/random.ts'
import type { Dims } from '../layers-recipe.ts'
import { ACTIVATIONS, activation, type LayerChoices, size } from './layer-choice.ts'

const ANY = [2, 3, 4, 5]

export const core: LayerChoices = {
  Dense: {
    ranks: ANY,
    config: (random) => ({ units: size(random, 8), useBias: random.chance(0.7), ...activation(random) }),
  },
  Activation: { ranks: ANY, config: (random) => ({ activation: random.pick(ACTIVATIONS) }) },
  Dropout: { ranks: ANY, config: (random) => ({ rate: random.next() * 0.9 }) },
  SpatialDropout1D: { ranks: [3], config: () => ({ rate: 0.3 }) },
  GaussianNoise: { ranks: ANY, config: () => ({ stddev: 0.5 }) },
  GaussianDropout: { ranks: ANY, config: () => ({ rate: 0.5 }) },
  AlphaDropout: { ranks: ANY, config: () => ({ rate: 0.5 }) },
  Flatten: {
    ranks: ANY,
    config: (random) => (random.chance(0.2) ? { dataFormat: 'channelsFirst' } : {}),
  },
  Reshape: { ranks: ANY, config: (random, shape) => ({ targetShape: reshaped(random, shape) }) },
  Permute: {
    ranks: [3, 4, 5],
    config: (random, shape) => ({ dims: random.shuffled(shape.slice(1).map((_, axis) => axis + 1)) }),
  },
  RepeatVector: { ranks: [2], config: (random) => ({ n: size(random, 5) }) },
  Embedding: {
    ranks: [2, 3],
    input: 'indices',
    config: (random) => ({ inputDim: 11, outputDim: size(random, 6), maskZero: random.chance(0.2) }),
  },
  Masking: { ranks: [3], input: 'masked', config: () => ({ maskValue: 0 }) },
  ReLU: { ranks: ANY, config: (random) => (random.chance(0.5) ? {} : { maxValue: random.next() * 8 }) },
  LeakyReLU: { ranks: ANY, config: (random) => (random.chance(0.3) ? {} : { alpha: random.next() }) },
  PReLU: {
    ranks: ANY,
    config: (random, shape) => {
      const axes = shape.slice(1).map((_, axis) => axis + 1)
      return random.chance(0.4) ? {} : { sharedAxes: axes.filter(() => random.chance(0.5)) }
    },
  },
  ELU: { ranks: ANY, config: (random) => (random.chance(0.3) ? {} : { alpha: random.next() * 2 }) },
  ThresholdedReLU: { ranks: ANY, config: (random) => ({ theta: random.next() * 2 }) },
  Softmax: {
    ranks: ANY,
    config: (random, shape) =>
      random.chance(0.8) ? { axis: -1 } : { axis: 1 + random.below(shape.length - 1) },
  },
}

/** The same elements in other dimensions, one of them left to TF.js now and then. */
function reshaped(random: Random, shape: Dims): readonly number[] {
  const fixed = shape.slice(1)
  if (fixed.includes(null)) return [-1, shape.at(-1) ?? 1]
  const count = (fixed as number[]).reduce((product, dim) => product * dim, 1)
  const dims: number[] = []
  let left = count
  while (left > 1 && dims.length < 3) {
    const divisors = Array.from({ length: left }, (_, at) => at + 1).filter((divisor) => left % divisor === 0)
    const dim = random.pick(divisors)
    dims.push(dim)
    left /= dim
  }
  dims.push(left)
  if (random.chance(0.4)) dims[random.below(dims.length)] = -1
  return dims
}
