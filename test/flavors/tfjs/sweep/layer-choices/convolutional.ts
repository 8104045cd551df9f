import type { Random } from '../../../../soak/mlflow-differential/random.ts'
import type { LayerConfig } from '../layers-recipe.ts'
import { activation, channels, channelsFirst, type LayerChoices, size, sizes } from './layer-choice.ts'

export const convolutional: LayerChoices = {
  Conv1D: { ranks: [3], config: (random) => convolution(random, 1) },
  Conv2D: { ranks: [4], config: (random) => convolution(random, 2) },
  Conv3D: { ranks: [5], config: (random) => convolution(random, 3) },
  SeparableConv2D: {
    ranks: [4],
    config: (random) => ({ ...convolution(random, 2), depthMultiplier: size(random, 3) }),
  },
  DepthwiseConv2D: {
    ranks: [4],
    config: (random) => {
      const { filters: _, ...config } = convolution(random, 2)
      return { ...config, depthMultiplier: size(random, 3) }
    },
  },
  Conv2DTranspose: { ranks: [4], config: (random) => transposed(random, 2) },
  Conv3DTranspose: { ranks: [5], config: (random) => transposed(random, 3) },
  Cropping2D: {
    ranks: [4],
    config: (random) => ({ cropping: margins(random), ...channelsFirst(random) }),
  },
  ZeroPadding2D: {
    ranks: [4],
    config: (random) => ({ padding: margins(random), ...channelsFirst(random) }),
  },
  UpSampling2D: {
    ranks: [4],
    config: (random) => ({
      size: random.times(2, () => size(random, 3)),
      interpolation: random.pick(['nearest', 'bilinear']),
      ...channelsFirst(random),
    }),
  },
}

function convolution(random: Random, rank: number): LayerConfig {
  const isDilated = random.chance(0.25)
  return {
    filters: channels(random, 6),
    kernelSize: sizes(random, rank, 4),
    strides: isDilated ? 1 : sizes(random, rank, 3),
    padding: random.pick(['valid', 'same']),
    useBias: random.chance(0.7),
    ...(isDilated ? { dilationRate: sizes(random, rank, 3) } : {}),
    ...channelsFirst(random),
    ...activation(random),
  }
}

function transposed(random: Random, rank: number): LayerConfig {
  return {
    filters: channels(random, 5),
    kernelSize: sizes(random, rank, 4),
    strides: sizes(random, rank, 3),
    padding: random.pick(['valid', 'same']),
    useBias: random.chance(0.7),
    ...channelsFirst(random),
    ...activation(random),
  }
}

function margins(random: Random): number | number[] | number[][] {
  if (random.chance(0.2)) return size(random, 2)
  if (random.chance(0.2)) return random.times(2, () => random.below(3))
  return random.times(2, () => random.times(2, () => random.below(3)))
}
