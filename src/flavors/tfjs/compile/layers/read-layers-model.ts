import { invalidModel } from '../../../../core/errors.ts'
import { distinctNames } from '../../artifacts/distinct-names.ts'
import type { ModelArtifacts } from '../../artifacts/model-artifacts.ts'
import { Graph } from '../graph/graph.ts'
import type { Dimension, ElementType } from '../graph/value.ts'
import { NotCompiled, within } from '../not-compiled.ts'
import { camelCased } from './camel-case.ts'
import { type LayerConfig, type LayerObject, layerObject, list, record } from './layer-config.ts'
import { ModelCalls } from './model-calls.ts'
import { ModelReading } from './model-reading.ts'
import { isModel, modelTopology, type TensorReference } from './model-topology.ts'
import { ModelWeights } from './model-weights.ts'

/**
 * A layers model (Keras topology) as a graph of operators. Inputs and outputs have the names of its layers, in order,
 * as `inputNames` and `outputNames` of a `tf.LayersModel`, the latter told apart.
 * @throws NotCompiled for what is not covered, ServingError INVALID_PARAMETER_VALUE for what is broken.
 */
export function readLayersModel(artifacts: ModelArtifacts): Graph {
  const topology = modelTopology(modelObject(artifacts))
  const graph = new Graph()
  const reading = new ModelReading(graph, new ModelWeights(artifacts))
  const calls = new ModelCalls(reading)
  for (const input of topology.inputs) calls.define(input.node, inputValue(graph, input))
  const results = calls.outputs(topology)
  reading.finish()
  const names = distinctNames(topology.outputs.map(({ node }) => node.layer.name))
  for (const [index, { value }] of results.entries()) graph.output(names[index]!, value)
  return graph
}

function modelObject({ topology }: ModelArtifacts): LayerObject {
  const config = record(topology['model_config'] ?? topology, 'The model_config of the model')
  const model = layerObject(camelCased(config), 'The model')
  if (!isModel(model)) throw invalidModel(`A model of class ${model.className} is none that TF.js knows.`)
  return model
}

const ELEMENT_TYPES: ReadonlySet<unknown> = new Set<ElementType>(['float32', 'int32', 'bool'])

function inputValue(graph: Graph, { node: { layer } }: TensorReference) {
  const { className, config } = layer.object
  if (className !== 'InputLayer') throw invalidModel(`${config.place} is an input and no InputLayer.`)
  return within(config.place, () => {
    const type = config.raw('dtype') ?? 'float32'
    if (!ELEMENT_TYPES.has(type))
      throw new NotCompiled(`inputs of type ${typeof type === 'string' ? type : JSON.stringify(type)}`)
    return graph.input(layer.name, { type: type as ElementType, shape: inputShape(config) })
  })
}

/** Any number of rows, even where one is given: TF.js's `predict` does not look at it. */
function inputShape(config: LayerConfig): readonly Dimension[] {
  const dims = config.has('batchInputShape')
    ? list(config.raw('batchInputShape'), `${config.place}, its batch_input_shape,`)
    : [null, ...list(config.raw('inputShape'), `${config.place}, its input_shape,`)]
  if (dims.length === 0) throw new NotCompiled('an input without rows')
  const isDimension = (dim: unknown): dim is Dimension =>
    dim === null || (typeof dim === 'number' && Number.isInteger(dim) && dim >= 0)
  if (!dims.every(isDimension)) throw config.wrong('batchInputShape', 'a list of sizes')
  return [null, ...dims.slice(1)]
}
