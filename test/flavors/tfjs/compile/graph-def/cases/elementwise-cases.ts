import { attribute, type InputValues } from '../../../../../fixtures/tfjs/graph-builder.ts'
import type { GraphCase } from './graph-case.ts'

const BINARY = [
  'Add',
  'AddV2',
  'Sub',
  'Mul',
  'Maximum',
  'Minimum',
  'SquaredDifference',
  'RealDiv',
  'Div',
  'Atan2',
]
const DIVISIONS = ['FloorDiv', 'FloorMod', 'Mod']
const COMPARISONS = ['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual']
const ANY_FLOAT = [
  'Abs',
  'Asinh',
  'Atan',
  'Ceil',
  'Cos',
  'Cosh',
  'Erf',
  'Exp',
  'Expm1',
  'Floor',
  'Neg',
  'Reciprocal',
  'Relu',
  'Relu6',
  'Round',
  'Selu',
  'Sigmoid',
  'Sign',
  'Sin',
  'Sinh',
  'Softplus',
  'Square',
  'Tan',
  'Tanh',
  'Elu',
  'IsNan',
  'IsInf',
  'IsFinite',
]
const OF_UNIT = ['Acos', 'Asin', 'Atanh', 'Log', 'Log1p', 'Rsqrt', 'Sqrt']

function ofOne(op: string, values: InputValues, offset = 0): GraphCase {
  return {
    title: op,
    build: (graph) => {
      const x = graph.input([-1, 4], { values })
      return graph.node(op, [offset === 0 ? x : graph.node('AddV2', [x, graph.float(offset)])])
    },
  }
}

export const ELEMENTWISE_CASES: readonly GraphCase[] = [
  ...BINARY.map(
    (op): GraphCase => ({
      title: op,
      build: (graph) => graph.node(op, [graph.input([-1, 3, 4]), graph.input([4])]),
    }),
  ),
  ...DIVISIONS.map(
    (op): GraphCase => ({
      title: `${op} of int32`,
      build: (graph) => {
        const x = graph.node('Sub', [
          graph.input([-1, 5], { type: 'int32', values: { below: 40 } }),
          graph.integer(20),
        ])
        return graph.node(op, [x, graph.integers([3, -4, 5, -1, 7])])
      },
    }),
  ),
  ...COMPARISONS.map(
    (op): GraphCase => ({
      title: op,
      build: (graph) => {
        const x = graph.input([-1, 6], { type: 'int32', values: { below: 4 } })
        return graph.node(op, [x, graph.integers([0, 1, 2, 3, 1, 2])])
      },
    }),
  ),
  ...ANY_FLOAT.map((op) => ofOne(op, 'signed')),
  ...OF_UNIT.map((op) => ofOne(op, 'unit')),
  ofOne('Acosh', 'unit', 1),
  {
    title: 'IsInf, IsFinite and IsNan of what is none of a number',
    build: (graph) => {
      const x = graph.node('RealDiv', [
        graph.input([-1, 3], { values: { below: 3 } }),
        graph.floats([0, 1, 0]),
      ])
      return [graph.node('IsInf', [x]), graph.node('IsFinite', [x]), graph.node('IsNan', [x])]
    },
  },
  {
    title: 'Sums, products and powers of int32 that wrap around',
    build: (graph) => {
      const x = graph.node('AddV2', [
        graph.input([-1, 3], { type: 'int32', values: { below: 9 } }),
        graph.integer(2 ** 30),
      ])
      const bases = graph.node('Minimum', [x, graph.integers([3, -3, 7])])
      return [
        graph.node('Sum', [x, graph.integers([1])]),
        graph.node('Prod', [
          graph.node('Minimum', [x, graph.integers([65537, 65539, 3])]),
          graph.integers([1]),
        ]),
        graph.node('Cumsum', [x, graph.integer(1)]),
        graph.node('Pow', [bases, graph.integers([25, 21, 11])]),
      ]
    },
  },
  {
    title: 'Pow',
    build: (graph) =>
      graph.node('Pow', [graph.input([-1, 3], { values: 'unit' }), graph.floats([0.5, 2, 3])]),
  },
  {
    title: 'Prelu',
    build: (graph) => graph.node('Prelu', [graph.input([-1, 3]), graph.floats([0.5, -2, 0.1])]),
  },
  {
    title: 'LeakyRelu, and the slope that TF.js takes where none is told',
    build: (graph) => {
      const x = graph.input([-1, 5])
      return [
        graph.node('LeakyRelu', [x], { alpha: attribute.float(0.3) }),
        graph.node('LeakyRelu', [x]),
        graph.node('LeakyRelu', [x], { alpha: {} }),
      ]
    },
  },
  {
    title: 'ClipByValue',
    build: (graph) => graph.node('ClipByValue', [graph.input([-1, 5]), graph.float(-0.5), graph.float(1)]),
  },
  {
    title: 'BiasAdd and AddN',
    build: (graph) => {
      const x = graph.input([-1, 5])
      return [
        graph.node('BiasAdd', [x, graph.floats([1, 2, 3, 4, 5])]),
        graph.node('AddN', [x, graph.node('Neg', [x]), graph.node('Square', [x])]),
      ]
    },
  },
  {
    title: 'DivNoNan',
    build: (graph) => graph.node('DivNoNan', [graph.input([-1, 3]), graph.floats([0, 2, -1])]),
  },
  {
    title: 'Logical operators and selections',
    build: (graph) => {
      const a = graph.input([-1, 4], { type: 'bool' })
      const b = graph.input([-1, 4], { type: 'bool' })
      const x = graph.input([-1, 4])
      return [
        graph.node('LogicalAnd', [a, b]),
        graph.node('LogicalOr', [a, b]),
        graph.node('LogicalNot', [a]),
        graph.node('Select', [a, x, graph.node('Neg', [x])]),
        graph.node('SelectV2', [b, x, graph.float(7)]),
      ]
    },
  },
  {
    title: 'Cast between all types',
    build: (graph) => {
      const x = graph.input([-1, 4])
      const whole = graph.node('Cast', [x], { DstT: attribute.type('int32') })
      const flag = graph.node('Cast', [x], { DstT: attribute.type('bool') })
      return [
        whole,
        flag,
        graph.node('Cast', [whole], { DstT: { type: 2 } }),
        graph.node('Cast', [flag], { DstT: { type: 'DT_INT64' } }),
        graph.node('Cast', [flag], { DstT: attribute.type('float32') }),
      ]
    },
  },
  {
    title: 'Operators that pass their operand on',
    build: (graph) => {
      let x = graph.input([-1, 4])
      for (const op of ['Identity', 'StopGradient', 'Snapshot', 'FakeQuantWithMinMaxVars'])
        x = graph.node(op, [x])
      const one = graph.node('PlaceholderWithDefault', [graph.float(1)])
      const pair = graph.node('IdentityN', [graph.node('AddV2', [x, one]), graph.input([2])])
      return [pair, `${pair}:1`]
    },
  },
]
