import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import type { Operator } from '../../../../../src/flavors/tfjs/compile/graph/operator.ts'
import { NotCompiled } from '../../../../../src/flavors/tfjs/compile/not-compiled.ts'
import * as unary from '../../../../../src/flavors/tfjs/compile/operators/unary.ts'
import { runGraph } from '../../../../fixtures/tfjs/run-graph.ts'
import { expectLikeTfjs, expectSame } from './like-tfjs.ts'

type Reference = (x: tf.Tensor) => tf.Tensor
type Entry = readonly [name: string, Operator<null>, Reference, range?: readonly [number, number]]

interface Row {
  readonly name: string
  readonly operator: Operator<null>
  readonly reference: Reference
  readonly range: readonly [number, number]
}

const ENTRIES: readonly Entry[] = [
  ['abs', unary.abs, tf.abs],
  ['neg', unary.neg, tf.neg],
  ['sign', unary.sign, tf.sign],
  ['exp', unary.exp, tf.exp],
  ['expm1', unary.expm1, tf.expm1],
  ['expm1', unary.expm1, tf.expm1, [-1e-6, 1e-6]],
  ['log', unary.log, tf.log, [0.01, 9]],
  ['log1p', unary.log1p, tf.log1p, [-0.9, 9]],
  ['log1p', unary.log1p, tf.log1p, [-1e-6, 1e-6]],
  ['sqrt', unary.sqrt, tf.sqrt, [0, 9]],
  ['rsqrt', unary.rsqrt, tf.rsqrt, [0.1, 9]],
  ['square', unary.square, tf.square],
  ['reciprocal', unary.reciprocal, tf.reciprocal, [0.1, 9]],
  ['floor', unary.floor, tf.floor],
  ['ceil', unary.ceil, tf.ceil],
  ['round', unary.round, tf.round],
  ['sin', unary.sin, tf.sin, [-20, 20]],
  ['cos', unary.cos, tf.cos, [-20, 20]],
  ['tan', unary.tan, tf.tan, [-1, 1]],
  ['asin', unary.asin, tf.asin, [-1, 1]],
  ['acos', unary.acos, tf.acos, [-1, 1]],
  ['atan', unary.atan, tf.atan],
  ['sinh', unary.sinh, tf.sinh],
  ['cosh', unary.cosh, tf.cosh],
  ['tanh', unary.tanh, tf.tanh],
  ['asinh', unary.asinh, tf.asinh],
  ['acosh', unary.acosh, tf.acosh, [1, 9]],
  ['atanh', unary.atanh, tf.atanh, [-0.9, 0.9]],
  ['erf', unary.erf, tf.erf],
  ['sigmoid', unary.sigmoid, tf.sigmoid, [-20, 20]],
  ['relu', unary.relu, tf.relu],
  ['relu6', unary.relu6, tf.relu6, [-9, 9]],
  ['selu', unary.selu, tf.selu],
  ['softplus', unary.softplus, tf.softplus, [-200, 200]],
  ['softsign', unary.softsign, (x) => tf.div(x, tf.add(tf.abs(x), 1))],
  ['swish', unary.swish, (x) => tf.mul(x, tf.sigmoid(x))],
  ['mish', unary.mish, (x) => tf.mul(x, tf.tanh(tf.softplus(x))), [-30, 30]],
]

const ROWS = ENTRIES.map(
  ([name, operator, reference, range = [-2, 2]]): Row => ({ name, operator, reference, range }),
)

test.each(ROWS)('$name is that of TF.js, in both layouts', async ({ operator, reference, range }) => {
  for (const channelsFirst of [false, true]) {
    await expectLikeTfjs({
      operands: [{ shape: [2, 3, 5, 4], rows: true, range, channelsFirst }],
      build: (graph, [x]) => graph.add(operator, [x!], null),
      reference: ([x]) => reference(x!),
    })
  }
})

const INTEGER_ROWS = ['abs', 'neg', 'sign', 'square', 'round', 'relu', 'relu6', 'erf']

test.each(ROWS.filter(({ name }) => INTEGER_ROWS.includes(name)))(
  '$name takes integers',
  async ({ operator, reference }) => {
    await expectLikeTfjs({
      operands: [{ shape: [2, 7], type: 'int32', range: [-9, 9] }],
      build: (graph, [x]) => graph.add(operator, [x!], null),
      reference: ([x]) => reference(x!),
    })
  },
)

test.each(ROWS.filter(({ name }) => !INTEGER_ROWS.includes(name)))(
  '$name of integers, which TF.js cuts off or refuses, is not compiled',
  ({ operator }) => {
    const graph = new Graph()
    const x = graph.input('x', { type: 'int32', shape: [2] })
    expect(() => graph.add(operator, [x], null)).toThrow(NotCompiled)
  },
)

