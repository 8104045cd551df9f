import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import type { ModelArtifacts } from '../../../../../src/flavors/tfjs/artifacts/model-artifacts.ts'
import { compileModel, lowerGraph } from '../../../../../src/flavors/tfjs/compile/compile.ts'
import { readGraphModel } from '../../../../../src/flavors/tfjs/compile/graph-def/read-graph-model.ts'
import { attribute, GraphBuilder } from '../../../../fixtures/tfjs/graph-builder.ts'
import { nodeCount, readStructure } from '../../../../fixtures/tfjs/onnx-structure.ts'
import { useQuietCpu } from '../../../../fixtures/tfjs/quiet-cpu.ts'
import { openGraph } from '../../../../fixtures/tfjs/run-graph.ts'
import { weights } from './cases/network-cases.ts'
import { counted } from './counted.ts'
import { expectLikeTfjs } from './like-tfjs.ts'

await useQuietCpu()

const { integer, integers, text, texts, flag } = attribute

/** A graph of one node that ought to be refused. */
function ofNode(op: string, attributes: Readonly<Record<string, object>> = {}, operands = 1): GraphBuilder {
  const builder = new GraphBuilder()
  const inputs = Array.from({ length: operands }, () => builder.input([-1, 4, 4, 2]))
  return builder.output(builder.node(op, inputs, attributes))
}

function expectRefused(builder: GraphBuilder, message: RegExp): void {
  assert.throws(() => lowerGraph(readGraphModel(builder.artifacts())), { name: 'NotCompiled', message })
}

function withNodes(builder: GraphBuilder, nodes: readonly object[]): ModelArtifacts {
  return { ...builder.artifacts(), topology: { node: nodes } }
}

describe('reading a graph model', () => {
  it("names inputs and outputs by the signature's keys, in its order", () => {
    const builder = new GraphBuilder()
    const a = builder.input([-1, 2])
    const b = builder.input([-1, 2], { type: 'int32' })
    builder.output(builder.node('Neg', [b]), builder.node('Neg', [a]))
    const signature = {
      inputs: { second: { name: `${b}:0`, dtype: 'DT_INT32' }, first: { name: `${a}:0`, dtype: 'DT_FLOAT' } },
      outputs: { z: { name: `${builder.outputs[1]}:0` }, a: { name: builder.outputs[0] } },
    }
    const graph = readGraphModel({ ...builder.artifacts(), signature })
    assert.deepEqual(
      graph.inputs.map(({ name, value }) => [name, value.type]),
      [
        ['second', 'int32'],
        ['first', 'float32'],
      ],
    )
    assert.deepEqual(
      graph.outputs.map(({ name, value }) => [name, value.type]),
      [
        ['z', 'float32'],
        ['a', 'int32'],
      ],
    )
  })

  it('takes placeholders and nodes that nobody uses where there is no signature', () => {
    const builder = new GraphBuilder()
    const sum = builder.node('AddV2', [builder.input([-1, 2]), builder.input([2])])
    const graph = readGraphModel({ ...builder.artifacts(), signature: undefined })
    assert.deepEqual(
      graph.inputs.map(({ name }) => name),
      ['input_0', 'input_1'],
    )
    assert.deepEqual(
      graph.outputs.map(({ name }) => name),
      [sum],
    )
  })

  it('reads only what outputs need', () => {
    const builder = new GraphBuilder()
    const x = builder.input([-1, 2])
    builder.node('RandomUniform', [x])
    builder.output(builder.node('Relu', [x]))
    assert.equal(readGraphModel(builder.artifacts()).nodes.length, 1)
  })

  it('writes only what outputs need: a shape that is known needs no nodes', async () => {
    const builder = new GraphBuilder()
    const x = builder.input([-1, 4, 6])
    const bounds = [0, 1, 1].map((value) => builder.integers([value]))
    const rows = builder.node('StridedSlice', [builder.node('Shape', [x]), ...bounds], {
      shrink_axis_mask: integer(1),
    })
    const dims = builder.node('Pack', [rows, builder.integer(24)])
    builder.output(builder.node('Reshape', [x, dims]))
    // The Reshape, and the name of the output.
    assert.equal((await compileModel(builder.artifacts())).nodes, 2)
  })

  it('reads chains of 20,000 nodes', async () => {
    const builder = new GraphBuilder()
    let x = builder.input([-1, 2])
    for (let depth = 0; depth < 20_000; depth += 1) x = builder.node('Relu', [x])
    builder.nodes.reverse()
    assert.equal(readGraphModel(builder.output(x).artifacts()).nodes.length, 20_000)
  })

  it('reads nodes that many others use once', () => {
    const builder = new GraphBuilder()
    let x = builder.input([-1, 2])
    for (let depth = 0; depth < 100; depth += 1) x = builder.node('AddV2', [x, x])
    assert.equal(readGraphModel(builder.output(x).artifacts()).nodes.length, 100)
  })

  it('takes no notice of control inputs, and knows types by number', async () => {
    const builder = new GraphBuilder()
    const x = builder.input([-1, 2])
    builder.output(builder.node('Cast', [x, `^${x}`], { DstT: { type: 3 } }))
    const { graph } = await compileModel(builder.artifacts())
    assert.equal(graph.outputs[0]!.value.type, 'int32')
  })

  it('feeds a node of any operator that the signature calls an input', async () => {
    const builder = new GraphBuilder()
    const zero = builder.float(0)
    const fed = builder.node('PlaceholderWithDefault', [zero])
    builder.output(builder.node('Neg', [fed]))
    const signature = {
      inputs: { x: { name: `${fed}:0`, dtype: 'DT_FLOAT', tensorShape: {} } },
      outputs: { y: { name: builder.outputs[0] } },
    }
    const { graph } = await compileModel({ ...builder.artifacts(), signature })
    const session = await openGraph(graph)
    assert.deepEqual([...session.run([counted([])])[0]!.data], [-1])
  })

  it('takes a fused NoOp for nothing', async () => {
    const builder = new GraphBuilder()
    const x = builder.input([-1, 2])
    const filter = builder.floats([1, 2, 3, 4], [2, 2])
    const fused = { fused_ops: texts(['BiasAdd', 'NoOp']), num_args: integer(1) }
    builder.output(builder.node('_FusedMatMul', [x, filter, builder.floats([10, 20])], fused))
    const { graph } = await compileModel(builder.artifacts())
    const session = await openGraph(graph)
    assert.deepEqual([...session.run([counted([1, 2])])[0]!.data], [17, 30])
  })
})

