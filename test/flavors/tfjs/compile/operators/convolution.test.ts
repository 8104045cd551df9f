import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import type { Padding } from '../../../../../src/flavors/tfjs/compile/graph/padding.ts'
import { NotCompiled } from '../../../../../src/flavors/tfjs/compile/not-compiled.ts'
import {
  convolution,
  depthwiseConvolution,
} from '../../../../../src/flavors/tfjs/compile/operators/convolution.ts'
import { transposedConvolution } from '../../../../../src/flavors/tfjs/compile/operators/transposed-convolution.ts'
import { expectLikeTfjs, type Operand } from './like-tfjs.ts'

const small = (most: number) => fc.integer({ min: 1, max: most })
const pair = (most: number) => fc.tuple(small(most), small(most))
const pads = fc.tuple(fc.tuple(fc.nat(2), fc.nat(2)), fc.tuple(fc.nat(2), fc.nat(2))) as fc.Arbitrary<
  readonly [[number, number], [number, number]]
>
const padding = fc.oneof(fc.constantFrom<Padding>('valid', 'same'), pads)

const setting = fc
  .record({
    rows: small(2),
    size: fc.tuple(fc.integer({ min: 3, max: 9 }), fc.integer({ min: 3, max: 9 })),
    kernel: pair(3),
    channels: small(4),
    filters: small(3),
    strides: pair(3),
    dilations: pair(3),
    padding,
    free: fc.boolean(),
    hasBias: fc.boolean(),
    constant: fc.boolean(),
    channelsFirst: fc.boolean(),
  })
  // TF.js takes either strides or dilations.
  .map((all) => (Math.max(...all.strides) > 1 ? { ...all, dilations: [1, 1] as [number, number] } : all))
  .filter(({ size, kernel, dilations }) =>
    size.every((dim, axis) => dim >= (kernel[axis]! - 1) * dilations[axis]! + 1),
  )

test('convolutions of every stride, padding, dilation and layout are those of TF.js', async () => {
  await fc.assert(
    fc.asyncProperty(setting, async (all) => {
      const { strides, dilations } = all
      await expectLikeTfjs({
        operands: [image(all), weights(all, all.filters), ...bias(all, all.filters)],
        build: (graph, values) =>
          graph.add(convolution, values, { strides, dilations, padding: all.padding }),
        reference: ([x, filter, offset]) =>
          plus(
            tf.conv2d(
              x as tf.Tensor4D,
              filter as tf.Tensor4D,
              strides,
              tfjsPadding(all.padding),
              'NHWC',
              dilations,
            ),
            offset,
          ),
      })
    }),
    { numRuns: 60 },
  )
})

test('depthwise convolutions are those of TF.js', async () => {
  await fc.assert(
    fc.asyncProperty(setting, async (all) => {
      const { strides, dilations } = all
      await expectLikeTfjs({
        operands: [image(all), weights(all, all.filters), ...bias(all, all.channels * all.filters)],
        build: (graph, values) =>
          graph.add(depthwiseConvolution, values, { strides, dilations, padding: all.padding }),
        reference: ([x, filter, offset]) =>
          plus(
            tf.depthwiseConv2d(
              x as tf.Tensor4D,
              filter as tf.Tensor4D,
              strides,
              tfjsPadding(all.padding),
              'NHWC',
              dilations,
            ),
            offset,
          ),
      })
    }),
    { numRuns: 40 },
  )
})

test('transposed convolutions are those of TF.js', async () => {
  await fc.assert(
    fc.asyncProperty(setting, fc.constantFrom<'same' | 'valid'>('same', 'valid'), async (all, mode) => {
      const size = all.size.map((dim, axis) => {
        const stride = all.strides[axis]!
        return dim * stride + (mode === 'valid' ? Math.max(all.kernel[axis]! - stride, 0) : 0)
      })
      const filter: Operand = {
        shape: [...all.kernel, all.filters, all.channels],
        constant: all.constant,
      }
      await expectLikeTfjs({
        operands: [image(all), filter],
        build: (graph, values) =>
          graph.add(transposedConvolution, values, { strides: all.strides, padding: mode }),
        reference: ([x, kernel]) =>
          tf.conv2dTranspose(
            x as tf.Tensor4D,
            kernel as tf.Tensor4D,
            [x!.shape[0]!, size[0]!, size[1]!, all.filters],
            all.strides,
            mode,
          ),
      })
    }),
    { numRuns: 40 },
  )
})

