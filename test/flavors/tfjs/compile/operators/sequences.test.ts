import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { test } from 'vitest'
import type { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import type { Value } from '../../../../../src/flavors/tfjs/compile/graph/value.ts'
import { add, multiply } from '../../../../../src/flavors/tfjs/compile/operators/binary.ts'
import { concatenate } from '../../../../../src/flavors/tfjs/compile/operators/concatenation.ts'
import { convolution } from '../../../../../src/flavors/tfjs/compile/operators/convolution.ts'
import { matrixProduct } from '../../../../../src/flavors/tfjs/compile/operators/matrix-product.ts'
import { batchNorm, layerNorm } from '../../../../../src/flavors/tfjs/compile/operators/normalization.ts'
import { pad } from '../../../../../src/flavors/tfjs/compile/operators/padding.ts'
import { averagePool, maxPool } from '../../../../../src/flavors/tfjs/compile/operators/pooling.ts'
import { max, mean } from '../../../../../src/flavors/tfjs/compile/operators/reduction.ts'
import { softmax } from '../../../../../src/flavors/tfjs/compile/operators/softmax.ts'
import { gelu } from '../../../../../src/flavors/tfjs/compile/operators/unary.ts'
import { channels, functionLink, type Link, orRefused, slopeLink, weights } from './chain-link.ts'
import { expectLikeTfjs } from './like-tfjs.ts'

/** Operators over (rows, steps, channels), as networks of texts and series are made of. */
type Sequence = Link<tf.Tensor3D>

const PLAIN = { transposeA: false, transposeB: false }

/** A dense layer, with and without a bias. */
const denseLink = fc.tuple(fc.constantFrom(2, 3, 8), fc.boolean()).map(
  ([units, hasBias]): Sequence => ({
    build: ({ graph, value }) => {
      const kernel = graph.constant(weights([channels(value), units], 4).constant)
      const product = graph.add(matrixProduct, [value, kernel], PLAIN)
      return hasBias ? graph.add(add, [product, graph.constant(weights([units], 5).constant)], null) : product
    },
    compute: (x) => {
      const kernel = weights([channels(x), units], 4).tensor() as tf.Tensor2D
      const product = tf.matMul(tf.reshape(x, [-1, channels(x)]), kernel)
      const shaped = tf.reshape(product, [x.shape[0], x.shape[1], units])
      return hasBias ? tf.add(shaped, weights([units], 5).tensor()) : shaped
    },
  }),
)

const attentionLink = fc.constant<Sequence>({
  build: ({ graph, value }) => {
    const scores = graph.add(matrixProduct, [value, value], { transposeA: false, transposeB: true })
    const scaled = graph.add(multiply, [scores, graph.float(0.5)], null)
    return graph.add(matrixProduct, [graph.add(softmax, [scaled], { axis: 2 }), value], PLAIN)
  },
  compute: (x) => tf.matMul(tf.softmax(tf.mul(tf.matMul(x, x, false, true), 0.5)), x),
})

const convolutionLink = fc
  .record({
    size: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 2 }),
    filters: fc.constantFrom(1, 3, 8),
    mode: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
  })
  .map(
    ({ size, stride, filters, mode }): Sequence => ({
      build: ({ graph, value }) => {
        const filter = graph.constant(weights([size, channels(value), filters], size).constant)
        return graph.add(convolution, [value, filter], { strides: [stride], dilations: [1], padding: mode })
      },
      compute: (x) => {
        const filter = weights([size, channels(x), filters], size).tensor() as tf.Tensor3D
        return tf.conv1d(x, filter, stride, mode)
      },
    }),
  )

const poolLink = fc.boolean().map(
  (isMax): Sequence => ({
    build: ({ graph, value }) =>
      graph.add(isMax ? maxPool : averagePool, [value], { window: [2], strides: [2], padding: 'same' }),
    compute: (x) => {
      const image = tf.expandDims(x, 2) as tf.Tensor4D
      return tf.squeeze((isMax ? tf.maxPool : tf.avgPool)(image, [2, 1], [2, 1], 'same'), [2])
    },
  }),
)

