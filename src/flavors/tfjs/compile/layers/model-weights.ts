import { invalidModel } from '../../../../core/errors.ts'
import { decodeWeights } from '../../artifacts/decode-weights.ts'
import type { ModelArtifacts, WeightSpec, Weights } from '../../artifacts/model-artifacts.ts'
import type { ConstantData } from '../graph/value.ts'
import { NotCompiled } from '../not-compiled.ts'

/** Optimizers' states have names like weights and are told apart by their group (tfjs-core 4.22, `io/types.ts`). */
const OPTIMIZER = 'optimizer'

/**
 * The weights of a layers model, each given to one layer as tfjs-layers 4.22 does (`engine/container.ts`,
 * `loadWeights`): by its name, or by its name without the part before the last, since Keras calls the kernel of an
 * LSTM `lstm/lstm_cell/kernel` and TF.js `lstm/kernel`.
 */
export class ModelWeights {
  readonly #weights: Weights
  readonly #left: Map<string, WeightSpec>
  readonly #shortened: ReadonlyMap<string, readonly string[]>

  constructor(artifacts: ModelArtifacts) {
    const specs = artifacts.weightSpecs.filter((spec) => spec.group !== OPTIMIZER)
    this.#weights = decodeWeights(artifacts)
    this.#left = new Map(specs.map((spec) => [spec.name, spec]))
    const names = specs.map(({ name }) => name)
    if (/\/\d+$/.test(names[0] ?? ''))
      throw new NotCompiled(`weights that are called by number, such as '${names[0]}'`)
    this.#shortened = Map.groupBy(names, shortened)
  }

  /**
   * @param name with its layer, `dense/kernel`.
   * @param place the layer, for errors.
   * @throws ServingError INVALID_PARAMETER_VALUE where there is none, of this shape.
   */
  take(name: string, shape: readonly number[], place: string): ConstantData {
    const spec = this.#find(name)
    if (spec === undefined)
      throw invalidModel(`${place}: its weight '${name}' is not among the weights of the model.`)
    if (spec.shape.join() !== shape.join())
      throw invalidModel(
        `${place}: its weight '${spec.name}' has shape [${spec.shape}], and [${shape}] is what the layer takes.`,
      )
    if (spec.dtype !== 'float32')
      throw invalidModel(`${place}: its weight '${spec.name}' is ${spec.dtype} and has to be float32.`)
    this.#left.delete(spec.name)
    return this.#weights.get(spec.name)!
  }

  /** @throws NotCompiled where a weight belongs to no layer. */
  finish(): void {
    const [name] = this.#left.keys()
    if (name !== undefined)
      throw new NotCompiled(`weight '${name}' belongs to no layer that the outputs come from`)
  }

  #find(name: string): WeightSpec | undefined {
    const exact = this.#left.get(name)
    if (exact !== undefined) return exact
    const longer = (this.#shortened.get(name) ?? []).filter((long) => this.#left.has(long))
    if (longer.length > 1) throw new NotCompiled(`weight '${name}' may be ${longer.join(' or ')}`)
    return this.#left.get(longer[0] ?? '')
  }
}

function shortened(name: string): string {
  const parts = name.split('/')
  return [...parts.slice(0, -2), parts.at(-1)].join('/')
}
