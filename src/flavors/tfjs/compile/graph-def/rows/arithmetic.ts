import { NotCompiled } from '../../not-compiled.ts'
import {
  add,
  atan2,
  floorDivide,
  floorModulo,
  maximum,
  minimum,
  multiply,
  power,
  prelu,
  realDivide,
  squaredDifference,
  subtract,
} from '../../operators/binary.ts'
import { equal } from '../../operators/comparison.ts'
import { select } from '../../operators/select.ts'
import type { GraphRow } from '../graph-row.ts'
import { expectChannelsLast } from './data-format.ts'
import { simpleRow } from './simple-row.ts'

const biasAdd: GraphRow = {
  names: ['BiasAdd'],
  semantics: 'TensorFlow BiasAdd with the channels last',
  operands: 2,
  read: ({ attributes }, operands, graph) => {
    expectChannelsLast(attributes)
    return graph.add(add, operands.slice(0, 2), null)
  },
}

const addN: GraphRow = {
  names: ['AddN'],
  semantics: 'TensorFlow AddN',
  operands: 1,
  read: (_, [first, ...others], graph) => {
    if (others.some(({ type, shape }) => type !== first!.type || shape.length !== first!.shape.length))
      throw new NotCompiled('operands of different types or ranks')
    return others.reduce((sum, operand) => graph.add(add, [sum, operand], null), first!)
  },
}

const divideNoNan: GraphRow = {
  names: ['DivNoNan'],
  semantics: 'TensorFlow DivNoNan: 0 where the divisor is 0',
  operands: 2,
  read: (_, [a, b], graph) => {
    if (a!.type !== 'float32' || b!.type !== 'float32') throw new NotCompiled('operands that are not float32')
    const isZero = graph.add(equal, [b!, graph.float(0)], null)
    return graph.add(select, [isZero, graph.float(0), graph.add(realDivide, [a!, b!], null)], null)
  },
}

export const ARITHMETIC: readonly GraphRow[] = [
  simpleRow(['Add', 'AddV2'], add, 2),
  biasAdd,
  addN,
  simpleRow('Sub', subtract, 2),
  simpleRow('Mul', multiply, 2),
  simpleRow(['RealDiv', 'Div'], realDivide, 2),
  divideNoNan,
  simpleRow('FloorDiv', floorDivide, 2),
  simpleRow(['FloorMod', 'Mod'], floorModulo, 2),
  simpleRow('Maximum', maximum, 2),
  simpleRow('Minimum', minimum, 2),
  simpleRow('Pow', power, 2),
  simpleRow('SquaredDifference', squaredDifference, 2),
  simpleRow('Atan2', atan2, 2),
  simpleRow('Prelu', prelu, 2),
]
