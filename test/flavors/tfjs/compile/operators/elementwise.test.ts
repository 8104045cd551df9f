import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import type { Operator } from '../../../../../src/flavors/tfjs/compile/graph/operator.ts'
import type { ElementType } from '../../../../../src/flavors/tfjs/compile/graph/value.ts'
import { NotCompiled } from '../../../../../src/flavors/tfjs/compile/not-compiled.ts'
import * as binary from '../../../../../src/flavors/tfjs/compile/operators/binary.ts'
import { cast } from '../../../../../src/flavors/tfjs/compile/operators/cast.ts'
import * as comparison from '../../../../../src/flavors/tfjs/compile/operators/comparison.ts'
import { select } from '../../../../../src/flavors/tfjs/compile/operators/select.ts'
import { openGraph } from '../../../../fixtures/tfjs/run-graph.ts'
import { expectLikeTfjs, type Operand } from './like-tfjs.ts'

type Reference = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor
type Row = readonly [operator: Operator<null>, reference: Reference, range?: readonly [number, number]]

const NUMERIC: readonly Row[] = [
  [binary.add, tf.add],
  [binary.subtract, tf.sub],
  [binary.multiply, tf.mul],
  [binary.realDivide, tf.div, [-7, 7]],
  [binary.floorModulo, tf.mod, [-9, 9]],
  [binary.maximum, tf.maximum],
  [binary.minimum, tf.minimum],
  [binary.squaredDifference, tf.squaredDifference],
  [comparison.equal, tf.equal],
  [comparison.notEqual, tf.notEqual],
  [comparison.greater, tf.greater],
  [comparison.greaterEqual, tf.greaterEqual],
  [comparison.less, tf.less],
  [comparison.lessEqual, tf.lessEqual],
]
const FLOATS: readonly Row[] = [
  [binary.power, tf.pow, [0.1, 2]],
  [binary.atan2, tf.atan2],
]
const INTEGERS: readonly Row[] = [
  [binary.floorDivide, tf.floorDiv, [-9, 9]],
  [binary.power, tf.pow, [0, 6]],
]
const BOOLS: readonly Row[] = [
  [comparison.logicalAnd, tf.logicalAnd],
  [comparison.logicalOr, tf.logicalOr],
  [comparison.equal, tf.equal],
  [comparison.notEqual, tf.notEqual],
  [comparison.greater, tf.greater],
  [comparison.lessEqual, tf.lessEqual],
  [binary.maximum, tf.maximum],
]

const RANGES: Readonly<Record<ElementType, readonly [number, number]>> = {
  float32: [-2, 2],
  int32: [-5, 5],
  bool: [-1, 1],
}

/** Shapes that are broadcast against each other, in every layout. */
const operandPair = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 }),
    left: fc.tuple(fc.nat(5), fc.nat(31)),
    right: fc.tuple(fc.nat(5), fc.nat(31)),
    firsts: fc.tuple(fc.boolean(), fc.boolean()),
    constants: fc.tuple(fc.boolean(), fc.boolean()),
    free: fc.boolean(),
  })
  .map(({ shape, left, right, firsts, constants, free }): readonly [Operand, Operand] => {
    const [a, b] = [left, right].map(
      ([drop, ones], index): Operand => ({
        shape: shape.slice(drop % (shape.length + 1)).map((dim, axis) => ((ones >> axis) & 1 ? 1 : dim)),
        channelsFirst: firsts[index]!,
        constant: constants[index]! && !(index === 1 && constants[0]),
        free,
      }),
    )
    return [a!, b!]
  })

const every: readonly (readonly [ElementType, Row])[] = [
  ...[...NUMERIC, ...FLOATS].map((row) => ['float32', row] as const),
  ...[...NUMERIC, ...INTEGERS].map((row) => ['int32', row] as const),
  ...BOOLS.map((row) => ['bool', row] as const),
]

test.each(every.map(([type, row]) => [row[0].name, type, row] as const))(
  '%s of %s is that of TF.js, broadcast in every layout',
  async (_, type, [operator, reference, range]) => {
    await fc.assert(
      fc.asyncProperty(operandPair, async (operands) => {
        await expectLikeTfjs({
          operands: operands.map((operand) => ({ ...operand, type, range: range ?? RANGES[type] })),
          build: (graph, values) => graph.add(operator, values, null),
          reference: ([a, b]) => reference(a!, b!),
        })
      }),
      { numRuns: 6 },
    )
  },
)

