import type { Random } from '../../../../soak/mlflow-differential/random.ts'
import type { Dims, LayerConfig } from '../layers-recipe.ts'
import { type LayerChoices, size } from './layer-choice.ts'

const KINDS = ['SimpleRNN', 'LSTM', 'GRU'] as const
const ACTIVATIONS = [
  'tanh',
  'relu',
  'sigmoid',
  'hardSigmoid',
  'linear',
  'softsign',
  'softplus',
  'elu',
] as const

/** TF.js's own, `orthogonal`, needs chained operators; weights are set anyway. */
const UNUSED = 'zeros'

export const recurrent: LayerChoices = {
  SimpleRNN: { ranks: [3], config: (random) => layer(random, 'SimpleRNN') },
  LSTM: { ranks: [3], config: (random) => layer(random, 'LSTM') },
  GRU: { ranks: [3], config: (random) => layer(random, 'GRU') },
  RNN: { ranks: [3], config: (random) => ({ cell: cells(random), ...options(random) }) },
  Bidirectional: {
    ranks: [3],
    config: (random) => {
      const className = random.pick(KINDS)
      const config = { ...layer(random, className), name: 'wrapped' }
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

function cells(random: Random): { className: string; config: LayerConfig } {
  if (random.chance(0.6)) return cell(random)
  return {
    className: 'StackedRNNCells',
    config: { cells: random.times(size(random, 3), () => cell(random)) },
  }
}

function cell(random: Random): { className: string; config: LayerConfig } {
  const kind = random.pick(KINDS)
  return { className: `${kind}Cell`, config: gates(random, kind) }
}

function layer(random: Random, kind: (typeof KINDS)[number]): LayerConfig {
  return { ...gates(random, kind), ...options(random) }
}

function gates(random: Random, kind: (typeof KINDS)[number]): LayerConfig {
  return {
    units: size(random, 5),
    useBias: random.chance(0.7),
    recurrentInitializer: UNUSED,
    ...(random.chance(0.5) ? { activation: random.pick(ACTIVATIONS) } : {}),
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
