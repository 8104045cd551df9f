import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { serialization } from '@tensorflow/tfjs-core'
import { layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkTopology } from '../../../../src/flavors/tfjs/artifacts/check-topology.ts'
import { KNOWN_ACTIVATIONS, KNOWN_LAYERS } from '../../../../src/flavors/tfjs/artifacts/known-layers.ts'
import { KNOWN_OPERATORS } from '../../../../src/flavors/tfjs/artifacts/known-operators.ts'
import type { WeightSpec } from '../../../../src/flavors/tfjs/artifacts/model-artifacts.ts'
import { useQuietCpu } from '../../../fixtures/tfjs/quiet-cpu.ts'
import { type GraphNodeJson, placeholder, signatureEntry } from '../../../fixtures/tfjs/save-model.ts'

beforeAll(useQuietCpu)

const NOTHING = {
  signature: undefined,
  initializer: undefined,
  initializerSignature: undefined,
  userDefinedMetadata: undefined,
  generatedBy: undefined,
  convertedBy: undefined,
}

const AS_GRAPH_MODEL =
  'Convert the Keras model to a graph model instead, whose layers are operators: tensorflowjs_converter --input_format=keras --output_format=tfjs_graph_model.'

const WEIGHTS: readonly WeightSpec[] = [{ name: 'w', shape: [10, 4], dtype: 'float32' }]

function checkLayers(entries: readonly object[], top: object = {}, weightSpecs = WEIGHTS): void {
  const topology = { class_name: 'Sequential', config: { name: 'model', layers: entries }, ...top }
  checkTopology({ ...NOTHING, format: 'layers-model', topology, weightSpecs })
}

function layer(className: string, config: object = {}, more: object = {}): object {
  return { class_name: className, config: { name: `my_${className}`, ...config }, ...more }
}

describe('a layers model', () => {
  test('of layers that TF.js has passes, in every form that TF.js reads', () => {
    checkLayers([layer('Dense', { units: 10, activation: 'hard_sigmoid' }), layer('ReLU')])
    const inner = [layer('Dense')]
    checkTopology({
      ...NOTHING,
      format: 'layers-model',
      topology: { model_config: { class_name: 'Sequential', config: inner } },
      weightSpecs: [],
    })
  })

  test('with a layer of its own is refused, wherever the layer is', () => {
    const own = layer('MyAttention')
    const message = `Layer 'my_MyAttention' is of class 'MyAttention', which TF.js does not have. ${AS_GRAPH_MODEL}`
    for (const entry of [
      own,
      layer('Functional', { layers: [layer('Sequential', { layers: [own] })] }),
      layer('TimeDistributed', { layer: own }),
      layer('Bidirectional', { layer: layer('LSTM'), backward_layer: own }),
      layer('RNN', { cell: layer('StackedRNNCells', { cells: [own] }) }),
    ]) {
      expect(() => checkLayers([entry])).toThrow(message)
    }
  })

  test('with a Lambda is refused for what it is', () => {
    expect(() => checkLayers([layer('Lambda', { name: 'scale' })])).toThrow(
      `Layer 'scale' is a Lambda, whose function is Python code that TF.js cannot run. ${AS_GRAPH_MODEL}`,
    )
  })

  test('with an activation that TF.js does not have is refused', () => {
    for (const activation of ['silu', { class_name: 'silu', config: {} }]) {
      expect(() => checkLayers([layer('Dense', { activation })])).toThrow(
        `Layer 'my_Dense' has the activation 'silu', which TF.js does not have. ${AS_GRAPH_MODEL}`,
      )
    }
  })

  test('of Keras 3 is refused with the way to export it', () => {
    const message =
      "Layer 'my_InputLayer' is written in the form of Keras 3 (3.8.0), which TF.js cannot read. Export the model with Keras 2: " +
      'install tf_keras, set TF_USE_LEGACY_KERAS=1, load or build the model and save it as .h5, then run ' +
      'tensorflowjs_converter --input_format=keras. Or export it as a SavedModel (model.export) and convert that with ' +
      '--output_format=tfjs_graph_model.'
    expect(() =>
      checkLayers([layer('InputLayer', { batch_shape: [null, 4] })], { keras_version: '3.8.0' }),
    ).toThrow(message)
    const tensor = { class_name: '__keras_tensor__', config: { keras_history: ['input', 0, 0] } }
    expect(() =>
      checkLayers([layer('Dense', {}, { inbound_nodes: [{ args: [tensor], kwargs: {} }] })]),
    ).toThrow("Layer 'my_Dense' is written in the form of Keras 3, which TF.js cannot read.")
  })

  test('of Keras 3 that was put into the form of Keras 2 is not', () => {
    checkLayers([layer('InputLayer', { batch_input_shape: [null, 4] }, { module: 'keras.layers' })], {
      keras_version: '3.8.0',
    })
  })

  test('of layers larger than its weights is refused before TF.js allocates them', () => {
    expect(() => checkLayers([layer('Dense', { units: 1e12 })])).toThrow(
      "Layer 'my_Dense' has units 1000000000000, but the largest dimension of the model's weights is 10. The model.json is damaged, or its weights are those of another model.",
    )
    expect(() => checkLayers([layer('InputLayer', { batch_input_shape: [null, 1e6, 1e6] })])).toThrow(
      "Input 'my_InputLayer' of the model has the shape [null,1000000,1000000], which is too large to be served: at most 134217728 elements a row are.",
    )
    expect(() => checkLayers([layer('Conv2D', { kernel_size: [3, 11] })])).toThrow(
      /^Layer 'my_Conv2D' has kernel_size 11, but the largest dimension/,
    )
    expect(() =>
      checkLayers([
        layer('ZeroPadding2D', {
          padding: [
            [1, 1],
            [1, 1e9],
          ],
        }),
      ]),
    ).toThrow(
      "Layer 'my_ZeroPadding2D' has padding 1000000000, which is too large to be served: at most 16777216 is.",
    )
  })

  test('whose layers do not fit together is refused by the name of the layer', () => {
    const network = (from: readonly unknown[], name = 'b', more: object = {}) => [
      layer('Functional', {
        name: 'network',
        layers: [
          layer('InputLayer', { name: 'a' }, { name: 'a', inbound_nodes: [] }),
          layer('Dense', { name }, { name, inbound_nodes: [[from]] }),
        ],
        input_layers: [['a', 0, 0]],
        output_layers: [[name, 0, 0]],
        ...more,
      }),
    ]
    checkLayers(network(['a', 0, 0, {}]))
    const refusals = [
      [network(['a', 0, 0], 'constructor'), "Layer 'constructor' has a name that TF.js has for other things"],
      [network(['a', 0, 0], '__proto__'), "Layer '__proto__' has a name that TF.js has for other things"],
      [network(['a', 0, 7]), "Layer 'b' takes result 7 of 'a', which does not exist"],
      [network(['a', 1, 0]), "Layer 'b' takes call 1 of 'a', which does not exist"],
      [network(['gone', 0, 0]), "Layer 'b' takes 'gone', a layer which does not exist"],
      [network(['a', 0, 0], 'b', { input_layers: [] }), "Layer 'network' is a network with no input_layers"],
      [
        network(['a', 0, 0], 'b', { output_layers: [['b', 0, -1]] }),
        "Layer 'network' takes result -1 of 'b', which does not exist",
      ],
    ] as const
    for (const [entries, message] of refusals) expect(() => checkLayers(entries)).toThrow(message)
  })

  test('that is no configuration is refused', () => {
    const refused = 'The topology of the layers model cannot be read: '
    expect(() => checkLayers([[]])).toThrow(`${refused}a layer is not a map.`)
    expect(() => checkLayers([{}])).toThrow(`${refused}a layer has no 'class_name'.`)
    expect(() => checkLayers([{ class_name: 'Dense' }])).toThrow(
      `${refused}the layer of class Dense has no 'config'.`,
    )
  })
})

