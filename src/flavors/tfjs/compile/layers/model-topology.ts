import { invalidModel } from '../../../../core/errors.ts'
import { NotCompiled, TooLarge } from '../not-compiled.ts'
import { type LayerConfig, type LayerObject, layerObject, list, pythonic } from './layer-config.ts'

/** A layer of a model, with its calls in the order of TF.js's nodes. */
export interface ModelLayer {
  readonly name: string
  readonly object: LayerObject
  readonly calls: CallNode[]
}

export interface CallNode {
  readonly layer: ModelLayer
  /** Empty for an InputLayer. */
  readonly inputs: readonly TensorReference[]
  /** Arguments of the call beside its inputs, as far as they are more than their defaults. */
  readonly callArguments: readonly string[]
}

/** One of the results of a call. */
export interface TensorReference {
  readonly node: CallNode
  readonly tensor: number
}

/** What is called with what in a model, nested ones apart. */
export interface ModelTopology {
  readonly inputs: readonly TensorReference[]
  readonly outputs: readonly TensorReference[]
  /** Each after those that it takes its inputs from. */
  readonly nodes: readonly CallNode[]
}

const MODEL_CLASSES: ReadonlySet<string> = new Set(['Model', 'Functional', 'Sequential'])

export function isModel({ className }: LayerObject): boolean {
  return MODEL_CLASSES.has(className)
}

/** @throws ServingError INVALID_PARAMETER_VALUE where calls refer to what is not there. */
export function modelTopology(model: LayerObject): ModelTopology {
  return model.className === 'Sequential' ? sequentialTopology(model) : functionalTopology(model)
}

function sequentialTopology({ config }: LayerObject): ModelTopology {
  const [first, ...others] = list(config.raw('layers'), `${config.place}, its layers,`).map((layer, index) =>
    layerObject(layer, `Layer ${index} of ${config.place}`),
  )
  if (first === undefined) throw invalidModel(`${config.place} has no layers.`)
  const { inputs, outputs, nodes } = isModel(first) ? modelTopology(first) : firstLayerTopology(first)
  const chain = [...nodes]
  let last = onlyOne(outputs, config)
  for (const object of others) {
    const node = calledOnce(object, [last])
    chain.push(node)
    last = { node, tensor: 0 }
  }
  return { inputs: [onlyOne(inputs, config)], outputs: [last], nodes: chain }
}

/** A first layer that is no InputLayer brings the shape of one along, which is called after it. */
function firstLayerTopology(object: LayerObject): ModelTopology {
  const isInput = object.className === 'InputLayer'
  const input = calledOnce(isInput ? object : inputOf(object), [])
  const inputs = [{ node: input, tensor: 0 }]
  if (isInput) return { inputs, outputs: inputs, nodes: [input] }
  const node = calledOnce(object, inputs)
  return { inputs, outputs: [{ node, tensor: 0 }], nodes: [input, node] }
}

function inputOf({ className, config }: LayerObject): LayerObject {
  const batchInputShape = firstInputShape(className, config)
  if (batchInputShape === undefined)
    throw invalidModel(`${config.place} is the first layer and has no batch_input_shape.`)
  const name = `${config.text('name')}_input`
  const dtype = config.has('batchInputShape') || config.has('inputShape') ? config.raw('dtype') : undefined
  return layerObject({ className: 'InputLayer', config: { name, batchInputShape, dtype } }, config.place)
}

function firstInputShape(className: string, config: LayerConfig): unknown {
  const rows = config.raw('batchSize') ?? null
  if (config.has('batchInputShape')) return config.raw('batchInputShape')
  if (config.has('inputShape')) return [rows, ...list(config.raw('inputShape'), config.place)]
  if (className === 'Dense' && config.has('inputDim')) return [rows, config.raw('inputDim')]
  if (className === 'Embedding') return [rows, config.raw('inputLength') ?? null].flat()
  return undefined
}

function calledOnce(object: LayerObject, inputs: readonly TensorReference[]): CallNode {
  const layer: ModelLayer = { name: object.config.text('name'), object, calls: [] }
  const node: CallNode = { layer, inputs, callArguments: [] }
  layer.calls.push(node)
  return node
}

function onlyOne(references: readonly TensorReference[], config: LayerConfig): TensorReference {
  const [reference] = references
  if (reference === undefined || references.length > 1)
    throw invalidModel(`${config.place}: a layer of a Sequential model has to have one input and one output.`)
  return reference
}

function functionalTopology({ config }: LayerObject): ModelTopology {
  const nodes = new FunctionalNodes(config)
  return {
    inputs: nodes.references('inputLayers'),
    outputs: nodes.references('outputLayers'),
    nodes: nodes.all,
  }
}

