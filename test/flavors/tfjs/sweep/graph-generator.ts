import type { ElementType } from '../../../../src/flavors/tfjs/compile/graph/value.ts'
import { Random } from '../../../soak/mlflow-differential/random.ts'
import { graphModel } from './graph-model.ts'
import type { GraphConstant, GraphInput, GraphRecipe, GraphRef, GraphStep } from './graph-recipe.ts'
import type { Dims } from './layers-recipe.ts'
import { elementwise } from './node-choices/elementwise.ts'
import type { Made, NodeChoice, NodeChoices, Operand, Supply } from './node-choices/node-choice.ts'
import { numeric } from './node-choices/numeric.ts'
import { shapes } from './node-choices/shapes.ts'
import { windows } from './node-choices/windows.ts'
import { inputsOf, type SweepTensor } from './sweep-model.ts'
import { TfjsModel } from './tfjs-model.ts'

const choices: NodeChoices = { ...elementwise, ...windows, ...numeric, ...shapes }

/** What a random graph can be made of. */
export const GRAPH_OPERATORS: readonly string[] = Object.keys(choices)

const MOST_STEPS = 7
const MOST_INPUTS = 4
const TRIES = 12
/** Elements above which nothing goes on. */
const MOST_ELEMENTS = 15_000

/** Two sizes of the rows, and of other free dimensions: what differs is not known before a run. */
const PROBES = [3, 5] as const

/** A random graph that has a node of the operator, if TF.js takes one at all. */
export async function graphRecipe(seed: number, op: string): Promise<GraphRecipe> {
  const random = new Random(seed)
  const draft = new GraphDraft(random, random.weighted({ rows: 6, fixed: 3, free: 1.5 }))
  await draft.must(op)
  const steps = random.below(MOST_STEPS)
  for (let step = 0; step < steps; step += 1) await draft.add()
  return draft.finish()
}

/** `rows`: only their number is free. `fixed`: nothing is. `free`: sizes of images are as well. */
type Freedom = 'rows' | 'fixed' | 'free'

interface Tensor extends Operand {
  readonly isLast: boolean
  /** What it is in each probe. */
  readonly probes: readonly SweepTensor[]
  readonly below?: number
}

/** A graph under way, with what TF.js makes of it. */
class GraphDraft implements Supply {
  readonly random: Random
  #freedom: Freedom
  readonly #inputs: GraphInput[] = []
  readonly #steps: GraphStep[] = []
  readonly #tensors = new Map<GraphRef, Tensor>()

  constructor(random: Random, freedom: Freedom) {
    this.random = random
    this.#freedom = freedom
  }

