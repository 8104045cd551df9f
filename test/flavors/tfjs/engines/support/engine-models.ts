import { input, type LayersModel, layers, model, sequential } from '@tensorflow/tfjs-layers'
import type { Tensor, TensorMap } from '../../../../../src/core/tensor.ts'
import type { Skips } from '../../../../contract/predictor-contract.ts'
import {
  type GraphModelJson,
  type GraphNodeJson,
  placeholder,
  saveGraphModel,
  saveLayersModel,
  signatureEntry,
} from '../../../../fixtures/tfjs/save-model.ts'

/** A small model for every engine, and inputs that it takes. */
export interface EngineModel {
  readonly name: string
  readonly save: (folder: string) => void | Promise<void>
  readonly inputs: (rows: number, seed: number) => TensorMap
  readonly batchable: boolean
  readonly skips?: Skips
}

const FLOAT = { type: 'DT_FLOAT' }
const INT = { type: 'DT_INT32' }
const TEXT = { type: 'DT_STRING' }

export function floats(shape: readonly number[], seed: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1)
  return {
    datatype: 'FP32',
    shape,
    data: Float32Array.from({ length: count }, (_, index) => Math.sin(seed * 10 + index)),
  }
}

export function integers(shape: readonly number[], limit: number, seed: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1)
  return {
    datatype: 'INT32',
    shape,
    data: Int32Array.from({ length: count }, (_, index) => (seed * 7 + index * 3) % limit),
  }
}

export function texts(shape: readonly number[], words: readonly string[], seed: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1)
  return {
    datatype: 'BYTES',
    shape,
    data: Array.from({ length: count }, (_, index) => words[(seed + index) % words.length]!),
  }
}

const one = (name: string, tensor: Tensor): TensorMap => new Map([[name, tensor]])

export const TWO_BY_TWO: EngineModel = {
  name: 'a layers model of two inputs and two outputs',
  batchable: true,
  save: async (folder) => {
    const left = input({ shape: [6], name: 'left' })
    const right = input({ shape: [3], name: 'right' })
    const joined = layers.concatenate().apply([left, right]) as typeof left
    const hidden = layers.dense({ units: 8, activation: 'elu' }).apply(joined) as typeof left
    const first = layers.dense({ units: 4, activation: 'softmax', name: 'first' }).apply(hidden)
    const second = layers.dense({ units: 1, name: 'second' }).apply(hidden)
    await saveAndDispose(
      model({ inputs: [left, right], outputs: [first as typeof left, second as typeof left] }),
      folder,
    )
  },
  inputs: (rows, seed) =>
    new Map([
      ['left', floats([rows, 6], seed)],
      ['right', floats([rows, 3], seed + 1)],
    ]),
}

export const CONVOLUTION: EngineModel = {
  name: 'a convolutional layers model',
  batchable: true,
  save: (folder) =>
    saveAndDispose(
      sequential({
        layers: [
          layers.conv2d({
            filters: 4,
            kernelSize: 3,
            activation: 'relu',
            inputShape: [8, 8, 2],
            name: 'image',
          }),
          layers.maxPooling2d({ poolSize: 2 }),
          layers.flatten(),
          layers.dense({ units: 3, activation: 'softmax' }),
        ],
      }),
      folder,
    ),
  inputs: (rows, seed) => one('image_input', floats([rows, 8, 8, 2], seed)),
}

export const WORDS: EngineModel = {
  name: 'a layers model of indices of words, of any number',
  batchable: true,
  save: (folder) =>
    saveAndDispose(
      sequential({
        layers: [
          layers.embedding({ inputDim: 11, outputDim: 5, batchInputShape: [null, null], name: 'word' }),
          layers.lstm({ units: 4, recurrentInitializer: 'glorotUniform' }),
          layers.dense({ units: 2 }),
        ],
      }),
      folder,
    ),
  inputs: (rows, seed) => one('word_input', floatsOfIntegers([rows, 5], seed)),
}