describe('what is not compiled is refused by name', () => {
  const strides = { strides: integers([1, 1, 1, 1]), padding: text('SAME') }
  const REFUSED: readonly (readonly [string, GraphBuilder, RegExp])[] = [
    ['a loop', ofNode('Enter'), /^node 'Enter_1' \(Enter\): branches and loops are not compiled$/],
    ['a branch', ofNode('StatelessIf'), /branches and loops are not compiled/],
    ['a list', ofNode('TensorListReserve'), /lists of tensors are not compiled/],
    ['a table', ofNode('LookupTableFindV2'), /hash tables are not compiled/],
    ['texts', ofNode('StringToHashBucketFast'), /texts are not compiled/],
    ['a spectrum', ofNode('RFFT'), /complex numbers are not compiled/],
    ['chance', ofNode('RandomUniform'), /random numbers are not compiled/],
    ['a function', ofNode('StatefulPartitionedCall'), /functions of the graph are not compiled/],
    ['another operator', ofNode('Bincount'), /\(Bincount\): this operator is not compiled/],
    ['channels first', ofNode('BiasAdd', { data_format: text('NCHW') }, 2), /data_format NCHW/],
    [
      'a pool over channels',
      ofNode('MaxPool', { ...strides, ksize: integers([1, 1, 1, 2]) }),
      /over rows or channels/,
    ],
    [
      'an operator behind a product',
      ofNode('_FusedMatMul', { fused_ops: texts(['BiasAdd', 'Tanh']) }, 3),
      /tanh/,
    ],
    ['too few operands', ofNode('AddV2'), /1 operands where 2 are needed/],
    ['an order of the largest', ofNode('TopKV2', { sorted: flag(false) }, 2), /in no certain order/],
    ['a second result', ofNode('Relu').output('Relu_1:1'), /^result 1 of node 'Relu_1' \(Relu\)$/],
    ['axes that a run tells', ofNode('Sum', {}, 2), /axes known at run time only/],
  ]
  for (const [title, builder, message] of REFUSED) it(title, () => expectRefused(builder, message))

  it('a loop of nodes', () => {
    const builder = new GraphBuilder()
    builder.input([-1, 2])
    builder.nodes.push({ name: 'a', op: 'Relu', input: ['b'] }, { name: 'b', op: 'Relu', input: ['a'] })
    expectRefused(builder.output('a'), /^node '[ab]' \(Relu\): a loop in the graph$/)
  })

  it('an input of unknown rank, and one of texts', () => {
    const builder = new GraphBuilder().output('y')
    const inputs = (shape: object, dtype: string) => ({
      inputs: { x: { name: 'x:0', dtype, tensorShape: shape } },
      outputs: { y: { name: 'y' } },
    })
    const nodes = [
      { name: 'x', op: 'Placeholder', attr: {} },
      { name: 'y', op: 'Identity', input: ['x'] },
    ]
    const artifacts = withNodes(builder, nodes)
    const unranked = { ...artifacts, signature: inputs({ unknownRank: true }, 'DT_FLOAT') }
    assert.throws(() => readGraphModel(unranked), /input 'x' has an unknown number of dimensions/)
    const ofTexts = { ...artifacts, signature: inputs({}, 'DT_STRING') }
    assert.throws(() => readGraphModel(ofTexts), /input 'x' is of type BYTES/)
  })

  it('an output that is called as an input is', () => {
    const builder = new GraphBuilder()
    const x = builder.input([-1, 2])
    const signature = {
      inputs: { x: { name: x, dtype: 'DT_FLOAT', tensorShape: {} } },
      outputs: { x: { name: builder.node('Relu', [x]) } },
    }
    const artifacts = { ...builder.artifacts(), signature }
    assert.throws(() => readGraphModel(artifacts), /an input and an output are called 'x'/)
  })

  it('a constant that the weights do not have', () => {
    const builder = new GraphBuilder()
    builder.nodes.push({ name: 'lost', op: 'Const', attr: { dtype: { type: 'DT_FLOAT' } } })
    expectRefused(builder.output('lost'), /'lost' \(Const\): a constant that the weights do not have/)
  })
})