test('a transposed convolution gives any size that its convolution comes from', async () => {
  const cases = fc.record({
    output: pair(12),
    kernel: pair(4),
    strides: pair(3),
    mode: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ output, kernel, strides, mode }) => {
      fc.pre(mode === 'same' || output.every((dim, axis) => dim >= kernel[axis]!))
      const size = output.map((dim, axis) =>
        mode === 'same'
          ? Math.ceil(dim / strides[axis]!)
          : Math.floor((dim - kernel[axis]!) / strides[axis]!) + 1,
      )
      const outputShape = [null, ...output, 2]
      await expectLikeTfjs({
        operands: [
          { shape: [1, ...size, 3], rows: true },
          { shape: [...kernel, 2, 3], constant: true },
        ],
        build: (graph, values) =>
          graph.add(transposedConvolution, values, { strides, padding: mode, outputShape }),
        reference: ([x, filter]) =>
          tf.conv2dTranspose(
            x as tf.Tensor4D,
            filter as tf.Tensor4D,
            [x!.shape[0]!, output[0], output[1], 2],
            strides,
            mode,
          ),
      })
    }),
    { numRuns: 40 },
  )
})

test('convolutions over one and three dimensions are those of TF.js', async () => {
  for (const mode of ['same', 'valid'] as const) {
    await expectLikeTfjs({
      operands: [
        { shape: [2, 7, 3], rows: true },
        { shape: [3, 3, 4], constant: true },
      ],
      build: (graph, values) =>
        graph.add(convolution, values, { strides: [2], dilations: [1], padding: mode }),
      reference: ([x, filter]) => tf.conv1d(x as tf.Tensor3D, filter as tf.Tensor3D, 2, mode),
    })
    await expectLikeTfjs({
      operands: [
        { shape: [1, 5, 4, 6, 2], rows: true },
        { shape: [3, 2, 3, 2, 3], constant: true },
      ],
      build: (graph, values) =>
        graph.add(convolution, values, { strides: [2, 1, 2], dilations: [1, 1, 1], padding: mode }),
      reference: ([x, filter]) => tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, [2, 1, 2], mode),
    })
  }
})

test('what a convolution does not cover is refused', () => {
  const graph = new Graph()
  const x = graph.input('x', { type: 'float32', shape: [null, 5, 5, 3] })
  const numbers = graph.input('n', { type: 'int32', shape: [null, 5, 5, 2] })
  const filter = graph.constant({ type: 'float32', shape: [3, 3, 2, 1], data: new Float32Array(18) })
  const attributes = { strides: [1, 1], dilations: [1, 1], padding: 'same' } as const
  expect(() => graph.add(convolution, [x, filter], attributes)).toThrow(NotCompiled)
  expect(() => graph.add(convolution, [numbers, filter], attributes)).toThrow('int32')
  expect(() => graph.add(convolution, [x, filter], { ...attributes, strides: [1] })).toThrow(NotCompiled)
  const from = graph.input('from', { type: 'float32', shape: [null, null, 5, 2] })
  const sized = { strides: [2, 2], padding: 'same' } as const
  const turned = graph.constant({ type: 'float32', shape: [3, 3, 1, 2], data: new Float32Array(18) })
  const toward = (outputShape: readonly (number | null)[]) => () =>
    graph.add(transposedConvolution, [from, turned], { ...sized, outputShape })
  expect(toward([null, 10, 10, 1])).toThrow('a run tells')
  expect(toward([null, null, 12, 1])).toThrow(NotCompiled)
})

interface Setting {
  readonly rows: number
  readonly size: readonly number[]
  readonly kernel: readonly number[]
  readonly channels: number
  readonly free: boolean
  readonly hasBias: boolean
  readonly constant: boolean
  readonly channelsFirst: boolean
}

function image({ rows, size, channels, free, channelsFirst }: Setting): Operand {
  return { shape: [rows, ...size, channels], rows: true, free, channelsFirst }
}

function weights({ kernel, channels, constant }: Setting, filters: number): Operand {
  return { shape: [...kernel, channels, filters], constant }
}

function bias({ hasBias, constant }: Setting, channels: number): readonly Operand[] {
  return hasBias ? [{ shape: [channels], constant }] : []
}

function plus(x: tf.Tensor, offset: tf.Tensor | undefined): tf.Tensor {
  return offset === undefined ? x : tf.add(x, offset)
}

function tfjsPadding(mode: Padding) {
  if (typeof mode === 'string') return mode
  const [height, width] = mode as readonly [[number, number], [number, number]]
  return [[0, 0], height, width, [0, 0]] as [
    [number, number],
    [number, number],
    [number, number],
    [number, number],
  ]
}