test('functions with attributes are those of TF.js and Keras', async () => {
  await expectOf(unary.leakyRelu, { alpha: 0.3 }, (x) => tf.leakyRelu(x, 0.3))
  await expectOf(unary.elu, { alpha: 1 }, (x) => tf.elu(x))
  await expectOf(unary.clip, { min: -0.5, max: 1.25 }, (x) => tf.clipByValue(x, -0.5, 1.25))
  await expectOf(unary.clip, { min: 0, max: Number.POSITIVE_INFINITY }, (x) => tf.relu(x))
  await expectOf(unary.clip, { min: Number.NEGATIVE_INFINITY, max: 1 }, (x) => tf.minimum(x, 1))
  await expectOf(unary.hardSigmoid, { alpha: 0.2, beta: 0.5 }, (x) =>
    tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1),
  )
  await expectOf(unary.threshold, { theta: 0.5 }, (x) => tf.mul(x, tf.cast(tf.greater(x, 0.5), 'float32')))
  await expectOf(unary.gelu, { approximate: false }, (x) =>
    tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1)),
  )
  await expectOf(unary.gelu, { approximate: true }, (x) => {
    const bent = tf.mul(tf.add(x, tf.mul(tf.pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI))
    return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(bent), 1))
  })
})

test('integers are clipped at integers, and leak as floats', async () => {
  const operands = [{ shape: [20], type: 'int32', range: [-9, 9] }] as const
  await expectLikeTfjs({
    operands,
    build: (graph, [x]) => graph.add(unary.clip, [x!], { min: -3, max: 4 }),
    reference: ([x]) => tf.clipByValue(x!, -3, 4),
  })
  await expectLikeTfjs({
    operands,
    build: (graph, [x]) => graph.add(unary.leakyRelu, [x!], { alpha: 0.5 }),
    reference: ([x]) => tf.leakyRelu(x!, 0.5),
  })
  const graph = new Graph()
  const x = graph.input('x', { type: 'int32', shape: [2] })
  graph.output('y', graph.add(unary.clip, [x], { min: 0.5, max: 4 }))
  await expect(runGraph(graph, [])).rejects.toThrow(NotCompiled)
})

test('integers are clipped twice', async () => {
  await expectLikeTfjs({
    operands: [{ shape: [3, 4], type: 'int32', range: [-9, 9], rows: true }],
    build: (graph, [x]) => graph.add(unary.relu6, [graph.add(unary.relu, [x!], null)], null),
    reference: ([x]) => tf.relu6(tf.relu(x!)),
  })
})

test('halves are rounded to the even neighbour', async () => {
  const graph = new Graph()
  const x = graph.input('x', { type: 'float32', shape: [null] })
  graph.output('y', graph.add(unary.round, [x], null))
  const data = Float32Array.of(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5)
  const [y] = await runGraph(graph, [{ type: 'float32', shape: [6], data }])
  expectSame(y!, { type: 'float32', shape: [6], data: Float32Array.of(-2, -2, 0, 0, 2, 2) })
})

test('infinities go where TF.js has them', async () => {
  const rows = ROWS.filter(({ name }) =>
    ['expm1', 'log1p', 'softplus', 'sigmoid', 'tanh', 'exp'].includes(name),
  )
  for (const { operator, reference } of rows) {
    const graph = new Graph()
    const x = graph.input('x', { type: 'float32', shape: [null] })
    graph.output('y', graph.add(operator, [x], null))
    const data = Float32Array.of(Number.POSITIVE_INFINITY, 90, 200)
    const [y] = await runGraph(graph, [{ type: 'float32', shape: [3], data }])
    const expected = tf.tidy(() => reference(tf.tensor1d(data)).dataSync())
    expectSame(y!, { type: 'float32', shape: [3], data: expected as Float32Array })
  }
})

test('not is that of TF.js', async () => {
  await expectLikeTfjs({
    operands: [{ shape: [2, 3, 2, 2], type: 'bool', channelsFirst: true }],
    build: (graph, [x]) => graph.add(unary.logicalNot, [x!], null),
    reference: ([x]) => tf.logicalNot(x!),
  })
})

function expectOf<Attributes>(operator: Operator<Attributes>, attributes: Attributes, reference: Reference) {
  return expectLikeTfjs({
    operands: [{ shape: [2, 5, 4, 3], rows: true, range: [-4, 4], channelsFirst: true }],
    build: (graph, [x]) => graph.add(operator, [x!], attributes),
    reference: ([x]) => reference(x!),
  })
}