describe('the tables', () => {
  test('have the layers that TF.js registers, and no other', () => {
    const { classNameMap } = serialization.SerializationMap.getMap()
    const layerClass: unknown = Object.getPrototypeOf(layers.dense({ units: 1 }).constructor)
    const isLayer = (found: { prototype: unknown }) =>
      typeof layerClass === 'function' && found.prototype instanceof layerClass
    const registered = Object.entries(classNameMap).filter(([, [found]]) => isLayer(found))
    expect([...KNOWN_LAYERS].sort()).toEqual(registered.map(([name]) => name).sort())
  })

  test('have the activations that TF.js reads back', async () => {
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] })
    const json: unknown = model.toJSON(undefined, false)
    const { classNameMap } = serialization.SerializationMap.getMap()
    for (const activation of [...Object.keys(classNameMap).filter((name) => /^[a-z]/.test(name)), 'silu']) {
      const text = JSON.stringify(json).replace('"activation":"linear"', `"activation":"${activation}"`)
      const modelTopology: unknown = JSON.parse(text)
      const read = await loadLayersModel(
        { load: async () => ({ modelTopology: modelTopology as object }) },
        { strict: false },
      ).then(
        () => true,
        () => false,
      )
      expect([activation, KNOWN_ACTIVATIONS.has(activation)]).toEqual([activation, read])
    }
  })

  test('have the operators that TF.js converts, and no other', () => {
    const package_ = createRequire(import.meta.url).resolve('@tensorflow/tfjs-converter/package.json')
    const folder = join(dirname(package_), 'dist/operations/op_list')
    const names = readdirSync(folder)
      .filter((name) => /^[a-z_]+\.js$/.test(name))
      .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/'tfOpName': '(\w+)'/g)])
      .map(([, name]) => name!)
      .filter((name) => !name.startsWith('SimpleML'))
    expect([...KNOWN_OPERATORS].sort()).toEqual([...new Set(names)].sort())
  })
})

