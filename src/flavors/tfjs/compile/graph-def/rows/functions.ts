import { isFiniteNumber, isInf, isNan } from '../../operators/predicate.ts'
import * as unary from '../../operators/unary.ts'
import { knownNumber } from '../constants.ts'
import type { GraphRow } from '../graph-row.ts'
import { simpleRow } from './simple-row.ts'

const elu: GraphRow = {
  names: ['Elu'],
  semantics: 'TensorFlow Elu',
  operands: 1,
  read: (_, [x], graph) => graph.add(unary.elu, [x!], { alpha: 1 }),
}

const leakyRelu: GraphRow = {
  names: ['LeakyRelu'],
  semantics: 'TensorFlow LeakyRelu',
  operands: 1,
  read: ({ attributes }, [x], graph) =>
    graph.add(unary.leakyRelu, [x!], { alpha: attributes.number('alpha', 0.2) }),
}

const clip: GraphRow = {
  names: ['ClipByValue'],
  semantics: 'TensorFlow ClipByValue with constant bounds',
  operands: 3,
  read: (_, [x, min, max], graph) =>
    graph.add(unary.clip, [x!], { min: knownNumber(min!, 'a bound'), max: knownNumber(max!, 'a bound') }),
}

export const FUNCTIONS: readonly GraphRow[] = [
  simpleRow('Abs', unary.abs, 1),
  simpleRow('Acos', unary.acos, 1),
  simpleRow('Acosh', unary.acosh, 1),
  simpleRow('Asin', unary.asin, 1),
  simpleRow('Asinh', unary.asinh, 1),
  simpleRow('Atan', unary.atan, 1),
  simpleRow('Atanh', unary.atanh, 1),
  simpleRow('Ceil', unary.ceil, 1),
  simpleRow('Cos', unary.cos, 1),
  simpleRow('Cosh', unary.cosh, 1),
  simpleRow('Erf', unary.erf, 1),
  simpleRow('Exp', unary.exp, 1),
  simpleRow('Expm1', unary.expm1, 1),
  simpleRow('Floor', unary.floor, 1),
  simpleRow('Log', unary.log, 1),
  simpleRow('Log1p', unary.log1p, 1),
  simpleRow('Neg', unary.neg, 1),
  simpleRow('Reciprocal', unary.reciprocal, 1),
  simpleRow('Relu', unary.relu, 1),
  simpleRow('Relu6', unary.relu6, 1),
  simpleRow('Round', unary.round, 1),
  simpleRow('Rsqrt', unary.rsqrt, 1),
  simpleRow('Selu', unary.selu, 1),
  simpleRow('Sigmoid', unary.sigmoid, 1),
  simpleRow('Sign', unary.sign, 1),
  simpleRow('Sin', unary.sin, 1),
  simpleRow('Sinh', unary.sinh, 1),
  simpleRow('Softplus', unary.softplus, 1),
  simpleRow('Sqrt', unary.sqrt, 1),
  simpleRow('Square', unary.square, 1),
  simpleRow('Tan', unary.tan, 1),
  simpleRow('Tanh', unary.tanh, 1),
  simpleRow('IsNan', isNan, 1),
  simpleRow('IsInf', isInf, 1),
  simpleRow('IsFinite', isFiniteNumber, 1),
  elu,
  leakyRelu,
  clip,
]
