import type { LayersModel } from '@tensorflow/tfjs-layers'

export type Layer = LayersModel['layers'][number]

/** Layers that TF.js runs once for each step of their input (`rnn` of tfjs-layers 4.22). */
const IN_STEPS: ReadonlySet<string> = new Set([
  ...['SimpleRNN', 'GRU', 'LSTM', 'RNN', 'ConvRNN2D', 'ConvLSTM2D', 'Bidirectional', 'TimeDistributed'],
])

/**
 * In how many steps TF.js goes through an input. Free dimensions count as 1.
 * @param shape of the input, its rows included.
 */
export function stepCount(layer: Layer, shape: readonly (number | null)[]): number {
  const className = layer.getClassName()
  if (!IN_STEPS.has(className)) return 1
  const [rows = null, steps, ...rest] = shape
  const inner = className === 'TimeDistributed' && 'layer' in layer ? (layer.layer as Layer) : undefined
  return (steps ?? 1) * (inner === undefined ? 1 : stepCount(inner, [rows, ...rest]))
}
