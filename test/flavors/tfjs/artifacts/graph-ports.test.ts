import { loadGraphModelSync } from '@tensorflow/tfjs-converter'
import { describe, expect, test } from 'vitest'
import { type GraphPorts, graphPorts } from '../../../../src/flavors/tfjs/artifacts/graph-ports.ts'
import { readArtifacts } from '../../../../src/flavors/tfjs/artifacts/read-artifacts.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'
import {
  type GraphModelJson,
  placeholder,
  saveGraphModel,
  signatureEntry,
} from '../../../fixtures/tfjs/save-model.ts'

/** The ports, after a look at whether TF.js names the same. */
async function portsOf(graph: GraphModelJson): Promise<GraphPorts> {
  const folder = temporaryFolder()
  saveGraphModel(graph, folder)
  const artifacts = await readArtifacts(folder, 'model.json')
  const ports = graphPorts(artifacts)
  const model = loadGraphModelSync({
    load: () => ({
      modelTopology: artifacts.topology,
      ...(artifacts.signature === undefined ? {} : { signature: artifacts.signature }),
      ...(graph.more ?? {}),
      weightSpecs: [],
      weightData: new ArrayBuffer(0),
    }),
  })
  expect({
    inputs: ports.inputs.map(({ name }) => name),
    outputs: ports.outputs.map(({ name }) => name),
  }).toEqual({ inputs: model.inputNodes, outputs: model.modelStructuredOutputKeys ?? model.outputNodes })
  return ports
}

const x = placeholder('x', 'DT_FLOAT', [-1, 2])
const ids = placeholder('ids', 'DT_INT64', [-1])

describe('ports of a signature', () => {
  test('have the names that the network gives its outputs, where the converter kept them', async () => {
    const outputs = {
      'Identity:0': signatureEntry('y:0', 'DT_FLOAT', [-1, 2]),
      'Identity_1:0': signatureEntry('z:0', 'DT_FLOAT', [-1, 2]),
    }
    const nodes = [x, { name: 'y', op: 'Relu', input: ['x'] }, { name: 'z', op: 'Neg', input: ['x'] }]
    const more = { userDefinedMetadata: { structuredOutputKeys: ['negative', 'positive'] } }
    const ports = await portsOf({ nodes, signature: { outputs }, more })
    expect(ports.outputs.map(({ name, node }) => [name, node])).toEqual([
      ['negative', 'y:0'],
      ['positive', 'z:0'],
    ])
  })

  test('have its keys in their order, its types and its shapes', async () => {
    const { inputs, outputs } = await portsOf({
      nodes: [
        ids,
        x,
        { name: 'y', op: 'Relu', input: ['x'] },
        { name: 'text', op: 'Identity', input: ['ids'] },
      ],
      signature: {
        inputs: {
          features: signatureEntry('x:0', 'DT_FLOAT', [-1, 2]),
          which: signatureEntry('ids:0', 'DT_INT64', [-1]),
        },
        outputs: {
          second: signatureEntry('text:0', 'DT_STRING', undefined),
          10: signatureEntry('y:0', 'DT_BOOL', []),
        },
      },
    })
    expect(inputs).toEqual([
      { name: 'features', node: 'x:0', datatype: 'FP32', shape: [-1, 2] },
      { name: 'which', node: 'ids:0', datatype: 'INT32', shape: [-1] },
    ])
    expect(outputs).toEqual([
      { name: '10', node: 'y:0', datatype: 'BOOL', shape: [] },
      { name: 'second', node: 'text:0', datatype: 'BYTES', shape: [], unranked: true },
    ])
  })

  test('take what it leaves out from the placeholder', async () => {
    const { inputs } = await portsOf({
      nodes: [x, { name: 'y', op: 'Relu', input: ['x'] }],
      signature: { inputs: { x: { name: 'x:0' } } },
    })
    expect(inputs).toEqual([{ name: 'x', node: 'x:0', datatype: 'FP32', shape: [-1, 2] }])
  })

  test('are those of the metadata where these have a signature too', async () => {
    const more = {
      userDefinedMetadata: { signature: { outputs: { score: signatureEntry('y', 'DT_FLOAT', [-1, 2]) } } },
    }
    const { outputs } = await portsOf({
      nodes: [x, { name: 'y', op: 'Relu', input: ['x'] }],
      signature: { outputs: { other: signatureEntry('x', 'DT_FLOAT', [-1, 2]) } },
      more,
    })
    expect(outputs).toEqual([{ name: 'score', node: 'y', datatype: 'FP32', shape: [-1, 2] }])
  })

  test('pass over nodes that are not there, and the first of two keys for one tensor', async () => {
    const entry = signatureEntry('y:0', 'DT_FLOAT', [-1, 2])
    const { outputs } = await portsOf({
      nodes: [x, { name: 'y', op: 'Relu', input: ['x'] }],
      signature: { outputs: { a: entry, gone: signatureEntry('z:0', 'DT_FLOAT', []), b: entry } },
    })
    expect(outputs.map(({ name }) => name)).toEqual(['b'])
  })

  test('tell the results of one node apart', () => {
    const { outputs } = graphPorts({
      topology: { node: [x, { name: 's', op: 'Unpack', input: ['x'] }] },
      signature: {
        outputs: {
          left: signatureEntry('s:0', 'DT_FLOAT', [-1]),
          right: signatureEntry('s:1', 'DT_FLOAT', [-1]),
        },
      },
      userDefinedMetadata: undefined,
    })
    expect(outputs.map(({ name, node }) => [name, node])).toEqual([
      ['left', 's:0'],
      ['right', 's:1'],
    ])
  })

  test('leave out hash tables, which the model brings itself', () => {
    const { inputs } = graphPorts({
      topology: { node: [x, placeholder('table', 'DT_RESOURCE', [])] },
      signature: {
        inputs: {
          x: signatureEntry('x:0', 'DT_FLOAT', [-1, 2]),
          table: { ...signatureEntry('table:0', 'DT_RESOURCE', []), resourceId: 66 },
        },
        outputs: { x: signatureEntry('x:0', 'DT_FLOAT', [-1, 2]) },
      },
      userDefinedMetadata: undefined,
    })
    expect(inputs.map(({ name }) => name)).toEqual(['x'])
  })
})

