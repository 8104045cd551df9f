import type { Value } from '../graph/value.ts'
import { NotCompiled, within } from '../not-compiled.ts'
import type { MaskedValue } from './layer-row.ts'
import type { CallNode, ModelLayer, ModelTopology, TensorReference } from './model-topology.ts'
import type { Callable, ReadingContext } from './reading-context.ts'

/** Calls of a model, one after the other, as far as its outputs need them. */
export class ModelCalls {
  readonly #context: ReadingContext
  readonly #callables: Map<ModelLayer, Callable>
  readonly #results = new Map<CallNode, readonly MaskedValue[]>()

  /** @param callables layers that are made already, or will be: those of other calls of the same model. */
  constructor(context: ReadingContext, callables: Map<ModelLayer, Callable> = new Map()) {
    this.#context = context
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
      this.#context.noteCall(inputs)
      this.#results.set(node, this.#callable(layer).call(inputs))
    })
  }

  #callable(layer: ModelLayer): Callable {
    let callable = this.#callables.get(layer)
    if (callable === undefined) {
      callable = this.#context.make(layer.object, layer.name)
      this.#callables.set(layer, callable)
    }
    return callable
  }

  #values(references: readonly TensorReference[]): readonly MaskedValue[] {
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
