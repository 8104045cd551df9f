import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import type { ElementType } from '../../../../../src/flavors/tfjs/compile/graph/value.ts'
import { NotCompiled } from '../../../../../src/flavors/tfjs/compile/not-compiled.ts'
import { concatenate } from '../../../../../src/flavors/tfjs/compile/operators/concatenation.ts'
import { mirrorPad, pad } from '../../../../../src/flavors/tfjs/compile/operators/padding.ts'
import { resize, upsample } from '../../../../../src/flavors/tfjs/compile/operators/resize.ts'
import { runGraph } from '../../../../fixtures/tfjs/run-graph.ts'
import { expectLikeTfjs, type Operand } from './like-tfjs.ts'

const dims = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 })
const types = fc.constantFrom<ElementType>('float32', 'int32', 'bool')

test('operands are concatenated as in TF.js, whichever their layouts', async () => {
  const parts = fc.array(
    fc.record({
      size: fc.integer({ min: 0, max: 3 }),
      channelsFirst: fc.boolean(),
      constant: fc.boolean(),
      free: fc.boolean(),
    }),
    { minLength: 2, maxLength: 4 },
  )
  await fc.assert(
    fc.asyncProperty(dims, parts, fc.nat(4), types, async (shape, parts, chosen, type) => {
      fc.pre(parts.some(({ constant }) => !constant))
      const axis = chosen % shape.length
      const operands = parts.map(
        ({ size, ...rest }): Operand => ({ ...rest, type, shape: shape.with(axis, size) }),
      )
      await expectLikeTfjs({
        operands,
        build: (graph, values) => graph.add(concatenate, values, { axis }),
        reference: (tensors) => tf.concat(tensors, axis),
      })
    }),
    { numRuns: 50 },
  )
})

const edges = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 5, maxLength: 5 })

test('padding is that of TF.js', async () => {
  const value = fc.constantFrom(0, 1)
  await fc.assert(
    fc.asyncProperty(
      dims,
      edges,
      types,
      value,
      fc.boolean(),
      async (shape, edges, type, value, channelsFirst) => {
        const pads = edges.slice(0, shape.length)
        await expectLikeTfjs({
          operands: [{ shape, type, rows: true, channelsFirst }],
          build: (graph, [x]) => graph.add(pad, [x!], { pads, value }),
          reference: ([x]) => tf.pad(x!, pads, value),
        })
      },
    ),
    { numRuns: 30 },
  )
})

test.each(['reflect', 'symmetric'] as const)('padding that is %s is that of TF.js', async (mode) => {
  await fc.assert(
    fc.asyncProperty(dims, edges, fc.boolean(), fc.boolean(), async (shape, edges, free, channelsFirst) => {
      const most = mode === 'reflect' ? 1 : 0
      const pads = shape.map((dim, axis): [number, number] => {
        const [before, after] = edges[axis]!
        return [Math.min(before, dim - most), Math.min(after, dim - most)]
      })
      await expectLikeTfjs({
        operands: [{ shape, free, channelsFirst }],
        build: (graph, [x]) => graph.add(mirrorPad, [x!], { pads, mode }),
        reference: ([x]) => tf.mirrorPad(x!, pads, mode),
      })
    }),
    { numRuns: 25 },
  )
})

const size = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
const corners = fc.constantFrom(
  { alignCorners: false, halfPixelCenters: false },
  { alignCorners: true, halfPixelCenters: false },
  { alignCorners: false, halfPixelCenters: true },
)

test.each([
  { mode: 'bilinear', reference: tf.image.resizeBilinear },
  { mode: 'nearest', reference: tf.image.resizeNearestNeighbor },
] as const)('images are resized as in TF.js, $mode', async ({ mode, reference }) => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(size, size, corners),
      fc.boolean(),
      fc.boolean(),
      async ([from, to, { alignCorners, halfPixelCenters }], channelsFirst, isInteger) => {
        const type = isInteger ? 'int32' : 'float32'
        await expectLikeTfjs({
          operands: [{ shape: [2, ...from, 3], type, range: [-9, 9], rows: true, channelsFirst }],
          build: (graph, [x]) => graph.add(resize, [x!], { size: to, mode, alignCorners, halfPixelCenters }),
          reference: ([x]) => reference(x as tf.Tensor4D, to, alignCorners, halfPixelCenters),
        })
      },
    ),
    { numRuns: 40 },
  )
})

test.each([
  { mode: 'bilinear', reference: tf.image.resizeBilinear },
  { mode: 'nearest', reference: tf.image.resizeNearestNeighbor },
] as const)('images of unknown size are upsampled as in tfjs-layers, $mode', async ({ mode, reference }) => {
  await fc.assert(
    fc.asyncProperty(
      size,
      fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
      async (from, factors) => {
        await expectLikeTfjs({
          operands: [{ shape: [2, ...from, 3], free: true }],
          build: (graph, [x]) => graph.add(upsample, [x!], { factors, mode }),
          reference: ([x]) => reference(x as tf.Tensor4D, [from[0] * factors[0], from[1] * factors[1]]),
        })
      },
    ),
    { numRuns: 15 },
  )
})

test('what is not covered is refused', async () => {
  const graph = new Graph()
  const x = graph.input('x', { type: 'float32', shape: [null, null, 4, 1] })
  const integers = graph.input('n', { type: 'int32', shape: [null, null, 4, 1] })
  const flags = { alignCorners: false, halfPixelCenters: false }
  const none: [number, number] = [0, 0]
  expect(() => graph.add(concatenate, [x, integers], { axis: 0 })).toThrow(NotCompiled)
  expect(() => graph.add(pad, [x], { pads: [none, [-1, 0], none, none], value: 0 })).toThrow('-1')
  expect(() => graph.add(mirrorPad, [x], { pads: [none, none, [4, 0], none], mode: 'reflect' })).toThrow(
    NotCompiled,
  )
  expect(() =>
    graph.add(resize, [x], { size: [2, 2], mode: 'nearest', alignCorners: true, halfPixelCenters: true }),
  ).toThrow(NotCompiled)
  graph.output('y', graph.add(resize, [x], { size: [2, 2], mode: 'nearest', ...flags }))
  await expect(runGraph(graph, [])).rejects.toThrow('unknown size')
})