/** An embedding's input is float32 to TF.js, unless its author says otherwise. */
function floatsOfIntegers(shape: readonly number[], seed: number): Tensor {
  const { data } = integers(shape, 11, seed)
  return { datatype: 'FP32', shape, data: Float32Array.from(data as Int32Array) }
}

/** Variables have names that are taken while they are there, for all copies of TF.js in the thread. */
export async function saveAndDispose(built: LayersModel, folder: string): Promise<void> {
  await saveLayersModel(built, folder)
  built.dispose()
}

function graph(name: string, json: GraphModelJson, rest: Omit<EngineModel, 'name' | 'save'>): EngineModel {
  return { name, save: (folder) => saveGraphModel(json, folder), ...rest }
}

const weights = (name: string, shape: readonly number[], seed: number) => ({
  name,
  shape,
  values: floats(shape, seed).data as Float32Array,
})

export const GRAPH = graph(
  'a graph model with a signature',
  {
    nodes: [
      placeholder('x', 'DT_FLOAT', [-1, 4]),
      { name: 'product', op: 'MatMul', input: ['x', 'kernel'], attr: { T: FLOAT } },
      { name: 'sum', op: 'BiasAdd', input: ['product', 'bias'], attr: { T: FLOAT } },
      { name: 'shares', op: 'Softmax', input: ['sum'], attr: { T: FLOAT } },
      { name: 'best', op: 'ArgMax', input: ['sum', 'axis'], attr: { T: FLOAT } },
    ],
    weights: [
      weights('kernel', [4, 3], 5),
      weights('bias', [3], 6),
      { name: 'axis', shape: [], dtype: 'int32', values: [1] },
    ],
    signature: {
      inputs: { features: signatureEntry('x:0', 'DT_FLOAT', [-1, 4]) },
      outputs: {
        label: signatureEntry('best:0', 'DT_INT64', [-1]),
        shares: signatureEntry('shares:0', 'DT_FLOAT', [-1, 3]),
      },
    },
  },
  { batchable: true, inputs: (rows, seed) => one('features', floats([rows, 4], seed)) },
)

export const BARE_GRAPH = graph(
  'a graph model without a signature, of two outputs of one node',
  {
    nodes: [
      placeholder('x', 'DT_FLOAT', [-1, 4]),
      {
        name: 'halves',
        op: 'Split',
        input: ['axis', 'x'],
        attr: { T: FLOAT, num_split: { i: '2' } },
      },
      { name: 'low', op: 'Neg', input: ['halves'], attr: { T: FLOAT } },
      { name: 'high', op: 'Greater', input: ['halves:1', 'zero'], attr: { T: FLOAT } },
    ],
    weights: [
      { name: 'axis', shape: [], dtype: 'int32', values: [1] },
      { name: 'zero', shape: [], values: [0] },
    ],
  },
  { batchable: true, inputs: (rows, seed) => one('x', floats([rows, 4], seed)) },
)

/** `x` doubled five times, in TensorFlow 1's frames. */
const LOOP: readonly GraphNodeJson[] = [
  placeholder('x', 'DT_FLOAT', [-1, 3]),
  enter('enter_count', 'zero', INT),
  enter('enter_value', 'x', FLOAT),
  { name: 'count', op: 'Merge', input: ['enter_count', 'next_count'], attr: { T: INT, N: { i: '2' } } },
  { name: 'value', op: 'Merge', input: ['enter_value', 'next_value'], attr: { T: FLOAT, N: { i: '2' } } },
  enter('enter_limit', 'five', INT, true),
  { name: 'less', op: 'Less', input: ['count', 'enter_limit'], attr: { T: INT } },
  { name: 'go_on', op: 'LoopCond', input: ['less'] },
  { name: 'switch_count', op: 'Switch', input: ['count', 'go_on'], attr: { T: INT } },
  { name: 'switch_value', op: 'Switch', input: ['value', 'go_on'], attr: { T: FLOAT } },
  enter('enter_one', 'one', INT, true),
  { name: 'counted', op: 'AddV2', input: ['switch_count:1', 'enter_one'], attr: { T: INT } },
  { name: 'doubled', op: 'AddV2', input: ['switch_value:1', 'switch_value:1'], attr: { T: FLOAT } },
  { name: 'next_count', op: 'NextIteration', input: ['counted'], attr: { T: INT } },
  { name: 'next_value', op: 'NextIteration', input: ['doubled'], attr: { T: FLOAT } },
  { name: 'exit', op: 'Exit', input: ['switch_value'], attr: { T: FLOAT } },
]