const normLink = fc.boolean().map(
  (isBatch): Sequence => ({
    build: ({ graph, value }) => {
      const parameters = [1, 2, 3].map((seed) => graph.constant(weights([channels(value)], seed).constant))
      const variance = graph.constant({
        type: 'float32',
        shape: [channels(value)],
        data: new Float32Array(channels(value)).fill(0.7),
      })
      return isBatch
        ? graph.add(batchNorm, [value, ...parameters, variance], { epsilon: 0.01 })
        : graph.add(layerNorm, [value, ...parameters.slice(0, 2)], { axes: [2], epsilon: 0.1 })
    },
    compute: (x) => {
      const [scale, offset, average] = [1, 2, 3].map((seed) => weights([channels(x)], seed).tensor())
      const moments = isBatch
        ? { mean: average!, variance: tf.scalar(0.7), epsilon: 0.01 }
        : { ...tf.moments(x, [2], true), epsilon: 0.1 }
      const deviation = tf.sqrt(tf.add(moments.variance, moments.epsilon))
      return tf.add(tf.mul(tf.div(tf.sub(x, moments.mean), deviation), scale!), offset!)
    },
  }),
)

const otherLink = fc.constantFrom<Sequence>(
  {
    build: ({ graph, value }) =>
      graph.add(add, [value, graph.add(gelu, [value], { approximate: true })], null),
    compute: (x) => {
      const bent = tf.mul(tf.add(x, tf.mul(tf.pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI))
      return tf.add(x, tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(bent), 1)))
    },
  },
  {
    build: ({ graph, value }) => graph.add(concatenate, [value, value], { axis: 2 }),
    compute: (x) => tf.concat([x, x], 2),
  },
  {
    build: ({ graph, value }) => {
      const pads = [
        [0, 0],
        [2, 0],
        [0, 0],
      ] as const
      return graph.add(pad, [value], { pads, value: 0 })
    },
    compute: (x) =>
      tf.pad(x, [
        [0, 0],
        [2, 0],
        [0, 0],
      ]),
  },
  {
    build: ({ graph, value }) =>
      graph.add(multiply, [value, graph.add(mean, [value], { axes: [1], keepDimensions: true })], null),
    compute: (x) => tf.mul(x, tf.mean(x, [1], true)),
  },
)

const ending = fc.constantFrom<Sequence>(
  { build: ({ value }) => value, compute: (x) => x },
  {
    build: ({ graph, value }) => graph.add(max, [value], { axes: [1], keepDimensions: false }),
    compute: (x) => tf.max(x, [1]),
  },
  {
    build: ({ graph, value }) => graph.add(mean, [value], { axes: [2], keepDimensions: false }),
    compute: (x) => tf.mean(x, [2]),
  },
)

test('operators over sequences, one after the other, are those of TF.js', async () => {
  const chain = fc.record({
    steps: fc.integer({ min: 3, max: 6 }),
    channels: fc.integer({ min: 1, max: 4 }),
    links: fc.array(
      fc.oneof(
        denseLink,
        attentionLink,
        convolutionLink,
        poolLink,
        normLink,
        otherLink,
        functionLink,
        slopeLink,
      ),
      { minLength: 2, maxLength: 8 },
    ),
    ending,
    free: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(chain, async ({ steps, channels, links, ending, free }) => {
      const all = [...links, ending]
      const shape = [2, steps, channels]
      fc.pre(isSmall(all, shape))
      const trial = {
        operands: [{ shape, rows: true, freePlaces: free }],
        slack: 1e-5,
        build: (graph: Graph, [x]: readonly Value[]) =>
          all.reduce((value, { build }) => build({ graph, value }), x!),
        reference: ([x]: tf.Tensor[]) =>
          all.reduce<tf.Tensor>((value, { compute }) => compute(value as tf.Tensor3D), x!),
      }
      await (free ? orRefused(expectLikeTfjs(trial)) : expectLikeTfjs(trial))
    }),
    { numRuns: 60 },
  )
})

/** Whether windows fit, and numbers stay far from what a float holds. */
function isSmall(links: readonly Sequence[], shape: readonly number[]): boolean {
  return tf.tidy(() => {
    try {
      let x: tf.Tensor = tf.fill([...shape], 2)
      for (const { compute } of links) {
        x = compute(x as tf.Tensor3D)
        if (Math.min(...x.shape) < 1 || tf.max(tf.abs(x)).dataSync()[0]! > 1e4) return false
      }
      return true
    } catch {
      return false
    }
  })
}