test('operands of different types are brought to the wider one', async () => {
  const types: readonly (readonly [ElementType, ElementType])[] = [
    ['int32', 'float32'],
    ['float32', 'bool'],
    ['bool', 'int32'],
  ]
  for (const [left, right] of types) {
    await expectLikeTfjs({
      operands: [
        { shape: [2, 3, 2, 2], type: left, range: RANGES[left], channelsFirst: true },
        { shape: [2], type: right, range: RANGES[right] },
      ],
      build: (graph, values) => graph.add(binary.add, values, null),
      reference: ([a, b]) => tf.add(a!, b!),
    })
  }
})

test('the slopes of a prelu are broadcast to places and channels', async () => {
  for (const shape of [[3], [1, 1, 3], [4, 2, 3]]) {
    for (const channelsFirst of [false, true]) {
      await expectLikeTfjs({
        operands: [
          { shape: [2, 4, 2, 3], rows: true, channelsFirst },
          { shape, constant: true },
        ],
        build: (graph, values) => graph.add(binary.prelu, values, null),
        reference: ([x, alpha]) => tf.prelu(x!, alpha!),
      })
    }
  }
})

test('a condition chooses between operands that are broadcast', async () => {
  await fc.assert(
    fc.asyncProperty(
      operandPair,
      fc.boolean(),
      fc.constantFrom<ElementType>('float32', 'int32', 'bool'),
      async ([a, b], channelsFirst, type) => {
        const condition: Operand = { ...a, type: 'bool', channelsFirst, constant: false }
        const range = RANGES[type]
        await expectLikeTfjs({
          operands: [condition, { ...a, type, range }, { ...b, type, range }],
          build: (graph, values) => graph.add(select, values, null),
          reference: ([chosen, left, right]) => tf.where(chosen!, left!, right!),
        })
      },
    ),
    { numRuns: 25 },
  )
})

test('types are cast as in TF.js', async () => {
  const types: readonly ElementType[] = ['float32', 'int32', 'bool']
  for (const from of types) {
    for (const type of types) {
      await expectLikeTfjs({
        operands: [{ shape: [2, 3, 2, 2], type: from, range: RANGES[from], rows: true, channelsFirst: true }],
        build: (graph, values) => graph.add(cast, values, { type }),
        reference: ([x]) => tf.cast(x!, type),
      })
    }
  }
})

test('a division of integers by zero is 0, and does not end the process', async () => {
  for (const operator of [binary.floorDivide, binary.realDivide, binary.floorModulo]) {
    const graph = new Graph()
    const x = graph.input('x', { type: 'int32', shape: [null] })
    const y = graph.input('y', { type: 'int32', shape: [null] })
    graph.output('z', graph.add(operator, [x, y], null))
    const session = await openGraph(graph)
    const [result] = session.run([
      { type: 'int32', shape: [2], data: Int32Array.of(5, -(2 ** 31)) },
      { type: 'int32', shape: [2], data: Int32Array.of(0, -1) },
    ])
    expect(result!.data[0]).toBe(0)
  }
})

test('elements of shapes are known before a run', () => {
  const graph = new Graph()
  const dims = { ...graph.input('dims', { type: 'int32', shape: [3] }), elements: [null, 6, 4] }
  const doubled = graph.add(binary.multiply, [dims, graph.integer(2)], null)
  expect(doubled.elements).toEqual([null, 12, 8])
  expect(graph.add(binary.floorDivide, [doubled, graph.integers([2, 5, 0])], null).elements).toEqual([
    null,
    2,
    null,
  ])
})

test('what arithmetic does not cover is refused', () => {
  const graph = new Graph()
  const bool = graph.input('b', { type: 'bool', shape: [2] })
  const wide = graph.input('w', { type: 'float32', shape: [3] })
  const narrow = graph.input('n', { type: 'float32', shape: [2] })
  expect(() => graph.add(binary.add, [bool, bool], null)).toThrow(NotCompiled)
  expect(() => graph.add(binary.add, [wide, narrow], null)).toThrow('cannot be broadcast')
  expect(() => graph.add(comparison.logicalAnd, [bool, narrow], null)).toThrow('float32')
  expect(() => graph.add(select, [narrow, narrow, narrow], null)).toThrow('condition')
})
