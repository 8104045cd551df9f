import type { SymbolicTensor } from '@tensorflow/tfjs-layers'
import { Random } from '../../../soak/mlflow-differential/random.ts'
import { choices } from './layer-choices/all-layers.ts'
import type { LayerChoice } from './layer-choices/layer-choice.ts'
import { merges } from './layer-choices/merge.ts'
import { timeDistributed } from './layer-choices/recurrent.ts'
import { LayersBuilder } from './layers-builder.ts'
import type { Dims, LayerStep, LayersRecipe, RecipeInput, TensorRef } from './layers-recipe.ts'

/** What a random model can be made of. */
export const LAYER_CLASSES: readonly string[] = [
  ...Object.keys(choices),
  ...Object.keys(merges),
  'TimeDistributed',
  'Model',
  'Sequential',
]

const MOST_STEPS = 6
const MOST_INPUTS = 3
/** How often a step that TF.js refuses is chosen anew. */
const TRIES = 12
/** Elements of a row above which nothing is added. */
const MOST_ELEMENTS = 10_000

/** A random layers model that has a layer of the class, if TF.js takes one at all. */
export function layersRecipe(seed: number, className: string): LayersRecipe {
  const random = new Random(seed)
  const draft = new Draft(random, { depth: 0, freeDims: random.chance(0.15) })
  draft.must(className)
  const steps = random.below(MOST_STEPS)
  for (let step = 0; step < steps; step += 1) draft.add()
  return draft.finish(seed)
}

interface DraftOptions {
  readonly depth: number
  readonly freeDims: boolean
}

/** A recipe under way, with the shapes that TF.js gives its tensors. */
class Draft {
  readonly #random: Random
  readonly #options: DraftOptions
  readonly #inputs: RecipeInput[] = []
  readonly #steps: LayerStep[] = []
  readonly #builder = new LayersBuilder()

  constructor(random: Random, options: DraftOptions) {
    this.#random = random
    this.#options = options
  }

