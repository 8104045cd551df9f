import type { ElementType } from '../../../../../src/flavors/tfjs/compile/graph/value.ts'
import { attr } from '../graph-recipe.ts'
import {
  ANY_RANK,
  ANY_TYPE,
  computing,
  DIMENSIONED,
  FLOATS,
  floats,
  type Made,
  moving,
  type NodeChoice,
  type NodeChoices,
  NUMBERS,
  type Operand,
  type Supply,
  scalar,
} from './node-choice.ts'

/** Functions that neither jump nor have a small domain. */
const SMOOTH = ['Elu', 'Erf', 'Selu', 'Sigmoid', 'Softplus', 'Tanh', 'Atan', 'Asinh', 'Square']
/** Functions that give elements, or what is near them. */
const SIMPLE = [
  'Abs',
  'Neg',
  'Relu',
  'Relu6',
  'Identity',
  'StopGradient',
  'Snapshot',
  'ZerosLike',
  'OnesLike',
]
/** Functions that jump. */
const STEPS = ['Ceil', 'Floor', 'Round', 'Sign']
/** Functions that magnify what was rounded before. */
const STEEP = [
  ...['Acos', 'Acosh', 'Asin', 'Atanh', 'Cos', 'Cosh', 'Exp', 'Expm1', 'Log', 'Log1p', 'Reciprocal'],
  ...['Rsqrt', 'Sin', 'Sinh', 'Sqrt', 'Tan'],
]
const COMPARISONS = ['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual']

function each(names: readonly string[], choice: (name: string) => NodeChoice): NodeChoices {
  return Object.fromEntries(names.map((name) => [name, choice(name)]))
}

export const elementwise: NodeChoices = {
  ...each(SMOOTH, (name) => unary(name, { isExact: false })),
  ...each(SIMPLE, (name) => unary(name, { isExact: true })),
  ...each(STEPS, (name) => ({ ...unary(name, { isExact: true }), wantsExact: true })),
  ...each(STEEP, (name) => ({ ...unary(name, { isLast: true }), wantsExact: true })),
  ...each(['IsNan', 'IsInf', 'IsFinite'], (name) => ({
    types: FLOATS,
    ranks: ANY_RANK,
    wantsExact: true,
    make: (x) => notNumbers(x, name),
  })),
  LogicalNot: { types: ['bool'], ranks: ANY_RANK, make: ({ ref }) => moving('LogicalNot', [ref]) },
  LeakyRelu: {
    types: FLOATS,
    ranks: ANY_RANK,
    make: ({ ref }, { random }) =>
      computing('LeakyRelu', [ref], random.chance(0.3) ? {} : { alpha: attr.float(random.next()) }),
  },
  Prelu: {
    types: FLOATS,
    ranks: DIMENSIONED,
    make: ({ ref, dims }, { random }) => {
      const last = dims.at(-1)
      return typeof last === 'number' ? computing('Prelu', [ref, floats(random, [last])]) : undefined
    },
  },
  FakeQuantWithMinMaxVars: {
    types: FLOATS,
    ranks: DIMENSIONED,
    make: ({ ref }) =>
      computing('FakeQuantWithMinMaxVars', [ref], { min: attr.float(-3), max: attr.float(3) }),
  },
  ClipByValue: {
    types: FLOATS,
    ranks: ANY_RANK,
    make: ({ ref, type }, { random }) => {
      const [low, high] = [-random.next() * 3, random.next() * 8]
      return moving('ClipByValue', [ref, scalar(type, Math.fround(low)), scalar(type, Math.fround(high))])
    },
  },
  ...each(['Add', 'AddV2', 'Sub', 'Mul', 'SquaredDifference'], (name) => binary(name, false)),
  ...each(['Maximum', 'Minimum'], (name) => binary(name, true)),
  ...each(['RealDiv', 'Div', 'DivNoNan', 'FloorDiv', 'FloorMod', 'Mod'], division),
  Pow: {
    types: FLOATS,
    ranks: ANY_RANK,
    wantsExact: true,
    make: ({ ref }, { random }) => ({
      ...computing('Pow', [ref, scalar('float32', random.pick([2, 3, 0.5, -1, 0]))]),
      isLast: true,
    }),
  },
  Atan2: {
    types: FLOATS,
    ranks: ANY_RANK,
    wantsExact: true,
    make: arctangent,
  },
  AddN: {
    types: NUMBERS,
    ranks: ANY_RANK,
    make: ({ ref, type, dims }, supply) => {
      const others = supply.random.times(1 + supply.random.below(2), () => supply.like(type, dims))
      return computing('AddN', [ref, ...others], { N: attr.int(others.length + 1), T: attr.type(type) })
    },
  },
  BiasAdd: {
    types: FLOATS,
    ranks: [2, 3, 4, 5],
    make: ({ ref, dims }, { random }) => {
      const last = dims.at(-1)
      return typeof last === 'number' ? computing('BiasAdd', [ref, floats(random, [last])]) : undefined
    },
  },
  ...each(COMPARISONS, (name) => ({
    types: NUMBERS,
    ranks: ANY_RANK,
    wantsExact: true,
    make: (x, supply) => moving(name, supply.random.shuffled([x.ref, other(x, supply, true)])),
  })),
  ...each(['LogicalAnd', 'LogicalOr'], (name) => ({
    types: ['bool'],
    ranks: ANY_RANK,
    make: ({ ref, dims }, supply) => moving(name, [ref, supply.like('bool', dims)]),
  })),
  ...each(['Select', 'SelectV2'], (name) => ({
    types: NUMBERS,
    ranks: ANY_RANK,
    make: (x, supply) => {
      const otherwise = name === 'SelectV2' ? other(x, supply, x.isExact) : supply.like(x.type, x.dims)
      const step = { op: name, from: [supply.like('bool', x.dims), x.ref, otherwise], attr: {} }
      return { steps: [step], isExact: false }
    },
  })),
  Cast: {
    types: ANY_TYPE,
    ranks: ANY_RANK,
    wantsExact: true,
    make: ({ ref, type }, { random }) => {
      const to = random.pick(ANY_TYPE)
      return moving('Cast', [ref], { SrcT: attr.type(type), DstT: attr.type(to) })
    },
  },
}

