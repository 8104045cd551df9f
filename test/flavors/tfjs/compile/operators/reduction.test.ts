import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import type { Operator } from '../../../../../src/flavors/tfjs/compile/graph/operator.ts'
import type { ElementType } from '../../../../../src/flavors/tfjs/compile/graph/value.ts'
import { NotCompiled } from '../../../../../src/flavors/tfjs/compile/not-compiled.ts'
import { argMax, argMin } from '../../../../../src/flavors/tfjs/compile/operators/argument.ts'
import { cumulativeSum } from '../../../../../src/flavors/tfjs/compile/operators/cumulative-sum.ts'
import * as reduction from '../../../../../src/flavors/tfjs/compile/operators/reduction.ts'
import { logSoftmax, softmax } from '../../../../../src/flavors/tfjs/compile/operators/softmax.ts'
import { nodeCount, readStructure } from '../../../../fixtures/tfjs/onnx-structure.ts'
import { expectLikeTfjs } from './like-tfjs.ts'

type Reference = (x: tf.Tensor, axes: number[], keepDimensions: boolean) => tf.Tensor

interface Row {
  readonly operator: Operator<reduction.ReductionAttributes>
  readonly reference: Reference
  readonly types: readonly ElementType[]
}

const ROWS: readonly Row[] = [
  { operator: reduction.mean, reference: tf.mean, types: ['float32', 'int32', 'bool'] },
  { operator: reduction.sum, reference: tf.sum, types: ['float32', 'int32', 'bool'] },
  { operator: reduction.product, reference: tf.prod, types: ['float32', 'int32', 'bool'] },
  { operator: reduction.max, reference: tf.max, types: ['float32', 'int32'] },
  { operator: reduction.min, reference: tf.min, types: ['float32', 'int32'] },
  { operator: reduction.all, reference: tf.all, types: ['bool'] },
  { operator: reduction.any, reference: tf.any, types: ['bool'] },
]

const every = ROWS.flatMap((row) => row.types.map((type) => ({ ...row, type, name: row.operator.name })))

const operand = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 }),
  free: fc.boolean(),
  channelsFirst: fc.boolean(),
})

test.each(every)('$name of $type over any dimensions is that of TF.js', async (row) => {
  await fc.assert(
    fc.asyncProperty(operand, fc.nat(31), fc.boolean(), async (operand, chosen, keepDimensions) => {
      const axes = operand.shape.map((_, axis) => axis).filter((axis) => (chosen >> axis) & 1)
      // No axes are all of them to TF.js's function, and none to its operators.
      fc.pre(axes.length > 0)
      await expectLikeTfjs({
        operands: [{ ...operand, type: row.type, range: [-3, 3] }],
        build: (graph, [x]) => graph.add(row.operator, [x!], { axes, keepDimensions }),
        reference: ([x]) => row.reference(x!, axes, keepDimensions),
      })
    }),
    { numRuns: 15 },
  )
})

test.each([
  { name: 'argMax', operator: argMax, reference: tf.argMax },
  { name: 'argMin', operator: argMin, reference: tf.argMin },
])('$name is the first of equals, as in TF.js', async ({ operator, reference }) => {
  await fc.assert(
    fc.asyncProperty(
      operand,
      fc.nat(4),
      fc.constantFrom<ElementType>('float32', 'int32'),
      async (operand, chosen, type) => {
        const axis = chosen % operand.shape.length
        await expectLikeTfjs({
          operands: [{ ...operand, type, range: type === 'int32' ? [-1, 1] : [-2, 2] }],
          build: (graph, [x]) => graph.add(operator, [x!], { axis }),
          reference: ([x]) => reference(x!, axis),
        })
      },
    ),
    { numRuns: 20 },
  )
})

test('cumulative sums are those of TF.js', async () => {
  await fc.assert(
    fc.asyncProperty(
      operand,
      fc.nat(4),
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom<ElementType>('float32', 'int32'),
      async (operand, chosen, exclusive, reverse, type) => {
        const axis = chosen % operand.shape.length
        await expectLikeTfjs({
          operands: [{ ...operand, type }],
          build: (graph, [x]) => graph.add(cumulativeSum, [x!], { axis, exclusive, reverse }),
          reference: ([x]) => tf.cumsum(x!, axis, exclusive, reverse),
        })
      },
    ),
    { numRuns: 25 },
  )
})

test.each([
  { name: 'softmax', operator: softmax, reference: tf.softmax },
  { name: 'logSoftmax', operator: logSoftmax, reference: tf.logSoftmax },
])('$name over the last dimension is that of TF.js, in both layouts', async ({ operator, reference }) => {
  await fc.assert(
    fc.asyncProperty(operand, async (operand) => {
      await expectLikeTfjs({
        operands: [{ ...operand, range: [-30, 30] }],
        build: (graph, [x]) => graph.add(operator, [x!], { axis: operand.shape.length - 1 }),
        reference: ([x]) => reference(x!),
      })
    }),
    { numRuns: 15 },
  )
})

test('a softmax over another dimension is one of the transposed operand', async () => {
  for (const channelsFirst of [false, true]) {
    await expectLikeTfjs({
      operands: [{ shape: [2, 3, 4, 5], channelsFirst }],
      build: (graph, [x]) => graph.add(softmax, [x!], { axis: 1 }),
      reference: ([x]) => tf.transpose(tf.softmax(tf.transpose(x!, [0, 2, 3, 1])), [0, 3, 1, 2]),
    })
  }
})

test('the mean of all places costs no transposition', async () => {
  const session = await expectLikeTfjs({
    operands: [{ shape: [2, 4, 3, 5], rows: true, channelsFirst: true }],
    build: (graph, [x]) => graph.add(reduction.mean, [x!], { axes: [1, 2], keepDimensions: false }),
    reference: ([x]) => tf.mean(x!, [1, 2]),
  })
  const structure = readStructure(session.bytes)
  expect(nodeCount(structure, 'Transpose')).toBe(1)
  expect(nodeCount(structure, 'GlobalAveragePool')).toBe(1)
})

test('without axes nothing is reduced', async () => {
  await expectLikeTfjs({
    operands: [{ shape: [2, 3], type: 'bool' }],
    build: (graph, [x]) => graph.add(reduction.sum, [x!], { axes: [], keepDimensions: false }),
    reference: ([x]) => tf.cast(x!, 'int32'),
  })
})

test('of no elements none is true', async () => {
  await expectLikeTfjs({
    operands: [{ shape: [0, 3], type: 'bool', free: true }],
    build: (graph, [x]) => graph.add(reduction.any, [x!], { axes: [0], keepDimensions: false }),
    reference: ([x]) => tf.any(x!, 0),
  })
})

test('the product of a shape is known before a run', () => {
  const graph = new Graph()
  const attributes = { axes: [0], keepDimensions: false }
  expect(graph.add(reduction.product, [graph.integers([2, 3, 4])], attributes).elements).toEqual([24])
})

test('what reductions do not cover is refused', () => {
  const graph = new Graph()
  const bool = graph.input('b', { type: 'bool', shape: [2] })
  const x = graph.input('x', { type: 'float32', shape: [2] })
  const attributes = { axes: [0], keepDimensions: false }
  expect(() => graph.add(reduction.max, [bool], attributes)).toThrow(NotCompiled)
  expect(() => graph.add(reduction.all, [x], attributes)).toThrow(NotCompiled)
  expect(() => graph.add(reduction.sum, [x], { ...attributes, axes: [1] })).toThrow('axis 1')
  expect(() => graph.add(softmax, [x], { axis: -1 })).toThrow(NotCompiled)
})