  /** Adds a layer of the class, or any where TF.js takes none. */
  must(className: string): void {
    for (let tries = 0; tries < TRIES; tries += 1) if (this.#tryStep(className)) return
    if (!this.#tryStep('Activation')) throw new Error(`TF.js takes neither ${className} nor Activation`)
  }

  /** Adds a layer of any class, mostly to what is there. */
  add(classNames: readonly string[] = LAYER_CLASSES): void {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const className = this.#random.pick(classNames)
      const ranks = choices[className]?.ranks ?? merges[className]?.ranks ?? [3, 4]
      const isFitting = ranks.includes(this.#newest.rank)
      if ((isFitting || this.#random.chance(0.1)) && this.#tryStep(className)) return
    }
  }

  /** A nested model has the shape of its input from outside. */
  open(shape: Dims): void {
    this.#addInput({ shape, dtype: 'float32' })
  }

  get steps(): number {
    return this.#steps.length
  }

  finish(seed: number): LayersRecipe {
    const used = new Set(this.#steps.flatMap(({ from }) => from))
    const results = [...this.#builder.tensors.keys()].filter((ref) => !ref.startsWith('in'))
    const sinks = results.filter((ref) => !used.has(ref) || this.#random.chance(0.1))
    const isSequential = this.#isChain() && this.#random.chance(0.5)
    return {
      inputs: this.#inputs,
      steps: this.#steps,
      outputs: isSequential ? [results.at(-1)!] : this.#random.shuffled(sinks),
      ...(isSequential ? { sequential: true } : {}),
      seed,
    }
  }

  get #newest(): SymbolicTensor {
    return [...this.#builder.tensors.values()].at(-1)!
  }

  #isChain(): boolean {
    const isOneByOne = this.#builder.tensors.size === this.#steps.length + 1
    return (
      this.#inputs.length === 1 &&
      isOneByOne &&
      this.#steps.every(({ from, again }, index) => {
        const before = index === 0 ? 'in0' : `step${index - 1}:0`
        return again === undefined && from.length === 1 && from[0] === before
      })
    )
  }

  #tryStep(className: string): boolean {
    const [inputs, steps] = [this.#inputs.length, this.#steps.length]
    try {
      const step = this.#stepOf(className)
      if (step !== undefined) {
        this.#builder.step(step)
        this.#steps.push(step)
        if (this.#isModest()) return true
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error
    }
    for (; this.#steps.length > steps; this.#steps.pop()) this.#builder.undo()
    this.#inputs.length = inputs
    this.#builder.keepInputs(inputs)
    return false
  }

  /** Whether what the last step gives is small enough to go on with. */
  #isModest(): boolean {
    const { shape } = this.#newest
    const elements = shape.reduce<number>((count, dim) => count * (dim ?? 5), 1)
    return shape.length <= 5 && elements <= MOST_ELEMENTS
  }

  #stepOf(className: string): LayerStep | undefined {
    if (className === 'TimeDistributed') return this.#timeDistributed()
    if (className === 'Model' || className === 'Sequential') return this.#nested(className)
    return this.#again(className) ?? this.#merge(className) ?? this.#plain(className)
  }

  #plain(className: string): LayerStep {
    const choice = choices[className]!
    const given = choice.input === undefined ? this.#tensor(choice.ranks) : this.#special(choice)
    const from = choice.changesShape === true ? this.#passedOn(given) : given
    return { className, config: choice.config(this.#random, this.#builder.shapeOf(from)), from: [from] }
  }

  #passedOn(ref: TensorRef): TensorRef {
    const targetShape = this.#builder.shapeOf(ref).slice(1)
    const step = { className: 'Reshape', config: { targetShape }, from: [ref] }
    this.#builder.step(step)
    this.#steps.push(step)
    return `step${this.#steps.length - 1}:0`
  }

  #merge(className: string): LayerStep | undefined {
    const merge = merges[className]
    if (merge === undefined) return undefined
    const first = this.#tensor(merge.ranks)
    const others = merge.others(this.#random, this.#builder.shapeOf(first))
    const from = this.#random.shuffled([first, ...others.map((shape) => this.#tensorLike(shape))])
    return { className, config: merge.config(this.#random, this.#shapesOf(from)), from }
  }

  /** A layer of the class that is there already, called with something else. */
  #again(className: string): LayerStep | undefined {
    const again = this.#steps.findIndex((step) => step.className === className && step.nested === undefined)
    if (again < 0 || this.#options.depth > 0 || !this.#random.chance(0.4)) return undefined
    const { config, from } = this.#steps[again]!
    return { className, config, from: this.#shapesOf(from).map((shape) => this.#tensorLike(shape)), again }
  }

  #timeDistributed(): LayerStep | undefined {
    const from = this.#tensor([3, 4, 5])
    const config = timeDistributed(this.#random, this.#builder.shapeOf(from), choices)
    return config === undefined ? undefined : { className: 'TimeDistributed', config, from: [from] }
  }

  #nested(className: string): LayerStep | undefined {
    const { depth } = this.#options
    if (depth > 1) return undefined
    const from = this.#tensor([2, 3, 4])
    const inner = new Draft(this.#random, { ...this.#options, depth: depth + 1 })
    inner.open(this.#builder.shapeOf(from))
    const names = Object.keys(choices).filter((name) => choices[name]!.input === undefined)
    for (let step = this.#random.below(3); step >= 0; step -= 1) inner.add(names)
    if (inner.steps === 0) return undefined
    const { sequential, ...recipe } = inner.finish(this.#random.below(2 ** 31))
    if (className === 'Model') return { className: 'Recipe', config: {}, nested: recipe, from: [from] }
    if (sequential !== true) return undefined
    return { className: 'Recipe', config: {}, nested: { ...recipe, sequential }, from: [from] }
  }

  /** A tensor of one of the ranks: the newest, any other, or a new input. */
  #tensor(ranks: readonly number[]): TensorRef {
    const fitting = this.#refs(({ rank }) => ranks.includes(rank))
    if (fitting.length > 0 && (this.#options.depth > 0 || this.#random.chance(0.85))) {
      return this.#random.chance(0.7) ? fitting.at(-1)! : this.#random.pick(fitting)
    }
    return this.#addInput({ shape: this.#shape(this.#random.pick(ranks)), dtype: 'float32' })
  }

  #tensorLike(shape: Dims): TensorRef {
    const fitting = this.#refs((tensor) => tensor.shape.join() === shape.join())
    if (fitting.length > 0 && this.#random.chance(0.7)) return this.#random.pick(fitting)
    return this.#addInput({ shape, dtype: 'float32' })
  }

  /** Tensors of floats that are wanted; not those that are made to be indices. */
  #refs(isWanted: (tensor: SymbolicTensor) => boolean): readonly TensorRef[] {
    const indices = new Set(this.#inputs.flatMap(({ below }, at) => (below === undefined ? [] : [`in${at}`])))
    return [...this.#builder.tensors]
      .filter(([ref, tensor]) => tensor.dtype === 'float32' && !indices.has(ref) && isWanted(tensor))
      .map(([ref]) => ref)
  }

  #special({ input, ranks, changesShape }: LayerChoice): TensorRef {
    const shape = this.#shape(this.#random.pick(ranks))
    if (input === 'masked') return this.#addInput({ shape, dtype: 'float32', masked: true })
    const dtype = changesShape === true ? 'float32' : this.#random.pick(['float32', 'int32'] as const)
    return this.#addInput({ shape, dtype, below: 11 })
  }

  #shape(rank: number): Dims {
    const { freeDims } = this.#options
    return Array.from({ length: rank }, (_, axis) => {
      if (axis === 0) return null
      const isSpatial = axis < rank - 1
      if (freeDims && isSpatial && this.#random.chance(0.7)) return null
      if (!isSpatial && rank === 4 && this.#random.chance(0.15)) return this.#random.pick([16, 32])
      return 1 + this.#random.below(rank === 5 ? 5 : 9)
    })
  }

  #addInput(input: RecipeInput): TensorRef {
    if (this.#inputs.length >= (this.#options.depth > 0 ? 1 : MOST_INPUTS)) throw new Error('enough inputs')
    this.#inputs.push(input)
    this.#builder.input(input)
    return `in${this.#inputs.length - 1}`
  }

  #shapesOf(refs: readonly TensorRef[]): Dims[] {
    return refs.map((ref) => this.#builder.shapeOf(ref))
  }
}