describe('a graph model', () => {
  const x = placeholder('x', 'DT_FLOAT', [-1, 2])
  const relu = { name: 'y', op: 'Relu', input: ['x'] }

  const check = (
    nodes: readonly GraphNodeJson[],
    more: { library?: object; initializer?: object; inputs?: object } = {},
  ) =>
    checkTopology({
      ...NOTHING,
      format: 'graph-model',
      topology: { node: nodes, library: more.library },
      signature: { inputs: more.inputs, outputs: { y: signatureEntry('y:0', 'DT_FLOAT', [-1, 2]) } },
      initializer: more.initializer,
      weightSpecs: WEIGHTS,
    })

  const FFT =
    'Export the model without it (what prepares or checks data can be left out), or convert it to ONNX instead, with tf2onnx.'

  test('of operators that TF.js has passes', () => {
    check([x, relu])
  })

  test('with a huge input is refused', () => {
    expect(() => check([placeholder('x', 'DT_FLOAT', [-1, 2 ** 20, 2 ** 20]), relu])).toThrow(
      "Input 'x' of the model has the shape [-1,1048576,1048576], which is too large to be served: at most 134217728 elements a row are.",
    )
  })

  test('with another operator is refused, by the name of its node', () => {
    expect(() =>
      check([x, { name: 'a/fft', op: 'DecodeJpeg', input: ['x'] }, { ...relu, input: ['a/fft:0'] }]),
    ).toThrow(`Node 'a/fft' of the graph model is a DecodeJpeg, an operator that TF.js does not have. ${FFT}`)
  })

  test('with a node that takes its own result is refused, but for loops', () => {
    const circle = (op: string) => [
      ...[x, { name: 'a', op: 'AddV2', input: ['x', 'c'] }, { name: 'b', op: 'Relu', input: ['a:0'] }],
      ...[
        { name: 'c', op, input: ['b', '^a'] },
        { ...relu, input: ['c'] },
      ],
    ]
    expect(() => check(circle('Neg'))).toThrow(
      /: node '[abc]' takes its own result\. Convert the model again\.$/,
    )
    expect(() => check([x, { ...relu, input: ['y'] }])).toThrow("node 'y' takes its own result")
    check(circle('NextIteration'))
    check([x, { name: 'a', op: 'Neg', input: ['x', '^y'] }, { ...relu, input: ['a', 'a'] }])
  })

  test('may have any operator where no output needs it', () => {
    check([x, relu, { name: 'check', op: 'Assert', input: ['y'] }])
  })

  test('is checked through its functions and its initializer', () => {
    const call = (name: string, target: string, input: string) => ({
      ...{ name, op: 'While', input: [input] },
      attr: { body: { func: { name: target } } },
    })
    const library = {
      function: [
        { signature: { name: 'body' }, nodeDef: [call('inner', 'deep', 'x')] },
        { signature: { name: 'deep' }, nodeDef: [{ name: 'deep/node', op: 'MyOp' }] },
        { signature: { name: 'unused' }, nodeDef: [{ name: 'n', op: 'OtherOp' }] },
      ],
    }
    expect(() => check([x, call('y', 'body', 'x')], { library })).toThrow(/^Node 'deep\/node' .* is a MyOp,/)
    check([x, call('y', 'recursive', 'x')], {
      library: {
        function: [{ signature: { name: 'recursive' }, nodeDef: [call('again', 'recursive', 'x')] }],
      },
    })
    const initializer = { node: [{ name: 'file', op: 'ReadFile' }] }
    expect(() => check([x, relu], { initializer })).toThrow(/^Node 'file' of the graph model is a ReadFile,/)
  })

  test('whose nodes do not fit together is refused', () => {
    const refused = 'The topology of the graph model cannot be read: '
    expect(() => check([{ ...relu, input: ['^gone'] }])).toThrow(
      `${refused}node 'y' takes '^gone', which does not exist. Convert the model again.`,
    )
    expect(() => check([x, x, relu])).toThrow(`${refused}two nodes are called 'x'. Convert the model again.`)
    expect(() => check([])).toThrow(`${refused}it has no outputs. Convert the model again.`)
  })

  test('with a node that TF.js could not compute is refused', () => {
    expect(() => check([x, { name: 'y', op: 'Relu' }])).toThrow("node 'y' is a Relu of no operands.")
    for (const key of ['strides', 'ksize', 'dilations']) {
      const sized = (size: string | number) => ({
        ...{ ...relu, op: 'MaxPool' },
        attr: { [key]: { list: { i: ['1', size, '1', '1'] } } },
      })
      check([x, sized('2')])
      for (const size of ['0', -1])
        expect(() => check([x, sized(size)])).toThrow(
          `node 'y' (MaxPool) has ${key} of ${size}, where 1 is the least.`,
        )
    }
  })

  test('with an input that does not exist is refused', () => {
    const inputs = { x: signatureEntry('x:3', 'DT_FLOAT', [-1, 2]) }
    expect(() => check([x, relu], { inputs })).toThrow("its input 'x' is 'x:3', which does not exist.")
  })

  test('without the value of a constant is refused', () => {
    const constant = { name: 'c', op: 'Const' }
    check([x, { ...constant, name: 'w' }, { ...relu, input: ['w'] }])
    expect(() => check([x, constant, { ...relu, input: ['c'] }])).toThrow(
      "Node 'c' of the graph model is a constant, but the weights of model.json do not have it. Copy all files of one conversion, or convert the model again.",
    )
  })
})
