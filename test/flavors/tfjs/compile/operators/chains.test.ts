import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { test } from 'vitest'
import type { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import type { Value } from '../../../../../src/flavors/tfjs/compile/graph/value.ts'
import { add, multiply, subtract } from '../../../../../src/flavors/tfjs/compile/operators/binary.ts'
import { concatenate } from '../../../../../src/flavors/tfjs/compile/operators/concatenation.ts'
import {
  convolution,
  depthwiseConvolution,
} from '../../../../../src/flavors/tfjs/compile/operators/convolution.ts'
import { matrixProduct } from '../../../../../src/flavors/tfjs/compile/operators/matrix-product.ts'
import { batchNorm, layerNorm } from '../../../../../src/flavors/tfjs/compile/operators/normalization.ts'
import { mirrorPad, pad } from '../../../../../src/flavors/tfjs/compile/operators/padding.ts'
import { averagePool, maxPool } from '../../../../../src/flavors/tfjs/compile/operators/pooling.ts'
import { max, mean } from '../../../../../src/flavors/tfjs/compile/operators/reduction.ts'
import { resize, upsample } from '../../../../../src/flavors/tfjs/compile/operators/resize.ts'
import { softmax } from '../../../../../src/flavors/tfjs/compile/operators/softmax.ts'
import { transposedConvolution } from '../../../../../src/flavors/tfjs/compile/operators/transposed-convolution.ts'
import * as unary from '../../../../../src/flavors/tfjs/compile/operators/unary.ts'
import { channels, functionLink, type Link, orRefused, slopeLink, weights } from './chain-link.ts'
import { elementsOf, expectLikeTfjs } from './like-tfjs.ts'

type Mode = 'same' | 'valid'

const window = fc.record({
  size: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 2 }),
  mode: fc.constantFrom<Mode>('same', 'valid'),
})

/** onnxruntime has kernels of their own for eight and sixteen channels and their multiples. */
const filterCount = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(8, 16, 32))

const convolutionLink = fc.tuple(window, filterCount).map(
  ([{ size, stride, mode }, filters]): Link => ({
    build: ({ graph, value }) => {
      const filter = weights([size, size, channels(value), filters], size).constant
      return graph.add(convolution, [value, graph.constant(filter)], {
        strides: [stride, stride],
        dilations: [1, 1],
        padding: mode,
      })
    },
    compute: (x) =>
      tf.conv2d(x, weights([size, size, channels(x), filters], size).tensor() as tf.Tensor4D, stride, mode),
  }),
)

const depthwiseLink = fc.tuple(window, fc.integer({ min: 1, max: 2 })).map(
  ([{ size, stride, mode }, multiplier]): Link => ({
    build: ({ graph, value }) => {
      const filter = weights([size, size, channels(value), multiplier], size).constant
      return graph.add(depthwiseConvolution, [value, graph.constant(filter)], {
        strides: [stride, stride],
        dilations: [1, 1],
        padding: mode,
      })
    },
    compute: (x) => {
      const filter = weights([size, size, channels(x), multiplier], size).tensor()
      return tf.depthwiseConv2d(x, filter as tf.Tensor4D, stride, mode)
    },
  }),
)

const transposedLink = fc.integer({ min: 1, max: 3 }).map(
  (size): Link => ({
    build: ({ graph, value }) =>
      graph.add(
        transposedConvolution,
        [value, graph.constant(weights([size, size, 2, channels(value)], size).constant)],
        { strides: [2, 2], padding: 'same' },
      ),
    compute: (x) => {
      const filter = weights([size, size, 2, channels(x)], size).tensor() as tf.Tensor4D
      const [rows, height, width] = x.shape
      return tf.conv2dTranspose(x, filter, [rows, height * 2, width * 2, 2], 2, 'same')
    },
  }),
)

