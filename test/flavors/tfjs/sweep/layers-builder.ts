import * as tf from '@tensorflow/tfjs-core'
import * as tfl from '@tensorflow/tfjs-layers'
import { Random } from '../../../soak/mlflow-differential/random.ts'
import type { Dims, LayerConfig, LayerStep, LayersRecipe, RecipeInput, TensorRef } from './layers-recipe.ts'

type Layer = tfl.layers.Layer
type Callable = Layer | tfl.LayersModel

/** Makes layers and symbolic tensors of a recipe, step by step; a step that TF.js refuses leaves nothing behind. */
export class LayersBuilder {
  /** In the order in which they were made. */
  readonly tensors = new Map<TensorRef, tfl.SymbolicTensor>()
  readonly #layers: Callable[] = []
  readonly #prefix: string
  #inputs = 0

  /** @param prefix of the names of layers, so that nested models have others than their parents. */
  constructor(prefix = '') {
    this.#prefix = prefix
  }

  input({ shape, dtype }: RecipeInput): void {
    const ref = `in${this.#inputs++}`
    const name = `${this.#prefix}${ref}`
    this.tensors.set(ref, tfl.input({ batchShape: [...shape], dtype, name }))
  }

  /** @throws what TF.js refuses the step with. */
  step(step: LayerStep): void {
    const layer = step.again === undefined ? this.#make(step) : this.#layers[step.again]!
    const given = step.from.map((ref) => this.tensors.get(ref)!)
    const results = (layer as Layer).apply(given.length === 1 ? given[0]! : given)
    const index = this.#layers.push(layer) - 1
    for (const [at, result] of [results].flat().entries()) {
      this.tensors.set(`step${index}:${at}`, result as tfl.SymbolicTensor)
    }
  }

  /** Takes back the last step. */
  undo(): void {
    const index = this.#layers.length - 1
    this.#layers.pop()
    for (const ref of [...this.tensors.keys()]) if (ref.startsWith(`step${index}:`)) this.tensors.delete(ref)
  }

  /** Takes back inputs but for the first ones. */
  keepInputs(count: number): void {
    while (this.#inputs > count) this.tensors.delete(`in${--this.#inputs}`)
  }

  shapeOf(ref: TensorRef): Dims {
    return this.tensors.get(ref)!.shape
  }

  model({ inputs, outputs }: LayersRecipe): tfl.LayersModel {
    return tfl.model({
      inputs: inputs.map((_, index) => this.tensors.get(`in${index}`)!),
      outputs: outputs.map((ref) => this.tensors.get(ref)!),
      name: `${this.#prefix}model`,
    })
  }

  #make({ className, config, nested }: LayerStep): Callable {
    const name = `${this.#prefix}layer${this.#layers.length}`
    return nested === undefined ? makeLayer(className, { name, ...config }) : buildModel(nested, `${name}/`)
  }
}

/** A recipe as a model, with weights from its seed. The caller disposes of it. */
export function buildModel(recipe: LayersRecipe, prefix = ''): tfl.LayersModel {
  const model = recipe.sequential === true ? sequentialOf(recipe, prefix) : functionalOf(recipe, prefix)
  fillWeights(model, recipe.seed)
  return model
}

function functionalOf(recipe: LayersRecipe, prefix: string): tfl.LayersModel {
  const builder = new LayersBuilder(prefix)
  for (const input of recipe.inputs) builder.input(input)
  for (const step of recipe.steps) builder.step(step)
  return builder.model(recipe)
}

function sequentialOf({ inputs, steps }: LayersRecipe, prefix: string): tfl.LayersModel {
  const model = tfl.sequential({ name: `${prefix}model` })
  const { shape } = inputs[0]!
  steps.forEach(({ className, config, nested }, index) => {
    const name = `${prefix}layer${index}`
    const first = index === 0 ? { batchInputShape: shape } : {}
    const layer =
      nested === undefined
        ? makeLayer(className, { name, ...first, ...config })
        : buildModel(nested, `${name}/`)
    model.add(layer as Layer)
  })
  return model
}

function makeLayer(className: string, config: LayerConfig): Layer {
  const found = tf.serialization.SerializationMap.getMap().classNameMap[className]
  if (found === undefined) throw new Error(`TF.js has no layer ${className}`)
  const [cls, fromConfig] = found
  return fromConfig(cls, structuredClone(config) as tf.serialization.ConfigDict) as Layer
}

/** Weights that make every term count: biases, scales and statistics that are neither 0 nor 1, kernels of gain 1. */
function fillWeights(model: tfl.LayersModel, seed: number): void {
  const random = new Random(seed)
  const weights = model.weights.map(({ originalName, shape }) => {
    const dims = shape as number[]
    const data = Float32Array.from({ length: tf.util.sizeFromShape(dims) }, () =>
      weightValue(random, originalName, dims),
    )
    return tf.tensor(data, dims)
  })
  model.setWeights(weights)
  tf.dispose(weights)
}

function weightValue(random: Random, name: string, dims: readonly number[]): number {
  const value = random.next() * 2 - 1
  if (/variance/.test(name)) return 0.3 + random.next() * 2
  if (/gamma/.test(name)) return value + Math.sign(value) * 0.3
  if (dims.length < 2) return value
  const terms = dims.slice(0, -1).reduce((product, dim) => product * dim, 1)
  return (value * 1.7) / Math.sqrt(terms)
}