describe('ports without a signature', () => {
  test('are placeholders and what nothing takes', async () => {
    const { inputs, outputs } = await portsOf({
      nodes: [
        x,
        { name: 'd', op: 'PlaceholderWithDefault', input: ['ids'], attr: { dtype: { type: 3 } } },
        ids,
        { name: 'y', op: 'Relu', input: ['x'], attr: { T: { type: 'DT_FLOAT' } } },
        { name: 'is', op: 'Greater', input: ['x:0', 'y'], attr: { T: { type: 'DT_FLOAT' } } },
        { name: 'best', op: 'ArgMax', input: ['x', 'd'], attr: { T: { type: 'DT_FLOAT' } } },
        { name: 'as', op: 'Cast', input: ['x'], attr: { SrcT: { type: 1 }, DstT: { type: 'DT_INT64' } } },
        { name: 'plain', op: 'Softmax', input: ['y', '^ids'] },
      ],
    })
    expect(inputs).toEqual([
      { name: 'x', node: 'x', datatype: 'FP32', shape: [-1, 2] },
      { name: 'd', node: 'd', datatype: 'INT32', shape: [], unranked: true },
      { name: 'ids', node: 'ids', datatype: 'INT32', shape: [-1] },
    ])
    expect(outputs.map(({ name, datatype, unranked }) => [name, datatype, unranked])).toEqual([
      ['is', 'BOOL', true],
      ['best', 'INT32', true],
      ['as', 'INT32', true],
      ['plain', 'FP32', true],
    ])
  })
})

test('a type that no tensor of TF.js has is refused', () => {
  const artifacts = {
    topology: { node: [placeholder('z', 'DT_COMPLEX64', [2])] },
    signature: undefined,
    userDefinedMetadata: undefined,
  }
  expect(() => graphPorts(artifacts)).toThrow(
    `Input 'z' of the model has the type "DT_COMPLEX64", which cannot be served. Convert the model with a cast to float32 or int32 there.`,
  )
})