const poolLink = fc.tuple(window, fc.boolean()).map(
  ([{ size, stride, mode }, isMax]): Link => ({
    build: ({ graph, value }) =>
      graph.add(isMax ? maxPool : averagePool, [value], {
        window: [size, size],
        strides: [stride, stride],
        padding: mode,
      }),
    compute: (x) => (isMax ? tf.maxPool : tf.avgPool)(x, size, stride, mode),
  }),
)

const edge = fc.tuple(fc.nat(2), fc.nat(2))
const padLink = fc
  .tuple(edge, edge, fc.constantFrom(0, 0, 1), fc.constantFrom([0, 0], [0, 1]))
  .map(([height, width, value, last]): Link => {
    const pads = [[0, 0], height, width, last] as [number, number][]
    return {
      build: (state) => state.graph.add(pad, [state.value], { pads, value }),
      compute: (x) => tf.pad(x, pads, value),
    }
  })

const mirrorLink = fc.constantFrom<'reflect' | 'symmetric'>('reflect', 'symmetric').map((mode): Link => {
  const pads = [
    [0, 0],
    [1, 0],
    [0, 1],
    [0, 0],
  ] as [number, number][]
  return {
    build: ({ graph, value }) => graph.add(mirrorPad, [value], { pads, mode }),
    compute: (x) => tf.mirrorPad(x, pads, mode),
  }
})

const normLink = fc.constantFrom<Link>(
  {
    build: ({ graph, value }) => {
      const parameters = normParameters(channels(value)).map(({ constant }) => graph.constant(constant))
      return graph.add(batchNorm, [value, ...parameters], { epsilon: 0.01 })
    },
    compute: (x) => {
      const [scale, offset, average, variance] = normParameters(channels(x)).map(({ tensor }) => tensor())
      const normal = tf.div(tf.sub(x, average!), tf.sqrt(tf.add(variance!, 0.01)))
      return tf.add(tf.mul(normal, scale!), offset!)
    },
  },
  {
    build: ({ graph, value }) => {
      const parameters = normParameters(channels(value)).slice(0, 2)
      const operands = [value, ...parameters.map(({ constant }) => graph.constant(constant))]
      return graph.add(layerNorm, operands, { axes: [3], epsilon: 0.1 })
    },
    compute: (x) => {
      const [scale, offset] = normParameters(channels(x)).map(({ tensor }) => tensor())
      const moments = tf.moments(x, [3], true)
      const normal = tf.div(tf.sub(x, moments.mean), tf.sqrt(tf.add(moments.variance, 0.1)))
      return tf.add(tf.mul(normal, scale!), offset!)
    },
  },
)

function normParameters(count: number) {
  return [1, 2, 3, 4].map((seed) => {
    const constant = elementsOf({ shape: [count], range: [0.2, 1.5] }, seed)
    return { constant, tensor: () => tf.tensor(constant.data, [count], 'float32') }
  })
}

const ARITHMETIC = [
  [add, tf.add],
  [subtract, tf.sub],
  [multiply, tf.mul],
] as const

/** With a constant for each channel, or with the operand's own function: a residual. */
const arithmeticLink = fc.tuple(fc.constantFrom(...ARITHMETIC), fc.nat(3)).map(
  ([[operator, reference], kind]): Link => ({
    build: ({ graph, value }) => {
      const other = [
        () => graph.constant(weights([channels(value)], 9).constant),
        () => graph.add(unary.tanh, [value], null),
        () => graph.add(mean, [value], { axes: [1, 2], keepDimensions: true }),
        () => graph.float(0.25),
      ][kind]!()
      return graph.add(operator, [value, other], null)
    },
    compute: (x) => {
      const other = [
        () => weights([channels(x)], 9).tensor(),
        () => tf.tanh(x),
        () => tf.mean(x, [1, 2], true),
        () => tf.scalar(0.25),
      ][kind]!()
      return reference(x, other)
    },
  }),
)