it('a graph that refers to a node it has not is an error of the model', () => {
  const builder = new GraphBuilder()
  builder.input([-1, 2])
  builder.nodes.push({ name: 'y', op: 'Relu', input: ['nobody'] })
  assert.throws(() => readGraphModel(builder.output('y').artifacts()), {
    name: 'ServingError',
    code: 'INVALID_PARAMETER_VALUE',
    message: /'nobody'/,
  })
})

it('a convolutional network with a squeezed branch costs one transposition, that of its input', async () => {
  const builder = new GraphBuilder()
  const same = { strides: integers([1, 1, 1, 1]), dilations: integers([1, 1, 1, 1]), padding: text('SAME') }
  const fused = { fused_ops: texts(['BiasAdd', 'Relu6']), num_args: integer(1) }
  const x = builder.input([-1, 8, 8, 3])
  const bias = weights(builder, [4])
  const first = builder.node('_FusedConv2D', [x, weights(builder, [3, 3, 3, 4]), bias], { ...same, ...fused })
  const deep = builder.node('DepthwiseConv2dNative', [first, weights(builder, [3, 3, 4, 1])], same)
  const statistics = [1, 2, 3].map(() => weights(builder, [4]))
  const normal = builder.node('FusedBatchNormV3', [deep, ...statistics, builder.floats([1, 2, 1, 3])], {
    epsilon: attribute.float(0.001),
  })
  const bounds = [0, 1, 1].map((value) => builder.integers([value]))
  const squeezed = builder.node('Mean', [normal, builder.integers([1, 2])])
  const rows = builder.node('StridedSlice', [builder.node('Shape', [squeezed]), ...bounds], {
    shrink_axis_mask: integer(1),
  })
  const one = builder.integer(1)
  const dims = builder.node('Pack', [rows, one, one, builder.integer(4)])
  const gate = builder.node(
    'Conv2D',
    [builder.node('Reshape', [squeezed, dims]), weights(builder, [1, 1, 4, 4])],
    same,
  )
  const gated = builder.node('Mul', [normal, builder.node('Sigmoid', [gate])])
  const pooled = builder.node('Mean', [gated, builder.integers([1, 2])])
  const scores = builder.node('MatMul', [pooled, weights(builder, [4, 5])])
  builder.output(builder.node('Softmax', [scores]))
  await expectLikeTfjs(builder)
  const { bytes } = await openGraph((await compileModel(builder.artifacts())).graph)
  assert.equal(nodeCount(readStructure(bytes), 'Transpose'), 1)
})

it('a graph in both formats and between them costs no transposition', async () => {
  const builder = new GraphBuilder()
  const x = builder.input([-1, 3, 8, 8])
  const last = builder.node('Transpose', [x, builder.integers([0, 2, 3, 1])])
  const pooled = builder.node('MaxPool', [last], {
    ksize: integers([1, 2, 2, 1]),
    strides: integers([1, 2, 2, 1]),
    padding: text('VALID'),
  })
  const sliced = builder.node('Slice', [
    pooled,
    builder.integers([0, 1, 0, 1]),
    builder.integers([-1, 2, -1, 2]),
  ])
  const reversed = builder.node('ReverseV2', [sliced, builder.integers([1, 3])])
  const tiled = builder.node('Tile', [reversed, builder.integers([1, 2, 1, 1])])
  const parts = builder.node('Split', [builder.integer(1), tiled], { num_split: integer(2) })
  builder.output(builder.node('Transpose', [`${parts}:1`, builder.integers([0, 3, 1, 2])]))
  await expectLikeTfjs(builder)
  const { bytes } = await openGraph((await compileModel(builder.artifacts())).graph)
  assert.equal(nodeCount(readStructure(bytes), 'Transpose'), 0)
})
