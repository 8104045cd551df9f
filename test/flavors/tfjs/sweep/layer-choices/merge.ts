import type { Random } from '../../../../soak/mlflow-differential/random.ts'
import type { Dims, LayerConfig } from '../layers-recipe.ts'

/** How a layer of several inputs is put into a random model, from the shape of its first. */
export interface MergeChoice {
  readonly ranks: readonly number[]
  /** Shapes that the other inputs may have, rows included. */
  others(random: Random, shape: Dims): readonly Dims[]
  config(random: Random, shapes: readonly Dims[]): LayerConfig
}

const ANY = [2, 3, 4, 5]

const elementwise: MergeChoice = {
  ranks: ANY,
  others: (random, shape) =>
    random.times(1 + random.below(2), () => (random.chance(0.7) ? shape : thinner(random, shape))),
  config: () => ({}),
}

export const merges: Readonly<Record<string, MergeChoice>> = {
  Add: elementwise,
  Multiply: elementwise,
  Average: elementwise,
  Maximum: elementwise,
  Minimum: elementwise,
  Concatenate: {
    ranks: ANY,
    others: (random, shape) => random.times(1 + random.below(2), () => shape),
    config: (random, shapes) => {
      const rank = shapes[0]!.length
      return random.chance(0.4) ? {} : { axis: random.chance(0.5) ? -1 : 1 + random.below(rank - 1) }
    },
  },
  Dot: {
    ranks: [2, 3],
    others: (random, shape) => [random.chance(0.5) ? shape : [...shape].slice(0, 2)],
    config: (random, [a, b]) => ({
      axes: dotAxes(random, a!, b!),
      normalize: random.chance(0.3),
    }),
  },
}

/** A shape that is broadcast to another: some dimensions are 1, or the first ones are left out. */
function thinner(random: Random, shape: Dims): Dims {
  const dims = shape.map((dim, axis) => (axis > 0 && random.chance(0.4) ? 1 : dim))
  if (dims.length < 4 || random.chance(0.7)) return dims
  return [dims[0]!, ...dims.slice(2)]
}

function dotAxes(random: Random, a: Dims, b: Dims): number | readonly number[] {
  const pairs = a.flatMap((dim, left) =>
    b.flatMap((other, right) => (left > 0 && right > 0 && dim === other ? [[left, right] as const] : [])),
  )
  if (pairs.length === 0) return -1
  const [left, right] = random.pick(pairs)
  return left === right && random.chance(0.5) ? left : [left, right]
}
