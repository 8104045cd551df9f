import type { Graph } from '../graph/graph.ts'
import type { Value } from '../graph/value.ts'
import { NotCompiled, TooLarge } from '../not-compiled.ts'
import { Layer } from './layer.ts'
import type { LayerObject } from './layer-config.ts'
import type { MaskedValue } from './layer-row.ts'
import { LAYER_TABLE } from './layer-table.ts'
import { isModel, modelTopology } from './model-topology.ts'
import type { ModelWeights } from './model-weights.ts'
import { NestedModel } from './nested-model.ts'
import type { Callable, ReadingContext } from './reading-context.ts'
import { layerRefusal } from './refusals.ts'

/** Models within models that are called twice each have more calls than any machine makes. */
const MOST_CALLS = 2 ** 16

/** A model on its way into the graph. */
export class ModelReading implements ReadingContext {
  readonly graph: Graph
  readonly #weights: ModelWeights
  readonly #withoutMask: string[] = []
  #masked = false
  #calls = 0

  constructor(graph: Graph, weights: ModelWeights) {
    this.graph = graph
    this.#weights = weights
  }

  make(object: LayerObject, scope: string): Callable {
    if (isModel(object)) return new NestedModel(modelTopology(object), this)
    const row = LAYER_TABLE.get(object.className)
    if (row === undefined) throw new NotCompiled(layerRefusal(object.className), object.config.place)
    return new Layer(row, object, { context: this, scope })
  }

  weight(name: string, shape: readonly number[], place: string): Value {
    return this.graph.constant(this.#weights.take(name, shape, place))
  }

  noteCall(inputs: readonly MaskedValue[]): void {
    this.#calls += 1
    if (this.#calls > MOST_CALLS) throw new TooLarge(`more than ${MOST_CALLS} calls of layers`)
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
