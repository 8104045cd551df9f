import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { compileModel } from '../../../../src/flavors/tfjs/compile/compile.ts'
import { NotCompiled } from '../../../../src/flavors/tfjs/compile/not-compiled.ts'
import { attribute, GraphBuilder } from '../../../fixtures/tfjs/graph-builder.ts'

const { integer, integers, text, type } = attribute

const HUGE = 2 ** 31 - 1

/** Numbers that a compiler would take all memory for, or write into a model that means something else. */
const NODES: Readonly<Record<string, (graph: GraphBuilder) => string>> = {
  'OneHot of a huge depth': (graph) =>
    graph.node(
      'OneHot',
      [
        graph.input([-1], { type: 'int32' }),
        graph.integer(HUGE),
        ...[1, 0].map((value) => graph.integer(value)),
      ],
      { T: type('int32') },
    ),
  'Unpack of a huge dimension': (graph) => graph.node('Unpack', [graph.input([2 ** 28])]),
  'Split into a huge number of parts': (graph) =>
    graph.node('Split', [graph.integer(0), graph.input([2 ** 28])], { num_split: integer(2 ** 28) }),
  'SplitV with a part of less than nothing': (graph) =>
    graph.node('SplitV', [graph.input([4]), graph.integers([6, -2]), graph.integer(0)]),
  'ResizeNearestNeighbor to a huge height': (graph) =>
    graph.node('ResizeNearestNeighbor', [graph.input([-1, 3, 1, 1]), graph.integers([2 ** 28, 1])]),
  'ResizeBilinear to a height alone': (graph) =>
    graph.node('ResizeBilinear', [graph.input([-1, 3, 1, 1]), graph.integers([2])]),
  'LinSpace of huge length': (graph) =>
    graph.node('LinSpace', [graph.float(0), graph.float(1), graph.integer(HUGE)]),
  'LinSpace of less than nothing': (graph) =>
    graph.node('LinSpace', [graph.float(0), graph.float(1), graph.integer(-1)]),
  'Range of huge length': (graph) =>
    graph.node('Range', [graph.integer(0), graph.integer(HUGE), graph.integer(1)], { Tidx: type('int32') }),
  'Fill of less than nothing': (graph) => graph.node('Fill', [graph.integers([-4]), graph.float(1)]),
  'BroadcastTo less than nothing': (graph) =>
    graph.node('BroadcastTo', [graph.input([1]), graph.integers([-1])]),
  'Reshape to a dimension of -2': (graph) =>
    graph.node('Reshape', [graph.input([-1, 2]), graph.integers([-2, 2])]),
  'Conv2D with strides of fractions': (graph) =>
    graph.node('Conv2D', [graph.input([-1, 4, 4, 1]), graph.floats([1], [1, 1, 1, 1])], {
      strides: { list: { i: [1, 1.5, 1.5, 1] } },
      padding: text('SAME'),
    }),
  'MaxPool with a window of 0': (graph) =>
    graph.node('MaxPool', [graph.input([-1, 4, 4, 1])], {
      ksize: integers([1, 0, 0, 1]),
      strides: integers([1, 1, 1, 1]),
      padding: text('VALID'),
    }),
  'DepthToSpace with blocks of fractions': (graph) =>
    graph.node('DepthToSpace', [graph.input([-1, 2, 2, 25])], { block_size: { f: 2.5 } }),
  'LRN with a radius of fractions': (graph) =>
    graph.node('LRN', [graph.input([-1, 2, 2, 4])], { depth_radius: { f: 1.25 } }),
  'Pad by fractions': (graph) => graph.node('Pad', [graph.input([-1]), graph.floats([0.5, 0.5], [1, 2])]),
  'BatchToSpaceND with crops larger than what there is': (graph) =>
    graph.node('BatchToSpaceND', [
      graph.input([4, 1, 4]),
      graph.integers([2]),
      graph.integers([2, 1], [1, 2]),
    ]),
  'SpaceToBatchND with blocks of less than nothing': (graph) =>
    graph.node('SpaceToBatchND', [
      graph.input([-1, 4, 1]),
      graph.integers([-2]),
      graph.integers([0, 0], [1, 2]),
    ]),
}

describe('odd numbers in a graph model', () => {
  it.each(Object.keys(NODES))('%s is not compiled', async (title) => {
    const graph = new GraphBuilder()
    graph.output(NODES[title]!(graph))
    await assert.rejects(compileModel(graph.artifacts()), NotCompiled)
  })
})
