import { invalidModel, type ServingError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/record.ts'
import { checkLayerCalls } from './check-layer-calls.ts'
import { checkLayerSizes, largestDimension } from './check-layer-sizes.ts'
import { KNOWN_ACTIVATIONS, KNOWN_LAYERS } from './known-layers.ts'
import type { LayerEntry } from './layer-entry.ts'
import type { WeightSpec } from './model-artifacts.ts'

type Json = Readonly<Record<string, unknown>>

const AS_GRAPH_MODEL =
  'Convert the Keras model to a graph model instead, whose layers are operators: tensorflowjs_converter ' +
  '--input_format=keras --output_format=tfjs_graph_model'

/** @throws ServingError INVALID_PARAMETER_VALUE */
export function checkLayers(topology: Json, weightSpecs: readonly WeightSpec[]): void {
  const model = topology['model_config'] ?? topology
  const version = topology['keras_version'] ?? (isRecord(model) ? model['keras_version'] : undefined)
  const largest = largestDimension(weightSpecs)
  const pending: unknown[] = [model]
  const entries: LayerEntry[] = []
  while (pending.length > 0) {
    const entry = pending.pop()
    if (!isRecord(entry)) throw broken('a layer is not a map.')
    checkKerasVersion(entry, version)
    const layer = readLayer(entry)
    checkClass(layer)
    entries.push(layer)
    checkActivations(layer)
    checkLayerSizes(layer, largest)
    for (const inner of innerLayers(layer).toReversed()) pending.push(inner)
  }
  for (const layer of entries) checkLayerCalls(layer)
}

function readLayer(entry: Json): LayerEntry {
  const { class_name: className, config, name } = entry
  if (typeof className !== 'string') throw broken("a layer has no 'class_name'.")
  // A Sequential of the first TF.js releases is the list of its layers.
  const map = Array.isArray(config) ? { layers: config } : config
  if (!isRecord(map)) throw broken(`the layer of class ${className} has no 'config'.`)
  return { className, config: map, name: String(map['name'] ?? name ?? '') }
}

/** Nested models, what wrappers wrap, cells of recurrent layers. */
function innerLayers({ config }: LayerEntry): readonly unknown[] {
  const { layers, cells } = config
  const one = [config['layer'], config['backward_layer'], config['cell']].filter(isRecord)
  return [...(Array.isArray(layers) ? layers : []), ...(Array.isArray(cells) ? cells : []), ...one]
}

function checkKerasVersion(entry: Json, version: unknown): void {
  const config = isRecord(entry['config']) ? entry['config'] : {}
  const inbound = entry['inbound_nodes']
  const hasBatchShape = 'batch_shape' in config && !('batch_input_shape' in config)
  if (!hasBatchShape && !(Array.isArray(inbound) && inbound.some(isKeras3Call))) return
  const name = String(config['name'] ?? entry['name'] ?? '')
  throw invalidModel(
    `Layer '${name}' is written in the form of Keras 3${describeVersion(version)}, which TF.js cannot read. Export ` +
      'the model with Keras 2: install tf_keras, set TF_USE_LEGACY_KERAS=1, load or build the model and save it ' +
      'as .h5, then run tensorflowjs_converter --input_format=keras. Or export it as a SavedModel (model.export) ' +
      'and convert that with --output_format=tfjs_graph_model.',
    { details: { layer: name } },
  )
}

/** Keras 2 has lists of lists here; Keras 3 the arguments of calls, with tensors as `__keras_tensor__`. */
function isKeras3Call(call: unknown): boolean {
  return isRecord(call) && ('args' in call || call['class_name'] === '__keras_tensor__')
}

function describeVersion(version: unknown): string {
  return typeof version === 'string' && version.startsWith('3.') ? ` (${version})` : ''
}

function checkClass({ name, className }: LayerEntry): void {
  if (KNOWN_LAYERS.has(className)) return
  const why =
    className === 'Lambda'
      ? 'is a Lambda, whose function is Python code that TF.js cannot run'
      : `is of class '${className}', which TF.js does not have`
  throw invalidModel(`Layer '${name}' ${why}. ${AS_GRAPH_MODEL}.`, {
    details: { layer: name, className },
  })
}

function checkActivations({ name, config }: LayerEntry): void {
  for (const key of ['activation', 'recurrent_activation']) {
    const entry = config[key]
    const activation = isRecord(entry) ? entry['class_name'] : entry
    if (typeof activation !== 'string' || KNOWN_ACTIVATIONS.has(camelCase(activation))) continue
    throw invalidModel(
      `Layer '${name}' has the activation '${activation}', which TF.js does not have. ${AS_GRAPH_MODEL}.`,
      { details: { layer: name, activation } },
    )
  }
}

function camelCase(text: string): string {
  return text.replace(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase())
}

function broken(reason: string): ServingError {
  return invalidModel(`The topology of the layers model cannot be read: ${reason}`)
}
