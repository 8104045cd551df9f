import { expectFloats } from '../graph/element-types.ts'
import { operator } from '../graph/operator.ts'
import type { Value, ValueType } from '../graph/value.ts'
import type { Lowering } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'
import type { OnnxAttributes } from '../onnx/onnx-graph.ts'
import { type Compacted, compacted, lastStep, stepsAfter } from './masked-steps.ts'
import { gatesFirst, recurrentBias } from './recurrent-weights.ts'

/** A cell of Keras, and the operator of ONNX that it is. */
export type CellKind = keyof typeof CELLS

/** `order`: for each gate of ONNX, which of Keras's it is. `functions`: what each of ONNX's activations is. */
const CELLS = {
  LSTM: { onnxType: 'LSTM', order: [0, 3, 1, 2], states: 2, functions: ['gate', 'cell', 'cell'] },
  GRU: { onnxType: 'GRU', order: [0, 1, 2], states: 1, functions: ['gate', 'cell'] },
  SimpleRNN: { onnxType: 'RNN', order: [0], states: 1, functions: ['cell'] },
} as const

/** ONNX's activations by TF.js's name; others its recurrent operators have not, or overflow in (Softplus). */
const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ['sigmoid', { name: 'Sigmoid' }],
  ['hardSigmoid', { name: 'HardSigmoid', alpha: 0.2, beta: 0.5 }],
  ['tanh', { name: 'Tanh' }],
  ['relu', { name: 'Relu' }],
  ['linear', { name: 'Affine', alpha: 1, beta: 0 }],
  ['elu', { name: 'Elu', alpha: 1 }],
  ['softsign', { name: 'Softsign' }],
])

interface Activation {
  readonly name: string
  readonly alpha?: number
  readonly beta?: number
}

export interface RecurrentAttributes {
  readonly kind: CellKind
  readonly units: number
  /** TF.js's names. */
  readonly activation: string
  /** Of the gates; a SimpleRNN has none. */
  readonly recurrentActivation: string | undefined
  /** In which direction the steps are gone through. */
  readonly direction: 'forward' | 'backward'
  readonly hasInitialStates: boolean
  readonly isMasked: boolean
  /** Whether the first result is all steps, rather than the last one. */
  readonly returnSequences: boolean
  /** Whether the states after the last step are results as well. */
  readonly returnState: boolean
}

/** How many gates share a kernel. */
export function gatesOf(kind: CellKind): number {
  return CELLS[kind].order.length
}

/** How many states go from step to step. */
export function statesOf(kind: CellKind): number {
  return CELLS[kind].states
}

/**
 * `(x, kernel, recurrent kernel, bias, …initial states, mask?)`: x has rows, steps and features. Steps of the first
 * result are in the order of x. With a mask, states stay as they are in steps that it leaves out.
 */
export const recurrent = operator<RecurrentAttributes>({
  name: 'LSTM, GRU, SimpleRNN',
  semantics: 'Keras LSTM, GRU (reset_after=False) and SimpleRNN, tfjs-layers layers/recurrent.ts',
  infer: (operands, attributes) => {
    const { kind, units, returnSequences, returnState } = attributes
    expectOperands(operands, attributes)
    const [rows, steps] = operands[0]!.shape
    const state: ValueType = { type: 'float32', shape: [rows!, units] }
    const output = returnSequences ? { ...state, shape: [rows!, steps!, units] } : state
    return [output, ...new Array<ValueType>(returnState ? statesOf(kind) : 0).fill(state)]
  },
  lower: (lowering, use) => {
    const names = use.attributes.isMasked ? masked(lowering, use) : plain(lowering, use)
    for (const [index, result] of use.results.entries()) lowering.define(result, names[index]!)
  },
})

function expectOperands(operands: readonly Value[], attributes: RecurrentAttributes): void {
  const { kind, direction, isMasked, hasInitialStates } = attributes
  const states = hasInitialStates ? statesOf(kind) : 0
  expectFloats(operands.slice(0, 4 + states))
  if (operands[0]!.shape.length !== 3) throw new NotCompiled('steps that are no vectors')
  if (isMasked && direction === 'backward')
    throw new NotCompiled('a mask of steps that are gone through backwards')
  for (const name of [attributes.activation, attributes.recurrentActivation ?? 'linear']) activationOf(name)
}

interface Use {
  readonly operands: readonly Value[]
  readonly attributes: RecurrentAttributes
}

interface NodeInputs {
  /** (steps, rows, features) */
  readonly x: string
  /** How many steps of each row count, int32; '' for all. */
  readonly lengths: string
}

