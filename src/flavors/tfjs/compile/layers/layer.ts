import type { Value } from '../graph/value.ts'
import { NotCompiled, within } from '../not-compiled.ts'
import type { LayerObject } from './layer-config.ts'
import type { LayerCall, LayerRow, MaskedValue } from './layer-row.ts'
import type { Callable, ReadingContext } from './reading-context.ts'

export interface LayerOwner {
  readonly context: ReadingContext
  /** The first part of the names of its weights. */
  readonly scope: string
}

/** A layer of a model: its weights are found once, however often it is called. */
export class Layer implements Callable {
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
    if (this.#row.usesMask && first.mask === undefined) this.#owner.context.noteWithoutMask(place)
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
      graph: this.#owner.context.graph,
      config: this.#object.config,
      inputs: inputs.map(({ value }) => value),
      masks: inputs.map(({ mask }) => mask),
      weight: (name, shape) => this.#weight(name, shape),
      callInner: (inner, values) => this.#callable(inner).call(values),
    }
  }

  #weight(name: string, shape: readonly number[]): Value {
    let weight = this.#weights.get(name)
    if (weight === undefined) {
      const { context, scope } = this.#owner
      weight = context.weight(`${scope}/${name}`, shape, this.#object.config.place)
      this.#weights.set(name, weight)
    }
    if (weight.shape.join() !== shape.join())
      throw new NotCompiled(
        `is called with inputs of different shapes, for which weight '${name}' does not fit`,
      )
    return weight
  }

  #callable(inner: LayerObject): Callable {
    const key = `${inner.className} ${inner.config.place}`
    let callable = this.#inner.get(key)
    if (callable === undefined) {
      callable = this.#owner.context.make(inner, this.#owner.scope)
      this.#inner.set(key, callable)
    }
    return callable
  }
}
