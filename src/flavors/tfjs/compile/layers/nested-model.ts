import { NotCompiled } from '../not-compiled.ts'
import type { MaskedValue } from './layer-row.ts'
import { ModelCalls } from './model-calls.ts'
import type { ModelLayer, ModelTopology } from './model-topology.ts'
import type { Callable, ReadingContext } from './reading-context.ts'

/** A model that is called as a layer: its layers are made once, and neither take nor give masks. */
export class NestedModel implements Callable {
  readonly #topology: ModelTopology
  readonly #context: ReadingContext
  readonly #callables = new Map<ModelLayer, Callable>()

  constructor(topology: ModelTopology, context: ReadingContext) {
    this.#topology = topology
    this.#context = context
  }

  call(inputs: readonly MaskedValue[]): readonly MaskedValue[] {
    const expected = this.#topology.inputs
    if (inputs.length !== expected.length)
      throw new NotCompiled(`is called with ${inputs.length} inputs and has ${expected.length}`)
    const calls = new ModelCalls(this.#context, this.#callables)
    for (const [index, { node }] of expected.entries()) calls.define(node, inputs[index]!.value)
    return calls.outputs(this.#topology).map(({ value }) => ({ value, mask: undefined }))
  }
}