/** A call whose inputs need not be there yet. */
interface PendingCall {
  readonly layer: ModelLayer
  readonly inputs: readonly (readonly unknown[])[]
}

/** Layers before their inputs are tried again and again. */
const MOST_TRIES = 2 ** 22

/** Makes the calls of a functional model in the order in which TF.js does (`engine/container.ts`, `fromConfig`). */
class FunctionalNodes {
  readonly all: CallNode[] = []
  readonly #config: LayerConfig
  readonly #layers = new Map<string, ModelLayer>()

  constructor(config: LayerConfig) {
    this.#config = config
    let pending = list(config.raw('layers'), `${config.place}, its layers,`).flatMap((value, index) =>
      this.#layer(value, `Layer ${index} of ${config.place}`),
    )
    let tries = 0
    while (pending.length > 0) {
      tries += pending.length
      if (tries > MOST_TRIES) throw new TooLarge('layers in an order that TF.js takes too long to read')
      const left = pending.filter((call) => !this.#make(call))
      if (left.length === pending.length) throw this.#unmet(left[0]!)
      pending = byLayer(left, [...this.#layers.values()])
    }
  }

  /** Of `inputLayers` or `outputLayers`. */
  references(key: string): readonly TensorReference[] {
    const { place } = this.#config
    return list(this.#config.raw(key), `${place}, its ${pythonic(key)},`).map((value) => {
      const reference = this.#reference(list(value, `An entry of ${pythonic(key)} of ${place}`))
      if (reference === undefined)
        throw invalidModel(`${place}: ${pythonic(key)} names ${JSON.stringify(value)}, which is not there.`)
      return reference
    })
  }

  #layer(value: unknown, owner: string): readonly PendingCall[] {
    const object = layerObject(value, owner)
    const layer: ModelLayer = { name: object.config.text('name'), object, calls: [] }
    if (this.#layers.has(layer.name))
      throw invalidModel(`${this.#config.place} has two layers that are called '${layer.name}'.`)
    this.#layers.set(layer.name, layer)
    if (object.className === 'InputLayer') this.#add({ layer, inputs: [], callArguments: [] })
    const inbound = (value as Readonly<Record<string, unknown>>)['inboundNodes'] ?? []
    const { place } = object.config
    return list(inbound, `${place}, its inbound_nodes,`)
      .map((node) => ({
        layer,
        inputs: list(node, `${place}, one of its inbound_nodes,`).map((input) =>
          list(input, `${place}, an input in its inbound_nodes,`),
        ),
      }))
      .filter(({ inputs }) => inputs.length > 0)
  }

  /** @returns whether all inputs were there. */
  #make({ layer, inputs }: PendingCall): boolean {
    const references: TensorReference[] = []
    for (const input of inputs) {
      const reference = this.#reference(input)
      if (reference === undefined) return false
      references.push(reference)
    }
    this.#add({ layer, inputs: references, callArguments: argumentsOf(inputs) })
    return true
  }

  #add(node: CallNode): void {
    node.layer.calls.push(node)
    this.all.push(node)
  }

  /** A nested model's first node is its own, of when it was made. */
  #reference([name, index, tensor]: readonly unknown[]): TensorReference | undefined {
    const layer = typeof name === 'string' ? this.#layers.get(name) : undefined
    if (layer === undefined || typeof index !== 'number' || typeof tensor !== 'number') return undefined
    const nested = isModel(layer.object)
    if (nested && index === 0) throw new NotCompiled(`a call takes what is inside of '${layer.name}'`)
    const node = layer.calls[nested ? index - 1 : index]
    return node === undefined ? undefined : { node, tensor }
  }

  #unmet({ layer, inputs }: PendingCall): Error {
    const missing = inputs.find((input) => this.#reference(input) === undefined)
    return invalidModel(
      `${layer.object.config.place}: its input ${JSON.stringify(missing?.slice(0, 3))} is not there.`,
    )
  }
}

/** Calls that wait are tried again layer by layer. */
function byLayer(calls: readonly PendingCall[], layers: readonly ModelLayer[]): PendingCall[] {
  const waiting = Map.groupBy(calls, ({ layer }) => layer)
  return layers.flatMap((layer) => waiting.get(layer) ?? [])
}

function argumentsOf(inputs: readonly (readonly unknown[])[]): readonly string[] {
  const last = inputs.at(-1)?.[3]
  if (typeof last !== 'object' || last === null) return []
  return Object.entries(last)
    .filter(([, value]) => value !== null && value !== false)
    .map(([name]) => name)
}
