import type { Graph } from '../graph/graph.ts'
import type { Value } from '../graph/value.ts'
import { NotCompiled, within } from '../not-compiled.ts'
import type { LayerObject } from './layer-config.ts'
import type { LayerCall, LayerRow, MaskedValue } from './layer-row.ts'
import { LAYER_TABLE } from './layer-table.ts'
import {
  type CallNode,
  isModel,
  type ModelLayer,
  type ModelTopology,
  modelTopology,
} from './model-topology.ts'
import type { ModelWeights } from './model-weights.ts'

/** What is called with tensors: a layer, or a model within the model. */
interface Callable {
  call(inputs: readonly MaskedValue[]): readonly MaskedValue[]
}

/** A model on its way into the graph: what all of its layers share. */
export class ModelReading {
  readonly graph: Graph
  readonly #weights: ModelWeights
  readonly #withoutMask: string[] = []
  #masked = false

  constructor(graph: Graph, weights: ModelWeights) {
    this.graph = graph
    this.#weights = weights
  }

  /** Makes a layer, whose weights are found when it is called. @param scope the first part of their names. */
  make(object: LayerObject, scope: string): Callable {
    if (isModel(object)) return new NestedModel(modelTopology(object), this)
    const row = LAYER_TABLE.get(object.className)
    if (row === undefined) throw new NotCompiled('no layer of this class is compiled', object.config.place)
    return new Layer(row, object, { reading: this, scope })
  }

  weight(name: string, shape: readonly number[], place: string): Value {
    return this.graph.constant(this.#weights.take(name, shape, place))
  }

  /** Says that a layer took part in a call of the model with these inputs, beside a wrapper. */
  noteMasks(inputs: readonly MaskedValue[]): void {
    this.#masked ||= inputs.some(({ mask }) => mask !== undefined)
  }

  noteWithoutMask(place: string): void {
    this.#withoutMask.push(place)
  }

  /**
   * TF.js hands the last mask on to whatever layer it runs next, so that where there are masks a layer that uses them
   * and has none of its own may be given another's (`engine/executor.ts`, `execute`).
   * @throws NotCompiled
   */
  finish(): void {
    const [place] = this.#withoutMask
    if (this.#masked && place !== undefined)
      throw new NotCompiled(
        'has no mask of its own in a model with masks, and TF.js may give it another',
        place,
      )
    this.#weights.finish()
  }
}

/** Calls of a model, one after the other, as far as its outputs need them. */
export class ModelCalls {
  readonly #reading: ModelReading
  readonly #callables = new Map<ModelLayer, Callable>()
  readonly #results = new Map<CallNode, readonly MaskedValue[]>()

  constructor(reading: ModelReading, callables: Map<ModelLayer, Callable> = new Map()) {
    this.#reading = reading
    this.#callables = callables
  }

  /** Says what an InputLayer gives. */
  define(node: CallNode, value: Value): void {
    this.#results.set(node, [{ value, mask: undefined }])
  }

  outputs(topology: ModelTopology): readonly MaskedValue[] {
    const needed = neededNodes(topology)
    for (const node of topology.nodes) if (needed.has(node)) this.#call(node)
    return this.#values(topology.outputs)
  }

  #call(node: CallNode): void {
    if (this.#results.has(node)) return
    const { layer, callArguments } = node
    within(placeOf(layer), () => {
      if (layer.object.className === 'InputLayer') throw new NotCompiled('is no input of the model')
      if (callArguments.length > 0) throw new NotCompiled(`call argument '${callArguments[0]}'`)
      const inputs = this.#values(node.inputs)
      this.#reading.noteMasks(inputs)
      this.#results.set(node, this.#callable(layer).call(inputs))
    })
  }

  #callable(layer: ModelLayer): Callable {
    let callable = this.#callables.get(layer)
    if (callable === undefined) {
      callable = this.#reading.make(layer.object, layer.name)
      this.#callables.set(layer, callable)
    }
    return callable
  }

  #values(references: ModelTopology['inputs']): readonly MaskedValue[] {
    return references.map(({ node, tensor }) => {
      const value = this.#results.get(node)?.[tensor]
      if (value === undefined)
        throw new NotCompiled(`result ${tensor} of ${placeOf(node.layer)} is not there`)
      return value
    })
  }
}