function enter(name: string, from: string, type: object, constant = false): GraphNodeJson {
  return {
    name,
    op: 'Enter',
    input: [from],
    attr: {
      T: type,
      frame_name: { s: Buffer.from('loop').toString('base64') },
      is_constant: { b: constant },
    },
  }
}

const NUMBERS = [
  { name: 'zero', shape: [], dtype: 'int32', values: [0] },
  { name: 'one', shape: [], dtype: 'int32', values: [1] },
  { name: 'five', shape: [], dtype: 'int32', values: [5] },
] as const

export const WHILE_LOOP = graph(
  'a graph model with a loop',
  {
    nodes: LOOP,
    weights: NUMBERS,
    signature: {
      inputs: { x: signatureEntry('x:0', 'DT_FLOAT', [-1, 3]) },
      outputs: { y: signatureEntry('exit:0', 'DT_FLOAT', [-1, 3]) },
    },
  },
  { batchable: false, inputs: (rows, seed) => one('x', floats([rows, 3], seed)) },
)

const RELUED = { name: 'positive', op: 'Greater', input: ['x', 'zero'], attr: { T: FLOAT } }

export const WHERE = graph(
  'a graph model that picks rows by their values',
  {
    nodes: [
      placeholder('x', 'DT_FLOAT', [-1]),
      RELUED,
      { name: 'where', op: 'Where', input: ['positive'], attr: { T: { type: 'DT_BOOL' } } },
      { name: 'flat', op: 'Reshape', input: ['where', 'all'], attr: { T: INT, Tshape: INT } },
      {
        name: 'picked',
        op: 'GatherV2',
        input: ['x', 'flat', 'axis'],
        attr: { Tparams: FLOAT, Tindices: INT },
      },
    ],
    weights: [
      { name: 'zero', shape: [], values: [0] },
      { name: 'all', shape: [1], dtype: 'int32', values: [-1] },
      { name: 'axis', shape: [], dtype: 'int32', values: [0] },
    ],
    signature: {
      inputs: { x: signatureEntry('x:0', 'DT_FLOAT', [-1]) },
      outputs: { picked: signatureEntry('picked:0', 'DT_FLOAT', [-1]) },
    },
  },
  { batchable: false, inputs: (rows, seed) => one('x', floats([rows + 3], seed)) },
)

export const BOXES = graph(
  'a graph model that suppresses boxes',
  {
    nodes: [
      placeholder('boxes', 'DT_FLOAT', [-1, 4]),
      placeholder('scores', 'DT_FLOAT', [-1]),
      {
        name: 'kept',
        op: 'NonMaxSuppressionV3',
        input: ['boxes', 'scores', 'most', 'overlap', 'least'],
        attr: { T: FLOAT },
      },
      {
        name: 'best',
        op: 'GatherV2',
        input: ['boxes', 'kept', 'axis'],
        attr: { Tparams: FLOAT, Tindices: INT },
      },
    ],
    weights: [
      { name: 'most', shape: [], dtype: 'int32', values: [3] },
      { name: 'overlap', shape: [], values: [0.5] },
      { name: 'least', shape: [], values: [-2] },
      { name: 'axis', shape: [], dtype: 'int32', values: [0] },
    ],
    signature: {
      inputs: {
        boxes: signatureEntry('boxes:0', 'DT_FLOAT', [-1, 4]),
        scores: signatureEntry('scores:0', 'DT_FLOAT', [-1]),
      },
      outputs: { best: signatureEntry('best:0', 'DT_FLOAT', [-1, 4]) },
    },
  },
  {
    batchable: false,
    inputs: (rows, seed) =>
      new Map([
        ['boxes', floats([rows + 2, 4], seed)],
        ['scores', floats([rows + 2], seed + 1)],
      ]),
  },
)

