import { type LayerChoices, size } from './layer-choice.ts'

export const normalization: LayerChoices = {
  BatchNormalization: {
    ranks: [2, 3, 4],
    config: (random, shape) => ({
      axis: random.chance(0.6) ? -1 : 1 + random.below(shape.length - 1),
      scale: random.chance(0.7),
      center: random.chance(0.7),
      epsilon: random.pick([1e-3, 1e-5, 0.1]),
    }),
  },
  LayerNormalization: {
    ranks: [2, 3, 4],
    config: (random, shape) => ({
      axis: random.chance(0.5) ? -1 : someAxes(random.below(1 << (shape.length - 1)), shape.length),
      scale: random.chance(0.7),
      center: random.chance(0.7),
      epsilon: random.pick([1e-3, 1e-5, 0.1]),
    }),
  },
  Rescaling: {
    ranks: [2, 3, 4, 5],
    config: (random) => ({ scale: random.next() * 2 - 1, offset: random.next() * 2 - 1 }),
  },
  CenterCrop: {
    ranks: [4],
    changesShape: true,
    config: (random) => ({ height: size(random, 7), width: size(random, 7) }),
  },
  CategoryEncoding: {
    ranks: [2],
    changesShape: true,
    input: 'categories',
    config: (random) => ({ numTokens: 11, outputMode: random.pick(['multiHot', 'oneHot', 'count']) }),
  },
}

/** The axes after the rows whose bits are set; the last where none is. */
function someAxes(bits: number, rank: number): number[] {
  const axes = Array.from({ length: rank - 1 }, (_, axis) => axis + 1).filter(
    (axis) => (bits >> (axis - 1)) & 1,
  )
  return axes.length === 0 ? [rank - 1] : axes
}
