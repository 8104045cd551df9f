/** A Keras configuration in TF.js's own spelling (camel case), as `fromConfig` takes it. */
export type LayerConfig = Readonly<Record<string, unknown>>

export type Dims = readonly (number | null)[]

export interface RecipeInput {
  /** With the rows, which are null. */
  readonly shape: Dims
  readonly dtype: 'float32' | 'int32'
  /** Values are integers from 0 to below it: indices, categories. */
  readonly below?: number
  /** Some steps of this input are all 0, which masks take for padding. */
  readonly masked?: boolean
}

/** `in0` is the first input, `step2:1` the second result of the third step. */
export type TensorRef = string

/** One call of a layer. */
export interface LayerStep {
  /** A registered class of TF.js, or `Recipe` for a model within the model. */
  readonly className: string
  readonly config: LayerConfig
  readonly nested?: LayersRecipe
  readonly from: readonly TensorRef[]
  /** The step whose layer is called once more. */
  readonly again?: number
}

/** A layers model in plain data: it can be printed, cut and built again. */
export interface LayersRecipe {
  readonly inputs: readonly RecipeInput[]
  readonly steps: readonly LayerStep[]
  readonly outputs: readonly TensorRef[]
  /** Built as a Sequential, of a chain; without an InputLayer. */
  readonly sequential?: boolean
  /** Seed of the weights. */
  readonly seed: number
}
