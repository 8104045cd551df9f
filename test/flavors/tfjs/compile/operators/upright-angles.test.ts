import { expect, test } from 'vitest'
import { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import { atan2 } from '../../../../../src/flavors/tfjs/compile/operators/binary.ts'
import { runGraph } from '../../../../fixtures/tfjs/run-graph.ts'

test('the angle of an upright does not turn with the sign of a zero', async () => {
  const graph = new Graph()
  const y = graph.input('y', { type: 'float32', shape: [4] })
  const x = graph.input('x', { type: 'float32', shape: [4] })
  graph.output('angle', graph.add(atan2, [y, x], null))
  const [angles] = await runGraph(graph, [
    { type: 'float32', shape: [4], data: Float32Array.of(2, 2, -3, -3) },
    { type: 'float32', shape: [4], data: Float32Array.of(0, -0, 0, -0) },
  ])
  const right = Math.fround(Math.PI / 2)
  expect([...angles!.data]).toEqual([right, right, -right, -right])
})