const shapeLink = fc.constantFrom<Link>(
  {
    build: ({ graph, value }) =>
      graph.add(concatenate, [value, graph.add(unary.relu, [value], null)], { axis: 3 }),
    compute: (x) => tf.concat([x, tf.relu(x)], 3),
  },
  {
    build: ({ graph, value }) =>
      graph.add(concatenate, [value, graph.add(unary.neg, [value], null)], { axis: 1 }),
    compute: (x) => tf.concat([x, tf.neg(x)], 1),
  },
  {
    build: ({ graph, value }) => graph.add(upsample, [value], { factors: [2, 2], mode: 'nearest' }),
    compute: (x) => tf.image.resizeNearestNeighbor(x, [x.shape[1] * 2, x.shape[2] * 2]),
  },
  {
    build: ({ graph, value }) =>
      graph.add(resize, [value], {
        size: [5, 4],
        mode: 'bilinear',
        alignCorners: false,
        halfPixelCenters: true,
      }),
    compute: (x) => tf.image.resizeBilinear(x, [5, 4], false, true),
  },
  {
    build: ({ graph, value }) => graph.add(softmax, [value], { axis: 3 }),
    compute: (x) => tf.softmax(x),
  },
  {
    build: ({ graph, value }) =>
      graph.add(matrixProduct, [value, graph.constant(weights([channels(value), 3], 4).constant)], {
        transposeA: false,
        transposeB: false,
      }),
    compute: (x) =>
      tf.reshape(
        tf.matMul(
          tf.reshape(x, [-1, channels(x)]) as tf.Tensor2D,
          weights([channels(x), 3], 4).tensor() as tf.Tensor2D,
        ),
        [...x.shape.slice(0, -1), 3],
      ),
  },
)

const link = fc.oneof(
  convolutionLink,
  depthwiseLink,
  transposedLink,
  poolLink,
  padLink,
  mirrorLink,
  functionLink,
  slopeLink,
  normLink,
  arithmeticLink,
  shapeLink,
)

/** How a chain ends. */
const ending = fc.constantFrom<Link>(
  { build: ({ value }) => value, compute: (x) => x },
  {
    build: ({ graph, value }) => graph.add(mean, [value], { axes: [1, 2], keepDimensions: false }),
    compute: (x) => tf.mean(x, [1, 2]),
  },
  {
    build: ({ graph, value }) => graph.add(max, [value], { axes: [1], keepDimensions: false }),
    compute: (x) => tf.max(x, [1]),
  },
  {
    build: ({ graph, value }) => graph.add(mean, [value], { axes: [3], keepDimensions: false }),
    compute: (x) => tf.mean(x, [3]),
  },
)

test('operators one after the other, as onnxruntime fuses them, are those of TF.js', async () => {
  const chain = fc.record({
    size: fc.tuple(fc.integer({ min: 3, max: 7 }), fc.integer({ min: 3, max: 7 })),
    channels: fc.integer({ min: 1, max: 4 }),
    links: fc.array(link, { minLength: 2, maxLength: 7 }),
    ending,
    free: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(chain, async ({ size, channels, links, ending, free }) => {
      const all = [...links, ending]
      const operand = { shape: [2, ...size, channels], rows: true, freePlaces: free }
      fc.pre(isWide(all, operand.shape))
      const trial = {
        operands: [operand],
        slack: 1e-5,
        build: (graph: Graph, [x]: readonly Value[]) =>
          all.reduce((value, { build }) => build({ graph, value }), x!),
        reference: ([x]: tf.Tensor[]) =>
          all.reduce<tf.Tensor>((value, { compute }) => compute(value as tf.Tensor4D), x!),
      }
      await (free ? orRefused(expectLikeTfjs(trial)) : expectLikeTfjs(trial))
    }),
    { numRuns: 60 },
  )
})

/** Whether no window is larger than what it slides over, and the whole stays small. */
function isWide(links: readonly Link[], shape: readonly number[]): boolean {
  return tf.tidy(() => {
    try {
      let x: tf.Tensor = tf.zeros([...shape])
      for (const { compute } of links) {
        x = compute(x as tf.Tensor4D)
        if (Math.min(...x.shape) < 1 || x.size > 20_000) return false
      }
      return true
    } catch {
      return false
    }
  })
}