function unary(op: string, rest: Omit<Made, 'steps'>): NodeChoice {
  return {
    types:
      op.endsWith('Like') || /Identity|Snapshot|Stop/.test(op) ? ANY_TYPE : ['float32', 'float32', 'int32'],
    ranks: ANY_RANK,
    make: ({ ref }) => ({ steps: [{ op, from: [ref], attr: {} }], ...rest }),
  }
}

/** Of operands that are never 0, whose sign ONNX has no operator for. */
function arctangent(x: Operand, supply: Supply): Made {
  const aside = scalar('float32', Math.fround(0.37))
  const steps = [
    { op: 'AddV2', from: [x.ref, aside], attr: {} },
    { op: 'AddV2', from: [supply.like('float32', x.dims, true), aside], attr: {} },
    { op: 'Atan2', from: ['@0', '@1'], attr: {} },
  ]
  return { steps }
}

function notNumbers({ ref }: Operand, op: string): Made {
  const steps = [
    { op: 'Log', from: [ref], attr: {} },
    { op, from: ['@0'], attr: {} },
  ]
  return { steps, isExact: true, isLast: true }
}

function binary(op: string, isExact: boolean): NodeChoice {
  return {
    types: NUMBERS,
    ranks: ANY_RANK,
    make: (x, supply) => {
      const from = supply.random.shuffled([x.ref, other(x, supply, isExact)])
      return { steps: [{ op, from, attr: {} }], isExact: isExact && x.isExact }
    },
  }
}

/** A divisor that is never near 0, unless it is exactly. */
function division(op: string): NodeChoice {
  return {
    // Of float32, TF.js's cpu backend divides into int32 and its wasm backend into float32.
    types: op === 'FloorDiv' ? ['int32'] : NUMBERS,
    ranks: ANY_RANK,
    wantsExact: true,
    make: ({ ref, type, dims }, { random }) => {
      const last = dims.at(-1)
      const shape = typeof last === 'number' && random.chance(0.7) ? [last] : []
      const values = random.times(shape[0] ?? 1, () => divisor(random.below(7) - 3, type, op))
      return computing(op, [ref, { type, shape, values }])
    },
  }
}

function divisor(value: number, type: ElementType, op: string): number {
  if (value === 0) return op === 'DivNoNan' ? 0 : 4
  return type === 'int32' ? value : value * 0.75
}

/** A second operand: a constant that is broadcast, or another tensor. */
function other({ type, dims }: Operand, supply: Supply, isExact: boolean) {
  const { random } = supply
  if (random.chance(0.4)) return supply.like(type, dims, isExact)
  const shape = dims.slice(random.below(dims.length + 1)).map((dim) => (random.chance(0.6) ? (dim ?? 1) : 1))
  const constant = floats(random, shape, 3)
  if (type === 'float32') return constant
  return { type, shape, values: constant.values.map(Math.round) }
}
