import { layers, sequential } from '@tensorflow/tfjs-layers'
import {
  type GraphModelJson,
  placeholder,
  saveGraphModel,
  signatureEntry,
} from '../../../../fixtures/tfjs/save-model.ts'
import { type EngineModel, floats, integers, saveAndDispose } from './engine-models.ts'

const FLOAT = { type: 'DT_FLOAT' }
const INT = { type: 'DT_INT32' }

const text = (value: string) => ({ s: Buffer.from(value).toString('base64') })

function graph(name: string, json: GraphModelJson, inputs: EngineModel['inputs']): EngineModel {
  return { name, batchable: false, save: (folder) => saveGraphModel(json, folder), inputs }
}

/** The wasm backend of TF.js has no Einsum. */
export const EINSUM = graph(
  'a sum of products',
  {
    nodes: [
      placeholder('x', 'DT_FLOAT', [-1, 3]),
      {
        name: 'y',
        op: 'Einsum',
        input: ['x', 'kernel'],
        attr: { T: FLOAT, N: { i: '2' }, equation: text('ab,bc->ac') },
      },
    ],
    weights: [{ name: 'kernel', shape: [3, 2], values: [1, 2, 3, 4, 5, 6] }],
  },
  (rows, seed) => new Map([['x', floats([rows, 3], seed)]]),
)

/** The wasm backend of TF.js registers Sign, whose code then knows nothing of truth values. */
export const SIGN_OF_TRUTH = graph(
  'the sign of truth values',
  {
    nodes: [
      placeholder('x', 'DT_BOOL', [-1]),
      { name: 'y', op: 'Sign', input: ['x'], attr: { T: { type: 'DT_BOOL' } } },
    ],
    signature: {
      inputs: { x: signatureEntry('x:0', 'DT_BOOL', [-1]) },
      outputs: { y: signatureEntry('y:0', 'DT_BOOL', [-1]) },
    },
  },
  (rows) => new Map([['x', { datatype: 'BOOL', shape: [rows], data: new Uint8Array(rows) }]]),
)

/** Fails in the middle of a run that is not synchronous, beside an operation that waits, where the index is too large. */
export const FAILING_LOOP = graph(
  'a graph that waits for values',
  {
    nodes: [
      placeholder('index', 'DT_INT32', [-1]),
      { name: 'known', op: 'Greater', input: ['index', 'least'], attr: { T: INT } },
      { name: 'where', op: 'Where', input: ['known'], attr: { T: { type: 'DT_BOOL' } } },
      {
        name: 'gathered',
        op: 'GatherV2',
        input: ['table', 'index', 'axis'],
        attr: { Tparams: FLOAT, Tindices: INT },
      },
    ],
    weights: [
      { name: 'least', shape: [], dtype: 'int32', values: [-1] },
      { name: 'axis', shape: [], dtype: 'int32', values: [0] },
      { name: 'table', shape: [4], values: [1, 2, 3, 4] },
    ],
  },
  (rows, seed) => new Map([['index', integers([rows], 4, seed)]]),
)

/** Keras's recurrent layers begin with orthogonal matrices, which TF.js draws for a model within a model before it loads. */
export const NESTED_RECURRENT: EngineModel = {
  name: 'a model within a model',
  batchable: true,
  save: async (folder) => {
    const glorot = { recurrentInitializer: 'glorotUniform' } as const
    const inner = sequential({ layers: [layers.gru({ units: 3, inputShape: [4, 2], ...glorot })] })
    await saveAndDispose(sequential({ layers: [inner, layers.activation({ activation: 'tanh' })] }), folder)
    const { readFileSync, writeFileSync } = await import('node:fs')
    const path = `${folder}/model.json`
    const orthogonal = '"recurrent_initializer":{"class_name":"Orthogonal","config":{"gain":1,"seed":null}}'
    const json = readFileSync(path, 'utf8').replace(/"recurrent_initializer":\{[^}]*\}\}/g, orthogonal)
    writeFileSync(path, json)
  },
  inputs: (rows, seed) => new Map([['gru_GRU1_input', floats([rows, 4, 2], seed)]]),
}

/** Sevens, in the shape that the input says. */
export const FILL = graph(
  'a graph of a size that its input says',
  {
    nodes: [
      placeholder('sizes', 'DT_INT32', [2]),
      { name: 'filled', op: 'Fill', input: ['sizes', 'seven'], attr: { T: FLOAT, index_type: INT } },
    ],
    weights: [{ name: 'seven', shape: [], values: [7] }],
  },
  () => new Map([['sizes', { datatype: 'INT32', shape: [2], data: Int32Array.of(2, 3) }]]),
)

/** Its output is on the way that a branch does not go, whatever the input is: nothing joins the two ways again. */
export const DEAD_BRANCH = graph(
  'a graph whose output never comes',
  {
    nodes: [
      placeholder('x', 'DT_FLOAT', [-1, 3]),
      { name: 'ways', op: 'Switch', input: ['x', 'never'], attr: { T: FLOAT } },
      { name: 'y', op: 'Neg', input: ['ways:1'], attr: { T: FLOAT } },
    ],
    weights: [{ name: 'never', shape: [], dtype: 'bool', values: [0] }],
    signature: {
      inputs: { x: signatureEntry('x:0', 'DT_FLOAT', [-1, 3]) },
      outputs: { y: signatureEntry('y:0', 'DT_FLOAT', [-1, 3]) },
    },
  },
  (rows, seed) => new Map([['x', floats([rows, 3], seed)]]),
)

/** Takes 77 values, and does not say so. */
export const PARTICULAR = graph(
  'a graph of one size that it does not tell',
  {
    nodes: [
      placeholder('x', 'DT_FLOAT', [-1]),
      { name: 'rows', op: 'Reshape', input: ['x', 'shape'], attr: { T: FLOAT, Tshape: INT } },
      { name: 'picked', op: 'Where', input: ['known'], attr: { T: { type: 'DT_BOOL' } } },
    ],
    weights: [
      { name: 'shape', shape: [2], dtype: 'int32', values: [7, 11] },
      { name: 'known', shape: [2], dtype: 'bool', values: [0, 1] },
    ],
  },
  (_, seed) => new Map([['x', floats([77], seed)]]),
)