function placeOf({ object }: ModelLayer): string {
  return object.config.place
}

function neededNodes({ outputs }: ModelTopology): ReadonlySet<CallNode> {
  const needed = new Set<CallNode>()
  const waiting = outputs.map(({ node }) => node)
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (needed.has(node)) continue
    needed.add(node)
    for (const input of node.inputs) waiting.push(input.node)
  }
  return needed
}

/** A model that is called as a layer: its layers are made once, and neither take nor give masks. */
class NestedModel implements Callable {
  readonly #topology: ModelTopology
  readonly #reading: ModelReading
  readonly #callables = new Map<ModelLayer, Callable>()

  constructor(topology: ModelTopology, reading: ModelReading) {
    this.#topology = topology
    this.#reading = reading
  }

  call(inputs: readonly MaskedValue[]): readonly MaskedValue[] {
    const expected = this.#topology.inputs
    if (inputs.length !== expected.length)
      throw new NotCompiled(`is called with ${inputs.length} inputs and has ${expected.length}`)
    const calls = new ModelCalls(this.#reading, this.#callables)
    for (const [index, { node }] of expected.entries()) calls.define(node, inputs[index]!.value)
    return calls.outputs(this.#topology).map(({ value }) => ({ value, mask: undefined }))
  }
}

interface LayerOwner {
  readonly reading: ModelReading
  /** The first part of the names of its weights. */
  readonly scope: string
}

class Layer implements Callable {
  readonly #row: LayerRow
  readonly #object: LayerObject
  readonly #owner: LayerOwner
  readonly #weights = new Map<string, Value>()
  readonly #inner = new Map<string, Callable>()

  constructor(row: LayerRow, object: LayerObject, owner: LayerOwner) {
    this.#row = row
    this.#object = object
    this.#owner = owner
  }

  call(inputs: readonly MaskedValue[]): readonly MaskedValue[] {
    const { place } = this.#object.config
    const [first] = inputs
    if (first === undefined) throw new NotCompiled('is called without inputs')
    if (this.#row.usesMask && first.mask === undefined) this.#owner.reading.noteWithoutMask(place)
    const call = this.#callOf(inputs)
    return within(place, () => {
      const given = this.#row.call(call)
      const results = Array.isArray(given) ? (given as readonly Value[]) : [given as Value]
      const masks = this.#row.mask?.(call, results) ?? []
      return results.map((value, index) => ({ value, mask: masks[index] }))
    })
  }

  #callOf(inputs: readonly MaskedValue[]): LayerCall {
    return {
      graph: this.#owner.reading.graph,
      config: this.#object.config,
      inputs: inputs.map(({ value }) => value),
      masks: inputs.map(({ mask }) => mask),
      weight: (name, shape) => this.#weight(name, shape),
      callInner: (inner, values, scope) => this.#callable(inner, scope).call(values),
    }
  }

  #weight(name: string, shape: readonly number[]): Value {
    let weight = this.#weights.get(name)
    if (weight === undefined) {
      const { reading, scope } = this.#owner
      weight = reading.weight(`${scope}/${name}`, shape, this.#object.config.place)
      this.#weights.set(name, weight)
    }
    if (weight.shape.join() !== shape.join())
      throw new NotCompiled(
        `is called with inputs of different shapes, for which weight '${name}' does not fit`,
      )
    return weight
  }

  #callable(inner: LayerObject, scope: string | undefined): Callable {
    const key = `${inner.className} ${scope ?? ''} ${inner.config.place}`
    let callable = this.#inner.get(key)
    if (callable === undefined) {
      const whole = scope === undefined ? this.#owner.scope : `${this.#owner.scope}/${scope}`
      callable = this.#owner.reading.make(inner, whole)
      this.#inner.set(key, callable)
    }
    return callable
  }
}