  /** Adds a node of the operator, or of any where TF.js takes none. */
  async must(op: string): Promise<void> {
    for (let tries = 0; tries < 2 * TRIES; tries += 1) {
      if (tries === TRIES) this.#freedom = 'fixed'
      if (await this.#tryNode(op)) return
    }
    if (!(await this.#tryNode('Relu'))) throw new Error(`TF.js takes neither ${op} nor Relu`)
  }

  /** Adds a node of any operator, mostly to what is there. */
  async add(): Promise<void> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const op = this.random.pick(GRAPH_OPERATORS)
      const isFitting = this.#fitting(choices[op]!).length > 0
      if ((isFitting || this.random.chance(0.1)) && (await this.#tryNode(op))) return
    }
  }

  finish(): GraphRecipe {
    const used = new Set(this.#steps.flatMap(({ from }) => from))
    const results = [...this.#tensors.keys()].filter((ref) => !ref.startsWith('in'))
    const isSigned = this.random.chance(0.8)
    const outputs = results.filter((ref) => !used.has(ref) || (isSigned && this.random.chance(0.1)))
    return { inputs: this.#inputs, steps: this.#steps, outputs: this.random.shuffled(outputs), isSigned }
  }

  like(type: ElementType, dims: Dims, isExact = false): GraphRef {
    const fitting = [...this.#tensors.values()].filter(
      (tensor) =>
        tensor.type === type &&
        tensor.dims.join() === dims.join() &&
        !tensor.isLast &&
        (tensor.isExact || !isExact) &&
        tensor.below === undefined,
    )
    if (fitting.length > 0 && this.random.chance(0.7)) return this.random.pick(fitting).ref
    return this.#addInput({ type, shape: dims })
  }

  indices(dims: Dims, below: number): GraphRef {
    const shape = this.#freedom === 'fixed' ? dims.map((dim) => dim ?? 3) : dims
    return this.#addInput({ type: 'int32', shape, below })
  }

  async #tryNode(op: string): Promise<boolean> {
    const inputs = this.#inputs.length
    try {
      const made = this.#made(op)
      if (made !== undefined && (await this.#take(made))) return true
    } catch (error) {
      if (!(error instanceof Error)) throw error
    }
    while (this.#inputs.length > inputs) {
      this.#inputs.pop()
      this.#tensors.delete(`in${this.#inputs.length}`)
    }
    return false
  }

  #made(op: string): Made | undefined {
    const choice = choices[op]!
    const fitting = this.#fitting(choice)
    if (fitting.length > 0 && this.random.chance(0.9)) {
      return choice.make(this.random.chance(0.7) ? fitting.at(-1)! : this.random.pick(fitting), this)
    }
    const type = this.random.pick(choice.types)
    const shape = this.#shape(this.random.pick(choice.ranks), op)
    return choice.make(this.#tensors.get(this.#addInput({ type, shape }))!, this)
  }

  #fitting({ types, ranks, wantsExact = false }: NodeChoice): readonly Tensor[] {
    return [...this.#tensors.values()].filter(
      ({ type, dims, isExact, isLast, below }) =>
        types.includes(type) &&
        ranks.includes(dims.length) &&
        (isExact || !wantsExact) &&
        !isLast &&
        below === undefined,
    )
  }

  /** Runs the nodes in TF.js and keeps them. @returns whether the results are small enough. @throws what TF.js refuses */
  async #take({ steps, isExact = false, isLast = false }: Made): Promise<boolean> {
    const base = this.#steps.length
    const added = steps.map((step) => ({
      ...step,
      from: step.from.map((ref) => (isLocal(ref) ? moved(ref, base) : ref)),
    }))
    const operands = [...new Set(steps.flatMap(({ from }) => from.filter(isTensor)))].map(
      (ref) => this.#tensors.get(ref)!,
    )
    const results = await probe(steps, operands)
    if (results.flat().some(({ shape }) => shape.reduce((count, dim) => count * dim, 1) > MOST_ELEMENTS))
      return false
    if (results.flat().some(({ shape }) => shape.includes(0) || shape.length > 5)) return false
    const isWhole = isExact && operands.every((operand) => operand.isExact)
    const index = base + added.length - 1
    this.#steps.push(...added)
    results[0]!.forEach((first, at) => {
      const probes = results.map((each) => each[at]!)
      const dims = first.shape.map((dim, axis) => (probes[1]!.shape[axis] === dim ? dim : null))
      const ref = `n${index}:${at}`
      const isSafe = first.type !== 'float32' || isWhole
      this.#tensors.set(ref, { ref, type: first.type, dims, isExact: isSafe, isLast, probes })
    })
    return true
  }

  #addInput(input: GraphInput): GraphRef {
    if (this.#inputs.length >= MOST_INPUTS) throw new Error('enough inputs')
    const ref = `in${this.#inputs.length}`
    const plan = { ...input, name: ref }
    const probes = PROBES.map((size) => {
      const shape = input.shape.map((dim) => dim ?? size)
      return inputsOf(this.random, [{ ...plan, shape }], { rows: size, scale: 1 })[0]!
    })
    const { type, shape: dims, below } = input
    this.#inputs.push(input)
    this.#tensors.set(ref, {
      ref,
      type,
      dims,
      isExact: true,
      isLast: false,
      probes,
      ...(below === undefined ? {} : { below }),
    })
    return ref
  }

  #shape(rank: number, op: string): Dims {
    const isBoxes = op.startsWith('NonMaxSuppression')
    return Array.from({ length: rank }, (_, axis) => {
      if (isBoxes && axis === 1) return 4
      if (axis === 0 && this.#freedom !== 'fixed') return null
      const isSpatial = axis > 0 && axis < rank - 1
      if (this.#freedom === 'free' && isSpatial && this.random.chance(0.7)) return null
      if (op === 'DepthToSpace' && axis === 3) return this.random.pick([4, 8, 9, 12])
      if (!isSpatial && rank === 4 && this.random.chance(0.15)) return this.random.pick([16, 32])
      return 1 + this.random.below(rank >= 4 ? 6 : 8)
    })
  }
}

function isTensor(ref: GraphRef | GraphConstant): ref is GraphRef {
  return typeof ref === 'string' && !ref.startsWith('@')
}

function isLocal(ref: GraphRef | GraphConstant): ref is GraphRef {
  return typeof ref === 'string' && ref.startsWith('@')
}

/** The result of a step of an idiom, in a graph that has `base` steps before it. */
function moved(ref: GraphRef, base: number): GraphRef {
  const [step = '', result = '0'] = ref.slice(1).split(':')
  return `n${Number(step) + base}:${result}`
}

/** What TF.js gives for the last of some steps alone, fed with what their operands are. */
async function probe(
  steps: readonly GraphStep[],
  operands: readonly Tensor[],
): Promise<readonly (readonly SweepTensor[])[]> {
  const places = new Map(operands.map(({ ref }, index) => [ref, `in${index}`]))
  const renamed = steps.map((step) => ({
    ...step,
    from: step.from.map((ref) => {
      if (typeof ref !== 'string') return ref
      return places.get(ref) ?? moved(ref, 0)
    }),
  }))
  const last = renamed.length - 1
  const inputs = operands.map(({ type, probes }) => ({ type, shape: probes[0]!.shape.map(() => null) }))
  const outputs = Array.from({ length: resultCount(steps[last]!) }, (_, at) => `n${last}:${at}`)
  const { artifacts } = graphModel({ inputs, steps: renamed, outputs, isSigned: true })
  const model = await TfjsModel.load(artifacts)
  try {
    const results: (readonly SweepTensor[])[] = []
    for (const index of PROBES.keys()) {
      const named = new Map(operands.map(({ ref, probes }) => [places.get(ref)!, probes[index]!]))
      results.push(await model.run(named))
    }
    return results
  } finally {
    model.dispose()
  }
}

function resultCount({ op, attr }: GraphStep): number {
  const number = (name: string) => Number((attr[name] as { i: string }).i)
  if (op === 'Split' || op === 'SplitV') return number('num_split')
  if (op === 'Unpack') return number('num')
  if (op === 'ShapeN' || op === 'IdentityN') return number('N')
  if (op === 'NonMaxSuppressionV4' || op === 'NonMaxSuppressionV5') return 2
  return op === 'TopKV2' ? 2 : 1
}
