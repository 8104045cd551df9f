import type { Random } from '../../../../soak/mlflow-differential/random.ts'
import type { Dims, LayerConfig } from '../layers-recipe.ts'
import { type LayerChoices, size } from './layer-choice.ts'

const KINDS = ['SimpleRNN', 'LSTM', 'GRU'] as const
const BOUNDED = ['tanh', 'sigmoid', 'hardSigmoid', 'softsign'] as const
/** What these hand from step to step may grow, and what is rounded with it. */
const UNBOUNDED = ['relu', 'linear', 'softplus', 'elu'] as const
const FEW_STEPS = 9

/** TF.js's own, `orthogonal`, needs chained operators; weights are set anyway. */
const UNUSED = 'zeros'

export const recurrent: LayerChoices = {
  SimpleRNN: { ranks: [3], config: (random, shape) => layer(random, shape, 'SimpleRNN') },
  LSTM: { ranks: [3], config: (random, shape) => layer(random, shape, 'LSTM') },
  GRU: { ranks: [3], config: (random, shape) => layer(random, shape, 'GRU') },
  RNN: { ranks: [3], config: (random, shape) => ({ cell: cells(random, shape), ...options(random) }) },
  Bidirectional: {
    ranks: [3],
    config: (random, shape) => {
      const className = random.pick(KINDS)
      const config = { ...layer(random, shape, className), name: 'wrapped' }
      return { layer: { className, config }, mergeMode: random.pick(['sum', 'mul', 'concat', 'ave', null]) }
    },
  },
  ConvLSTM2D: {
    ranks: [5],
    config: (random) => ({
      filters: size(random, 3),
      kernelSize: 2,
      padding: 'same',
      recurrentInitializer: UNUSED,
    }),
  },
}

function cells(random: Random, shape: Dims): { className: string; config: LayerConfig } {
  if (random.chance(0.6)) return cell(random, shape)
  return {
    className: 'StackedRNNCells',
    config: { cells: random.times(size(random, 3), () => cell(random, shape)) },
  }
}

function cell(random: Random, shape: Dims): { className: string; config: LayerConfig } {
  const kind = random.pick(KINDS)
  return { className: `${kind}Cell`, config: gates(random, shape, kind) }
}

function layer(random: Random, shape: Dims, kind: (typeof KINDS)[number]): LayerConfig {
  return { ...gates(random, shape, kind), ...options(random) }
}

function gates(random: Random, [, steps]: Dims, kind: (typeof KINDS)[number]): LayerConfig {
  const isShort = (steps ?? FEW_STEPS) <= FEW_STEPS
  const activations = isShort ? [...BOUNDED, ...UNBOUNDED] : BOUNDED
  return {
    units: size(random, 5),
    useBias: random.chance(0.7),
    recurrentInitializer: UNUSED,
    ...(random.chance(0.5) ? { activation: random.pick(activations) } : {}),
    ...(kind !== 'SimpleRNN' && random.chance(0.5)
      ? { recurrentActivation: random.pick(['sigmoid', 'hardSigmoid', 'tanh']) }
      : {}),
    ...(kind !== 'SimpleRNN' && random.chance(0.3) ? { implementation: 2 } : {}),
    ...(kind === 'GRU' ? { resetAfter: false } : {}),
  }
}

function options(random: Random): LayerConfig {
  return {
    returnSequences: random.chance(0.5),
    goBackwards: random.chance(0.25),
    returnState: random.chance(0.15),
    unroll: random.chance(0.02),
  }
}

/** A layer for each step of time: its input has one dimension less. */
export function timeDistributed(random: Random, shape: Dims, choices: LayerChoices): LayerConfig | undefined {
  const inner = [shape[0] ?? null, ...shape.slice(2)]
  const fitting = Object.keys(choices).filter(
    (name) => choices[name]!.ranks.includes(inner.length) && choices[name]!.input === undefined,
  )
  if (fitting.length === 0) return undefined
  const className = random.pick(fitting)
  return { layer: { className, config: { name: 'wrapped', ...choices[className]!.config(random, inner) } } }
}
