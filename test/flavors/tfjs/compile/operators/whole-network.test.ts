import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import type { Value } from '../../../../../src/flavors/tfjs/compile/graph/value.ts'
import { add } from '../../../../../src/flavors/tfjs/compile/operators/binary.ts'
import { concatenate } from '../../../../../src/flavors/tfjs/compile/operators/concatenation.ts'
import {
  convolution,
  depthwiseConvolution,
} from '../../../../../src/flavors/tfjs/compile/operators/convolution.ts'
import { matrixProduct } from '../../../../../src/flavors/tfjs/compile/operators/matrix-product.ts'
import { batchNorm } from '../../../../../src/flavors/tfjs/compile/operators/normalization.ts'
import { pad } from '../../../../../src/flavors/tfjs/compile/operators/padding.ts'
import { maxPool } from '../../../../../src/flavors/tfjs/compile/operators/pooling.ts'
import { mean } from '../../../../../src/flavors/tfjs/compile/operators/reduction.ts'
import { softmax } from '../../../../../src/flavors/tfjs/compile/operators/softmax.ts'
import { relu, relu6 } from '../../../../../src/flavors/tfjs/compile/operators/unary.ts'
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts'
import { nodeCount, readStructure, type Structure } from '../../../../fixtures/tfjs/onnx-structure.ts'
import { openGraph } from '../../../../fixtures/tfjs/run-graph.ts'
import { elementsOf } from './like-tfjs.ts'

/** A network as it is built up, layer by layer. */
class Network {
  readonly graph = new Graph()
  #weights = 0

  input(channels = 3): Value {
    return this.graph.input('x', { type: 'float32', shape: [null, 32, 32, channels] })
  }

  convolution(x: Value, filters: number, size: number, stride = 1): Value {
    const filter = this.weights([size, size, x.shape.at(-1)!, filters])
    const attributes = { strides: [stride, stride], dilations: [1, 1], padding: 'same' } as const
    return this.graph.add(convolution, [x, filter], attributes)
  }

  depthwise(x: Value, stride = 1): Value {
    const filter = this.weights([3, 3, x.shape.at(-1)!, 1])
    const attributes = { strides: [stride, stride], dilations: [1, 1], padding: 'same' } as const
    return this.graph.add(depthwiseConvolution, [x, filter], attributes)
  }

  batchNorm(x: Value): Value {
    const parameters = Array.from({ length: 4 }, () => this.weights([x.shape.at(-1)!]))
    return this.graph.add(batchNorm, [x, ...parameters], { epsilon: 0.001 })
  }

  relu(x: Value): Value {
    return this.graph.add(relu, [x], null)
  }

  relu6(x: Value): Value {
    return this.graph.add(relu6, [x], null)
  }

  classifier(x: Value): void {
    const pooled = this.graph.add(mean, [x], { axes: [1, 2], keepDimensions: false })
    const operands = [pooled, this.weights([x.shape.at(-1)!, 10]), this.weights([10])]
    const logits = this.graph.add(matrixProduct, operands, { transposeA: false, transposeB: false })
    this.graph.output('y', this.graph.add(softmax, [logits], { axis: 1 }))
  }

  weights(shape: readonly (number | null)[]): Value {
    this.#weights += 1
    return this.graph.constant(elementsOf({ shape: shape as number[], range: [0.1, 0.5] }, this.#weights))
  }
}

const BORDER = [
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
] as const

function residual(): Graph {
  const net = new Network()
  const stem = net.relu(net.batchNorm(net.convolution(net.input(), 16, 7, 2)))
  const padded = net.graph.add(pad, [stem], { pads: BORDER, value: 0 })
  const pool = { window: [3, 3], strides: [2, 2], padding: 'valid' } as const
  const pooled = net.graph.add(maxPool, [padded], pool)
  const inner = net.relu(net.batchNorm(net.convolution(pooled, 16, 3)))
  const branch = net.batchNorm(net.convolution(inner, 16, 3))
  const joined = net.relu(net.graph.add(add, [branch, pooled], null))
  net.classifier(net.graph.add(concatenate, [joined, pooled], { axis: 3 }))
  return net.graph
}

function mobile(): Graph {
  const net = new Network()
  const padded = net.graph.add(pad, [net.input()], { pads: BORDER, value: 0 })
  const stem = net.relu6(net.batchNorm(net.convolution(padded, 16, 3, 2)))
  const deep = net.relu6(net.batchNorm(net.depthwise(stem)))
  const narrow = net.batchNorm(net.convolution(deep, 16, 1))
  const joined = net.graph.add(add, [narrow, stem], null)
  const wide = net.relu6(net.batchNorm(net.convolution(joined, 32, 1)))
  net.classifier(net.relu6(net.batchNorm(net.depthwise(wide, 2))))
  return net.graph
}

const networks = [
  { name: 'residual', graph: residual() },
  { name: 'mobile', graph: mobile() },
]

test.each(networks)('a $name network is transposed once, at its input', async ({ graph }) => {
  const { bytes } = await openGraph(graph)
  expect(nodeCount(readStructure(bytes), 'Transpose')).toBe(1)
})

/** What there is besides convolutions, pools and the classifier once everything is fused. */
const BETWEEN = new Set(['Transpose', 'ReorderInput', 'ReorderOutput', 'Concat'])
const WHOLE = new Set(['Conv', 'FusedConv', 'MaxPool', 'GlobalAveragePool', 'Flatten', 'Gemm', 'Softmax'])

test.each(networks)('onnxruntime fuses what a $name network is written as', async ({ graph }) => {
  const structure = await optimized(graph)
  const types = structure.nodes.map(({ type }) => type)
  expect(types.filter((type) => !BETWEEN.has(type) && !WHOLE.has(type))).toEqual([])
  expect(nodeCount(structure, 'Transpose')).toBeLessThanOrEqual(1)
})

test('images of one channel are not transposed at all', async () => {
  const net = new Network()
  net.classifier(net.relu(net.convolution(net.input(1), 4, 3)))
  const { bytes } = await openGraph(net.graph)
  expect(nodeCount(readStructure(bytes), 'Transpose')).toBe(0)
})

test('weights that are used twice are written once', async () => {
  const net = new Network()
  const filter = net.weights([3, 3, 3, 3])
  const attributes = { strides: [1, 1], dilations: [1, 1], padding: 'same' } as const
  const once = net.graph.add(convolution, [net.input(), filter], attributes)
  net.graph.output('y', net.graph.add(convolution, [once, filter], attributes))
  const { bytes } = await openGraph(net.graph)
  expect(readStructure(bytes).initializers).toHaveLength(1)
})

/** What onnxruntime makes of a graph. */
async function optimized(graph: Graph): Promise<Structure> {
  const path = join(temporaryFolder(), 'optimized.onnx')
  await openGraph(graph, { graphOptimizationLevel: 'all', optimizedModelFilePath: path })
  return readStructure(await readFile(path))
}
