import type { Graph } from '../../graph/graph.ts'
import type { Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { cast } from '../../operators/cast.ts'
import { logSoftmax, softmax } from '../../operators/softmax.ts'
import {
  elu,
  gelu,
  hardSigmoid,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  softplus,
  softsign,
  swish,
  tanh,
} from '../../operators/unary.ts'
import { layerObject } from '../layer-config.ts'
import type { LayerCall } from '../layer-row.ts'

type Activation = (graph: Graph, x: Value) => Value

/** Keras's `hard_sigmoid`: a fifth of x and a half, between 0 and 1. */
const HARD_SIGMOID = { alpha: 0.2, beta: 0.5 } as const

/** Activations by TF.js's name (tfjs-layers 4.22, `activations.ts`); it knows others than Keras does. */
const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ['linear', (_, x) => x],
  ['relu', (graph, x) => graph.add(relu, [x], null)],
  // The smaller of it and a float32 is a float32.
  ['relu6', (graph, x) => graph.add(relu6, [graph.add(cast, [x], { type: 'float32' })], null)],
  ['elu', (graph, x) => graph.add(elu, [x], { alpha: 1 })],
  ['selu', (graph, x) => graph.add(selu, [x], null)],
  ['sigmoid', (graph, x) => graph.add(sigmoid, [x], null)],
  ['hardSigmoid', (graph, x) => graph.add(hardSigmoid, [x], HARD_SIGMOID)],
  ['tanh', (graph, x) => graph.add(tanh, [x], null)],
  ['softplus', (graph, x) => graph.add(softplus, [x], null)],
  ['softsign', (graph, x) => graph.add(softsign, [x], null)],
  ['softmax', (graph, x) => graph.add(softmax, [x], { axis: x.shape.length - 1 })],
  ['logSoftmax', (graph, x) => graph.add(logSoftmax, [x], { axis: x.shape.length - 1 })],
  ['gelu', (graph, x) => graph.add(gelu, [x], { approximate: false })],
  ['swish', (graph, x) => graph.add(swish, [x], null)],
  ['mish', (graph, x) => graph.add(mish, [x], null)],
])

export const ACTIVATION_NAMES: readonly string[] = [...ACTIVATIONS.keys()]

/** Layers that Keras also takes for activations, `activation=LeakyReLU()`: they have no weights. */
const ACTIVATION_LAYERS: ReadonlySet<string> = new Set([
  'ReLU',
  'LeakyReLU',
  'ELU',
  'ThresholdedReLU',
  'Softmax',
])

/** Applies the activation that the layer's configuration names under `activation`, if any. */
export function activated(call: LayerCall, x: Value): Value {
  const { config, graph } = call
  if (!config.has('activation')) return x
  const named = config.raw('activation')
  const object = typeof named === 'string' ? { className: named, config: {} } : named
  const inner = layerObject(object, `${config.place}, its activation,`)
  const activation = ACTIVATIONS.get(inner.className)
  if (activation !== undefined) return activation(graph, x)
  if (!ACTIVATION_LAYERS.has(inner.className)) throw new NotCompiled(`activation '${inner.className}'`)
  return call.callInner(inner, [{ value: x, mask: undefined }])[0]!.value
}
