import type { Graph } from '../graph/graph.ts'
import type { Value } from '../graph/value.ts'
import type { LayerObject } from './layer-config.ts'
import type { MaskedValue } from './layer-row.ts'

/** What is called with tensors: a layer, or a model within the model. */
export interface Callable {
  call(inputs: readonly MaskedValue[]): readonly MaskedValue[]
}

/** What all layers of a model share on its way into the graph. */
export interface ReadingContext {
  readonly graph: Graph
  /** Makes a layer, whose weights are found when it is called. @param scope the first part of their names. */
  make(object: LayerObject, scope: string): Callable
  /** @param name whole, `dense/kernel`. @param place the layer, for errors. */
  weight(name: string, shape: readonly number[], place: string): Value
  /**
   * Says that a layer is called in a call of the model with these inputs, beside a wrapper.
   * @throws TooLarge where that is too often.
   */
  noteCall(inputs: readonly MaskedValue[]): void
  /** Says that a layer that uses masks was called without one. */
  noteWithoutMask(place: string): void
}
