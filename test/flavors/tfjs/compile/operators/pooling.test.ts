import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import type { Padding } from '../../../../../src/flavors/tfjs/compile/graph/padding.ts'
import { NotCompiled } from '../../../../../src/flavors/tfjs/compile/not-compiled.ts'
import { pad } from '../../../../../src/flavors/tfjs/compile/operators/padding.ts'
import { averagePool, maxPool } from '../../../../../src/flavors/tfjs/compile/operators/pooling.ts'
import * as unary from '../../../../../src/flavors/tfjs/compile/operators/unary.ts'
import { runGraph } from '../../../../fixtures/tfjs/run-graph.ts'
import { expectLikeTfjs } from './like-tfjs.ts'

const small = (most: number) => fc.integer({ min: 1, max: most })
const edge = fc.tuple(fc.nat(2), fc.nat(2))
const setting = fc
  .record({
    size: fc.tuple(small(9), small(9)),
    window: fc.tuple(small(4), small(4)),
    strides: fc.tuple(small(3), small(3)),
    padding: fc.oneof(fc.constantFrom<Padding>('valid', 'same'), fc.tuple(edge, edge)),
    channels: small(3),
    free: fc.boolean(),
    channelsFirst: fc.boolean(),
  })
  .filter(({ size, window }) => size.every((dim, axis) => dim >= window[axis]!))
  .filter(
    ({ window, padding }) =>
      typeof padding === 'string' || padding.every((pair, axis) => Math.max(...pair) < window[axis]!),
  )

const rows = [
  ['largest', maxPool, tf.maxPool],
  ['average', averagePool, tf.avgPool],
] as const

test.each(rows)('pools of the %s are those of TF.js', async (_, operator, reference) => {
  await fc.assert(
    fc.asyncProperty(setting, async ({ size, window, strides, padding, channels, free, channelsFirst }) => {
      fc.pre(operator === maxPool || !isSizeNeeded(free, window, strides, padding))
      await expectLikeTfjs({
        // Below zero, where padding with zeros would show.
        operands: [{ shape: [2, ...size, channels], rows: true, free, channelsFirst, range: [-9, -1] }],
        build: (graph, [x]) => graph.add(operator, [x!], { window, strides, padding }),
        reference: ([x]) => reference(x as tf.Tensor4D, window, strides, tfjsPadding(padding)),
      })
    }),
    { numRuns: 50 },
  )
})

/** Where the pads of an average are only known in a run, it is not compiled. */
function isSizeNeeded(
  free: boolean,
  window: readonly number[],
  strides: readonly number[],
  padding: Padding,
): boolean {
  return free && padding === 'same' && window.some((size, axis) => size < strides[axis]!)
}

test('pools over one and three dimensions are those of TF.js', async () => {
  for (const padding of ['same', 'valid'] as const) {
    await expectLikeTfjs({
      operands: [{ shape: [2, 7, 3], rows: true }],
      build: (graph, [x]) => graph.add(maxPool, [x!], { window: [3], strides: [2], padding }),
      reference: ([x]) =>
        tf.squeeze(tf.maxPool(tf.expandDims(x!, 2) as tf.Tensor4D, [3, 1], [2, 1], padding), [2]),
    })
    for (const [operator, reference] of [
      [maxPool, tf.maxPool3d],
      [averagePool, tf.avgPool3d],
    ] as const) {
      await expectLikeTfjs({
        operands: [{ shape: [1, 5, 4, 6, 2], rows: true }],
        build: (graph, [x]) => graph.add(operator, [x!], { window: [2, 3, 2], strides: [2, 1, 2], padding }),
        reference: ([x]) => reference(x as tf.Tensor5D, [2, 3, 2], [2, 1, 2], padding),
      })
    }
  }
})

test('zeros around negative numbers are the largest', async () => {
  const pads: [number, number][] = [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]
  for (const padding of ['same', 'valid'] as const) {
    for (const [operator, reference] of [
      [maxPool, tf.maxPool],
      [averagePool, tf.avgPool],
    ] as const) {
      for (const before of [unary.neg, unary.relu]) {
        await expectLikeTfjs({
          operands: [{ shape: [1, 5, 5, 2], rows: true, channelsFirst: true, range: [1, 9] }],
          build: (graph, [x]) => {
            const padded = graph.add(pad, [graph.add(before, [x!], null)], { pads, value: 0 })
            return graph.add(operator, [padded], { window: [3, 3], strides: [2, 2], padding })
          },
          reference: ([x]) => {
            const inner = before === unary.neg ? tf.neg(x!) : tf.relu(x!)
            return reference(tf.pad(inner, pads) as tf.Tensor4D, [3, 3], [2, 2], padding)
          },
        })
      }
    }
  }
})

test('what pools do not cover is refused', async () => {
  const graph = new Graph()
  const x = graph.input('x', { type: 'float32', shape: [null, null, 9, 1] })
  const window = { window: [2, 2], strides: [3, 3] }
  expect(() =>
    graph.add(maxPool, [x], {
      ...window,
      padding: [
        [2, 2],
        [0, 0],
      ],
    }),
  ).toThrow(NotCompiled)
  expect(() => graph.add(maxPool, [x], { window: [2], strides: [1], padding: 'same' })).toThrow(NotCompiled)
  graph.output('y', graph.add(averagePool, [x], { ...window, padding: 'same' }))
  await expect(runGraph(graph, [])).rejects.toThrow('padding of a size that is not known')
})

function tfjsPadding(mode: Padding) {
  if (typeof mode === 'string') return mode
  const [height, width] = mode as readonly [[number, number], [number, number]]
  const none: [number, number] = [0, 0]
  return [none, height, width, none] as Parameters<typeof tf.maxPool>[3]
}
