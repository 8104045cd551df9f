import type { Random } from '../../../../soak/mlflow-differential/random.ts'
import type { LayerConfig } from '../layers-recipe.ts'
import { channelsFirst, type LayerChoice, type LayerChoices, size, sizes } from './layer-choice.ts'

export const pooling: LayerChoices = {
  MaxPooling1D: windows(1),
  AveragePooling1D: windows(1),
  MaxPooling2D: windows(2),
  AveragePooling2D: windows(2),
  MaxPooling3D: windows(3),
  AveragePooling3D: windows(3),
  GlobalAveragePooling1D: { ranks: [3], config: () => ({}) },
  GlobalMaxPooling1D: { ranks: [3], config: () => ({}) },
  GlobalAveragePooling2D: { ranks: [4], config: channelsFirst },
  GlobalMaxPooling2D: { ranks: [4], config: channelsFirst },
}

function windows(rank: number): LayerChoice {
  return { ranks: [rank + 2], config: (random) => windowOf(random, rank) }
}

function windowOf(random: Random, rank: number): LayerConfig {
  return {
    poolSize: rank === 1 ? size(random, 4) : sizes(random, rank, 4),
    ...(random.chance(0.3) ? {} : { strides: rank === 1 ? size(random, 4) : sizes(random, rank, 4) }),
    padding: random.pick(['valid', 'same']),
    ...(rank === 1 ? {} : channelsFirst(random)),
  }
}