/** @returns names of ONNX's outputs: all steps (steps, 1, rows, units) and each state (1, rows, units). */
function cellNode(lowering: Lowering, { operands, attributes }: Use, inputs: NodeInputs): readonly string[] {
  const { onnx } = lowering
  const { kind, units, direction } = attributes
  const { onnxType, order, states } = CELLS[kind]
  const [kernel, recurrentKernel, bias] = operands.slice(1, 4).map(constantOf)
  const initial = initialStates({ operands, attributes }).map((state) =>
    onnx.node('Unsqueeze', [lowering.channelsLast(state), onnx.integers([0])]),
  )
  return onnx.nodeOf(1 + states, {
    type: onnxType,
    inputs: [
      inputs.x,
      onnx.constant(gatesFirst(kernel!, order)),
      onnx.constant(gatesFirst(recurrentKernel!, order)),
      onnx.constant(recurrentBias(bias!, order)),
      inputs.lengths,
      ...initial,
    ],
    attributes: {
      hidden_size: units,
      direction: direction === 'forward' ? 'forward' : 'reverse',
      ...activationAttributes(attributes),
    },
  })
}

function initialStates({ operands, attributes }: Use): readonly Value[] {
  const { kind, hasInitialStates } = attributes
  return hasInitialStates ? operands.slice(4, 4 + statesOf(kind)) : []
}

function constantOf({ constant }: Value) {
  if (constant?.type !== 'float32') throw new NotCompiled('weights that are computed')
  return constant
}

function activationAttributes({
  kind,
  activation,
  recurrentActivation,
}: RecurrentAttributes): OnnxAttributes {
  const cell = activationOf(activation)
  const gate = recurrentActivation === undefined ? cell : activationOf(recurrentActivation)
  const functions = CELLS[kind].functions.map((which) => (which === 'gate' ? gate : cell))
  // ONNX takes the numbers of those functions that have any, one after the other.
  const alphas = functions.flatMap(({ alpha }) => (alpha === undefined ? [] : [alpha]))
  const betas = functions.flatMap(({ beta }) => (beta === undefined ? [] : [beta]))
  return {
    activations: { texts: functions.map(({ name }) => name) },
    ...(alphas.length === 0 ? {} : { activation_alpha: { floats: alphas } }),
    ...(betas.length === 0 ? {} : { activation_beta: { floats: betas } }),
  }
}

function activationOf(name: string): Activation {
  const activation = ACTIVATIONS.get(name)
  if (activation === undefined) throw new NotCompiled(`activation '${name}' in a recurrent layer`)
  return activation
}

/** Names of the results: steps or the last of them, and states where they are asked for. */
function plain(lowering: Lowering, use: Use): readonly string[] {
  const { onnx } = lowering
  const x = use.operands[0]!
  const layout = lowering.layoutOf(x)
  const perm = layout === 'channelsFirst' ? [2, 0, 1] : [1, 0, 2]
  const timed = onnx.node('Transpose', [lowering.in(layout, x)], { perm })
  const [steps, ...last] = cellNode(lowering, use, { x: timed, lengths: '' })
  const states = last.map((state) => onnx.node('Squeeze', [state, onnx.integers([0])]))
  const { returnSequences, returnState } = use.attributes
  return [returnSequences ? rowsFirst(lowering, steps!) : states[0]!, ...(returnState ? states : [])]
}

/** From (steps, 1, rows, units) to (rows, steps, units). */
function rowsFirst({ onnx }: Lowering, steps: string): string {
  return onnx.node('Transpose', [onnx.node('Squeeze', [steps, onnx.integers([1])])], { perm: [1, 0, 2] })
}

/** The steps that count are gone through first; what comes after the last of them is not looked at. */
function masked(lowering: Lowering, use: Use): readonly string[] {
  const { onnx } = lowering
  const { returnSequences, returnState } = use.attributes
  const parts = compacted(lowering, use.operands[0]!, use.operands.at(-1)!)
  const timed = onnx.node('Transpose', [parts.x], { perm: [1, 0, 2] })
  const [steps, , carry] = cellNode(lowering, use, { x: timed, lengths: parts.lengths })
  const first = initialStates(use).map((state) => lowering.channelsLast(state))
  const all = { steps: rowsFirst(lowering, steps!), initial: first[0] }
  const last = lastStep(onnx, all, parts)
  const output = returnSequences ? stepsAfter(onnx, all, parts) : last
  if (!returnState) return [output]
  return carry === undefined
    ? [output, last]
    : [output, last, lastCarry(lowering, { carry, parts, first: first[1] })]
}

interface Carry {
  readonly carry: string
  readonly parts: Compacted
  /** The initial carry, where it is not 0. */
  readonly first: string | undefined
}

/** Where no step counts, the carry stays what it was. */
function lastCarry({ onnx }: Lowering, { carry, parts, first }: Carry): string {
  const isEmpty = onnx.node('Equal', [parts.lengths, onnx.scalar('int32', 0)])
  return onnx.node('Where', [
    onnx.node('Unsqueeze', [isEmpty, onnx.integers([1])]),
    first ?? onnx.scalar('float32', 0),
    onnx.node('Squeeze', [carry, onnx.integers([0])]),
  ])
}