const KNOWN_WORDS = ['red', 'grün', '蓝']
const TABLE: GraphNodeJson = {
  name: 'table',
  op: 'HashTableV2',
  attr: { key_dtype: TEXT, value_dtype: INT },
}

/** The table is made by the node of its name, and filled by the initializer, as TF.js's converter writes both. */
export const LOOKUP = graph(
  'a graph model of texts with a hash table',
  {
    nodes: [
      placeholder('text', 'DT_STRING', [-1]),
      TABLE,
      {
        name: 'index',
        op: 'LookupTableFindV2',
        input: ['table', 'text', 'unknown'],
        attr: { Tin: TEXT, Tout: INT },
      },
      { name: 'same', op: 'Identity', input: ['text'], attr: { T: TEXT } },
    ],
    weights: [
      { name: 'unknown', shape: [], dtype: 'int32', values: [-1] },
      { name: 'keys', shape: [3], dtype: 'string', values: KNOWN_WORDS },
      { name: 'values', shape: [3], dtype: 'int32', values: [10, 20, 30] },
    ],
    signature: {
      inputs: { text: signatureEntry('text:0', 'DT_STRING', [-1]) },
      outputs: {
        index: signatureEntry('index:0', 'DT_INT32', [-1]),
        text: signatureEntry('same:0', 'DT_STRING', [-1]),
      },
    },
    more: {
      modelInitializer: {
        node: [
          { name: 'keys', op: 'Const', attr: { dtype: TEXT } },
          { name: 'values', op: 'Const', attr: { dtype: INT } },
          TABLE,
          {
            name: 'fill',
            op: 'LookupTableImportV2',
            input: ['table', 'keys', 'values'],
            attr: { Tin: TEXT, Tout: INT },
          },
        ],
        versions: {},
      },
    },
  },
  {
    batchable: true,
    inputs: (rows, seed) => one('text', texts([rows], [...KNOWN_WORDS, 'mauve', ''], seed)),
  },
)

/** Each row less the mean of all rows. */
export const MIXING = graph(
  'a graph model that mixes rows',
  {
    nodes: [
      placeholder('x', 'DT_FLOAT', [-1, 2]),
      { name: 'mean', op: 'Mean', input: ['x', 'axis'], attr: { T: FLOAT, keep_dims: { b: true } } },
      { name: 'centred', op: 'Sub', input: ['x', 'mean'], attr: { T: FLOAT } },
    ],
    weights: [{ name: 'axis', shape: [1], dtype: 'int32', values: [0] }],
    signature: {
      inputs: { x: signatureEntry('x:0', 'DT_FLOAT', [-1, 2]) },
      outputs: { centred: signatureEntry('centred:0', 'DT_FLOAT', [-1, 2]) },
    },
  },
  { batchable: false, inputs: (rows, seed) => one('x', floats([rows, 2], seed)) },
)

export const ENGINE_MODELS: readonly EngineModel[] = [
  ...[TWO_BY_TWO, CONVOLUTION, WORDS, GRAPH, BARE_GRAPH, WHILE_LOOP, WHERE, BOXES, LOOKUP, MIXING],
]

/** A recurrent layer that goes on where the last run ended, as TF.js has it. */
export const STATEFUL: EngineModel = {
  name: 'a layers model that keeps states',
  batchable: false,
  save: (folder) =>
    saveAndDispose(
      sequential({
        layers: [
          layers.simpleRNN({
            units: 3,
            stateful: true,
            recurrentInitializer: 'glorotUniform',
            batchInputShape: [2, 4, 2],
            name: 'steps',
          }),
        ],
      }),
      folder,
    ),
  inputs: (rows, seed) => one('steps_input', floats([rows, 4, 2], seed)),
}
