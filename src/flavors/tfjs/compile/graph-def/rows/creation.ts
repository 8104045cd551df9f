import { elementCount } from '../../../../../core/tensor.ts'
import { expectHeld } from '../../graph/expect-held.ts'
import type { Graph } from '../../graph/graph.ts'
import { type ConstantData, type ElementType, knownIntegers, type Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { broadcastTo } from '../../operators/broadcast-to.ts'
import { cast } from '../../operators/cast.ts'
import { range, rangeLength, rangeStep } from '../../operators/range.ts'
import { knownNumber, knownNumbers } from '../constants.ts'
import type { GraphRow } from '../graph-row.ts'
import { shapeOf } from './shapes.ts'

const fill: GraphRow = {
  names: ['Fill'],
  semantics: 'TensorFlow Fill; float32 in TF.js where no type is told',
  operands: 2,
  read: ({ attributes }, [dims, value], graph) => {
    if (value!.shape.length > 0) throw new NotCompiled('a value that is no scalar')
    const type = attributes.type('T', 'float32')
    if (value!.constant !== undefined) return filled(dims!, { type, value: value!.constant.data[0]! }, graph)
    const element = value!.type === type ? value! : graph.add(cast, [value!], { type })
    return graph.add(broadcastTo, [element, dims!], null)
  },
}

const rangeRow: GraphRow = {
  names: ['Range'],
  semantics: 'TF.js rangeImpl: float32 where no type is told; bounds that are not constant are int32',
  operands: 3,
  read: ({ attributes }, operands, graph) => {
    const type = attributes.type('Tidx', 'float32')
    const constants = operands
      .slice(0, 3)
      .map((operand) => operand.constant?.data[0] ?? knownIntegers(operand)?.[0])
    if (constants.includes(undefined)) {
      if (type !== 'int32') throw new NotCompiled('a range of floats that is known at run time only')
      return graph.add(range, operands.slice(0, 3), null)
    }
    return steps(constants as readonly number[], type, graph)
  },
}

const linSpace: GraphRow = {
  names: ['LinSpace'],
  semantics: 'TF.js linSpaceImpl, of constants',
  operands: 3,
  read: (_, operands, graph) => {
    const [start, stop, count] = operands.map((operand) => knownNumber(operand, 'a bound')) as [
      number,
      number,
      number,
    ]
    expectCount(count)
    const data = stepped(new Float32Array(count), start, count === 1 ? 0 : (stop - start) / (count - 1))
    return graph.constant({ type: 'float32', shape: [count], data })
  },
}

export const CREATION: readonly GraphRow[] = [
  fill,
  rangeRow,
  linSpace,
  ofShape('Zeros', 0),
  ofShape('Ones', 1),
  likeOperand('ZerosLike', 0),
  likeOperand('OnesLike', 1),
  {
    names: ['BroadcastTo'],
    semantics: 'TensorFlow BroadcastTo',
    operands: 2,
    read: (_, [x, dims], graph) => graph.add(broadcastTo, [x!, dims!], null),
  },
  {
    names: ['BroadcastArgs'],
    semantics: 'TensorFlow BroadcastArgs of shapes that are known before a run',
    operands: 2,
    read: (_, [a, b], graph) =>
      graph.integers(broadcastArgs(knownNumbers(a!, 'a shape'), knownNumbers(b!, 'a shape'))),
  },
]

interface Filling {
  readonly type: ElementType
  readonly value: number
}

/** A tensor of one value; constant where its shape is known. */
export function filled(dims: Value, filling: Filling, graph: Graph): Value {
  const known = knownIntegers(dims)
  if (known === undefined || !isKept(known)) {
    const element = graph.constant(constantOf([], filling))
    return graph.add(broadcastTo, [element, dims], null)
  }
  return graph.constant(constantOf(known, filling))
}

/** More elements are made by a node, not kept in the model. */
const MOST_KEPT = 4096

function isKept(shape: readonly number[]): boolean {
  return shape.every((dim) => dim >= 0) && elementCount(shape) <= MOST_KEPT
}

function constantOf(shape: readonly number[], { type, value }: Filling): ConstantData {
  const length = elementCount(shape)
  if (type === 'float32') return { type, shape, data: new Float32Array(length).fill(value) }
  if (type === 'int32') return { type, shape, data: new Int32Array(length).fill(value) }
  return { type, shape, data: new Uint8Array(length).fill(Number(value !== 0)) }
}

function ofShape(name: string, value: number): GraphRow {
  return {
    names: [name],
    semantics: `tfjs-converter ${name}`,
    operands: 1,
    read: ({ attributes }, [dims], graph) =>
      filled(dims!, { type: attributes.type('T', 'float32'), value }, graph),
  }
}

function likeOperand(name: string, value: number): GraphRow {
  return {
    names: [name],
    semantics: `TensorFlow ${name}`,
    operands: 1,
    read: (_, [x], graph) => {
      return filled(shapeOf(x!, graph), { type: x!.type, value }, graph)
    },
  }
}

function steps([start, limit, delta]: readonly number[], type: ElementType, graph: Graph): Value {
  const step = rangeStep(start!, limit!, delta!)
  const count = rangeLength(start!, limit!, step)
  if (type === 'bool') throw new NotCompiled('a range of bools')
  expectCount(count)
  return graph.constant(
    type === 'int32'
      ? { type, shape: [count], data: stepped(new Int32Array(count), start!, step) }
      : { type, shape: [count], data: stepped(new Float32Array(count), start!, step) },
  )
}

/** Elements of a row of numbers that is kept in the model: 64 MB. */
const MOST_NUMBERS = 2 ** 24

function expectCount(count: number): void {
  expectHeld([count])
  if (!Number.isInteger(count) || count < 0 || count > MOST_NUMBERS)
    throw new NotCompiled(`a row of ${count} numbers`)
}

/** Each element from the one before, so that it is rounded as TF.js rounds it. */
function stepped<Data extends Float32Array | Int32Array>(data: Data, start: number, step: number): Data {
  if (data.length > 0) data[0] = start
  for (let index = 1; index < data.length; index += 1) data[index] = data[index - 1]! + step
  return data
}

function broadcastArgs(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a, b].map((dims) => dims[axis - rank + dims.length] ?? 1) as [number, number]
    if (left !== right && left !== 1 && right !== 1) throw new NotCompiled(`shapes [${a}] and [${b}]`)
    return left === 1 ? right : left
  })
}
