import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import { NotCompiled } from '../../../../../src/flavors/tfjs/compile/not-compiled.ts'
import { concatenate } from '../../../../../src/flavors/tfjs/compile/operators/concatenation.ts'
import { matrixProduct } from '../../../../../src/flavors/tfjs/compile/operators/matrix-product.ts'
import { reshape } from '../../../../../src/flavors/tfjs/compile/operators/reshape.ts'
import { relu } from '../../../../../src/flavors/tfjs/compile/operators/unary.ts'
import { nodeCount, readStructure } from '../../../../fixtures/tfjs/onnx-structure.ts'
import { expectLikeTfjs } from './like-tfjs.ts'

const small = fc.integer({ min: 1, max: 5 })
const setting = fc.record({
  rows: small,
  inner: small,
  columns: small,
  outer: fc.array(fc.integer({ min: 2, max: 3 }), { maxLength: 2 }),
  repeated: fc.tuple(fc.nat(2), fc.boolean()),
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
  constants: fc.constantFrom([false, false], [true, false], [false, true]),
  hasBias: fc.boolean(),
  channelsFirst: fc.boolean(),
  free: fc.boolean(),
})

test('products of matrices, transposed and broadcast, are those of TF.js', async () => {
  await fc.assert(
    fc.asyncProperty(setting, async (all) => {
      const { rows, inner, columns, transposeA, transposeB, constants, channelsFirst, free } = all
      const [count, isFirst] = all.repeated
      // What is free could be 1, which TF.js repeats otherwise.
      fc.pre(!free || count === 0)
      const few = all.outer.map((dim, axis) => (axis < count ? 1 : dim))
      const outer = isFirst ? [few, all.outer] : [all.outer, few]
      const matrix = (from: number, to: number, isTransposed: boolean) =>
        isTransposed ? [to, from] : [from, to]
      await expectLikeTfjs({
        operands: [
          {
            shape: [...outer[0]!, ...matrix(rows, inner, transposeA)],
            constant: constants[0]!,
            channelsFirst,
            free,
          },
          {
            shape: [...outer[1]!, ...matrix(inner, columns, transposeB)],
            constant: constants[1]!,
            channelsFirst,
            free,
          },
          ...(all.hasBias ? [{ shape: [columns], constant: constants[1]! }] : []),
        ],
        build: (graph, values) => graph.add(matrixProduct, values, { transposeA, transposeB }),
        reference: ([a, b, bias]) => {
          const product = tf.matMul(a!, b!, transposeA, transposeB)
          return bias === undefined ? product : tf.add(product, bias)
        },
      })
    }),
    { numRuns: 60 },
  )
})

test('a product with a bias is one node', async () => {
  const session = await expectLikeTfjs({
    operands: [
      { shape: [2, 3], rows: true },
      { shape: [4, 3], constant: true },
      { shape: [4], constant: true },
    ],
    build: (graph, values) => graph.add(matrixProduct, values, { transposeA: false, transposeB: true }),
    reference: ([a, b, bias]) => tf.add(tf.matMul(a!, b!, false, true), bias!),
  })
  const structure = readStructure(session.bytes)
  expect(nodeCount(structure, 'Gemm')).toBe(1)
  expect(nodeCount(structure, 'Transpose')).toBe(0)
})

test('weights of flattened images are put into their order, and the images are not transposed', async () => {
  for (const transposeB of [false, true]) {
    for (const hasBias of [false, true]) {
      const session = await expectLikeTfjs({
        operands: [
          { shape: [2, 3, 4, 5], rows: true, channelsFirst: true },
          { shape: transposeB ? [6, 60] : [60, 6], constant: true },
          ...(hasBias ? [{ shape: [6], constant: true }] : []),
        ],
        build: (graph, [x, ...others]) => {
          const flat = graph.add(reshape, [x!], { dims: [null, 60] })
          return graph.add(matrixProduct, [flat, ...others], { transposeA: false, transposeB })
        },
        reference: ([x, weights, bias]) => {
          const product = tf.matMul(tf.reshape(x!, [-1, 60]), weights!, false, transposeB)
          return bias === undefined ? product : tf.add(product, bias)
        },
      })
      expect(nodeCount(readStructure(session.bytes), 'Transpose')).toBe(1)
    }
  }
})

test('flattened images are in their own order for everything else', async () => {
  await expectLikeTfjs({
    operands: [
      { shape: [2, 3, 4, 5], rows: true, channelsFirst: true },
      { shape: [60, 6], constant: true },
    ],
    build: (graph, [x, weights]) => {
      const flat = graph.add(reshape, [x!], { dims: [null, 60] })
      const first = graph.add(matrixProduct, [flat, weights!], { transposeA: false, transposeB: false })
      return graph.add(concatenate, [graph.add(relu, [flat], null), first, flat], { axis: 1 })
    },
    reference: ([x, weights]) => {
      const flat = tf.reshape(x!, [-1, 60])
      return tf.concat([tf.relu(flat), tf.matMul(flat, weights!), flat], 1)
    },
  })
})

test('what a product does not cover is refused', () => {
  const graph = new Graph()
  const x = graph.input('x', { type: 'float32', shape: [null, 3] })
  const y = graph.input('y', { type: 'float32', shape: [4, 5] })
  const list = graph.input('list', { type: 'float32', shape: [3] })
  const integers = graph.input('integers', { type: 'int32', shape: [3, 3] })
  const plain = { transposeA: false, transposeB: false }
  expect(() => graph.add(matrixProduct, [x, y], plain)).toThrow('3 columns')
  expect(() => graph.add(matrixProduct, [x, list], plain)).toThrow(NotCompiled)
  const [outer, other] = [
    [2, 2, 1, 1],
    [2, 1, 1, 1],
  ].map((shape, index) => graph.input(`outer${index}`, { type: 'float32', shape }))
  expect(() => graph.add(matrixProduct, [outer!, other!], plain)).toThrow('outer shapes')
  expect(() => graph.add(matrixProduct, [integers, integers], plain)).toThrow('int32')
})
