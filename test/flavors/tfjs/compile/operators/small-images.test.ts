import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import type { Value } from '../../../../../src/flavors/tfjs/compile/graph/value.ts'
import { averagePool, maxPool } from '../../../../../src/flavors/tfjs/compile/operators/pooling.ts'
import { openGraph } from '../../../../fixtures/tfjs/run-graph.ts'
import { expectLikeTfjs } from './like-tfjs.ts'

const attributes = { window: [3, 2], strides: [2, 2], padding: 'valid' } as const

test.each([
  { name: 'maxPool', pool: maxPool, reference: tf.maxPool },
  { name: 'averagePool', pool: averagePool, reference: tf.avgPool },
])('$name fails over images of open size that are smaller than its window', async ({ pool, reference }) => {
  const build = (graph: Graph, [x]: readonly Value[]) => graph.add(pool, [x!], attributes)
  for (const size of [
    [3, 2],
    [4, 3],
    [7, 6],
  ] as const) {
    await expectLikeTfjs({
      operands: [{ shape: [2, ...size, 3], free: true }],
      build,
      reference: ([x]) => reference(x as tf.Tensor4D, [3, 2], [2, 2], 'valid'),
    })
  }
  const graph = new Graph()
  const x = graph.input('x', { type: 'float32', shape: [null, null, null, 1] })
  graph.output('y', build(graph, [x]))
  const session = await openGraph(graph)
  for (const shape of [
    [1, 2, 2, 1],
    [1, 3, 1, 1],
  ]) {
    const data = new Float32Array(shape.reduce((count, dim) => count * dim, 1))
    expect(() => session.run([{ type: 'float32', shape, data }])).toThrow()
  }
  const none = session.run([{ type: 'float32', shape: [0, 5, 5, 1], data: new Float32Array(0) }])
  expect(none[0]!.shape[0]).toBe(0)
})
