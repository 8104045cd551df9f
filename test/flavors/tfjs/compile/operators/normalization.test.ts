import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import { NotCompiled } from '../../../../../src/flavors/tfjs/compile/not-compiled.ts'
import { batchNorm, layerNorm } from '../../../../../src/flavors/tfjs/compile/operators/normalization.ts'
import { expectLikeTfjs, type Operand } from './like-tfjs.ts'

const shapes = [
  [2, 4],
  [2, 5, 4],
  [2, 3, 5, 4],
  [2, 2, 3, 2, 4],
]

test.each(shapes.map((shape) => ({ shape })))(
  'batch normalisation of $shape is that of TF.js',
  async ({ shape }) => {
    for (const channelsFirst of [false, true]) {
      for (const constant of [false, true]) {
        const parameter: Operand = { shape: [4], constant, range: [0.1, 2] }
        await expectLikeTfjs({
          operands: [{ shape, rows: true, channelsFirst }, ...new Array<Operand>(4).fill(parameter)],
          build: (graph, values) => graph.add(batchNorm, values, { epsilon: 0.01 }),
          reference: ([x, scale, offset, mean, variance]) =>
            tf.add(tf.mul(tf.div(tf.sub(x!, mean!), tf.sqrt(tf.add(variance!, 0.01))), scale!), offset!),
        })
      }
    }
  },
)

test.each([
  { shape: [3, 6], axes: [1] },
  { shape: [2, 5, 6], axes: [2] },
  { shape: [2, 3, 4, 5], axes: [3] },
  { shape: [2, 3, 4, 5], axes: [1, 2, 3] },
  { shape: [2, 3, 4, 5], axes: [1, 2] },
  { shape: [2, 3, 4, 5], axes: [1, 3] },
  { shape: [2, 3, 4, 5], axes: [1] },
])('layer normalisation of $shape over $axes is that of Keras', async ({ shape, axes }) => {
  const normalized = axes.map((axis) => shape[axis]!)
  const raised = shape.map((dim, axis) => (axes.includes(axis) ? dim : 1))
  for (const channelsFirst of [false, true]) {
    await expectLikeTfjs({
      operands: [
        { shape, rows: true, channelsFirst },
        { shape: normalized, constant: true },
        { shape: normalized, constant: true },
      ],
      build: (graph, values) => graph.add(layerNorm, values, { axes, epsilon: 0.001 }),
      reference: ([x, scale, offset]) => {
        const { mean, variance } = tf.moments(x!, axes, true)
        const normal = tf.div(tf.sub(x!, mean), tf.sqrt(tf.add(variance, 0.001)))
        return tf.add(tf.mul(normal, tf.reshape(scale!, raised)), tf.reshape(offset!, raised))
      },
    })
  }
})

test('parameters of another shape are refused', () => {
  const graph = new Graph()
  const x = graph.input('x', { type: 'float32', shape: [null, 4] })
  const three = graph.input('three', { type: 'float32', shape: [3] })
  const four = new Array(3).fill(graph.input('four', { type: 'float32', shape: [4] }))
  expect(() => graph.add(batchNorm, [x, three, ...four], { epsilon: 0 })).toThrow(NotCompiled)
  expect(() => graph.add(layerNorm, [x, three, three], { axes: [1], epsilon: 0 })).toThrow(NotCompiled)
})
