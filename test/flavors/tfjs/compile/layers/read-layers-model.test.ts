import { layers, model, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, test } from 'vitest'
import { readLayersModel } from '../../../../../src/flavors/tfjs/compile/layers/read-layers-model.ts'
import { useQuietCpu } from '../../../../fixtures/tfjs/quiet-cpu.ts'
import { openGraph } from '../../../../fixtures/tfjs/run-graph.ts'
import { called, input } from './cases/layer-case.ts'
import {
  functionalConfig,
  inputLayer,
  kerasModel,
  type LayerJson,
  layerOf,
  sequentialModel,
} from './support/keras-model.ts'
import { layersArtifacts } from './support/layers-artifacts.ts'
import { expectSameAnswers, expectSameAsLoaded, fillWeights } from './support/same-answers.ts'

beforeAll(useQuietCpu)

const DENSE = { units: 3, activation: 'relu', use_bias: true }

function functional(
  parts: Parameters<typeof functionalConfig>,
  weights: Readonly<Record<string, readonly number[]>>,
): ReturnType<typeof kerasModel> {
  return kerasModel({ class_name: 'Functional', config: functionalConfig(...parts) }, weights)
}

describe('Sequential models', () => {
  const weights = { 'a/kernel': [4, 3], 'a/bias': [3] }

  test('begin with an InputLayer, or with a layer that knows its input', async () => {
    const dense = { class_name: 'Dense', config: { name: 'a', ...DENSE } }
    const first = await expectSameAsLoaded(sequentialModel([inputLayer('x', [4]), dense], weights))
    expect(first.inputs.map(({ name }) => name)).toEqual(['x'])
    const config = { name: 'a', ...DENSE, batch_input_shape: [null, 4], dtype: 'float32' }
    const second = await expectSameAsLoaded(sequentialModel([{ class_name: 'Dense', config }], weights))
    expect(second.inputs.map(({ name }) => name)).toEqual(['a_input'])
  })

  test('may be a list of layers, as Keras 2.1 wrote them', async () => {
    const config = [{ class_name: 'Dense', config: { name: 'a', ...DENSE, batch_input_shape: [null, 4] } }]
    await expectSameAsLoaded(kerasModel({ class_name: 'Sequential', config }, weights))
  })

  test('hold models, first or later', async () => {
    const inner = (name: string, inputShape?: number[]) =>
      sequential({
        name,
        layers: [
          layers.dense({ units: 4, inputShape: inputShape ?? [4], name: `${name}_dense` }),
          layers.reLU(),
        ],
      })
    const outer = sequential({
      layers: [inner('first', [5]), layers.dense({ units: 4 }), inner('later'), layers.dense({ units: 2 })],
    })
    await expectSameAnswers(outer)
  })

  test('take any number of rows, even where one is written', async () => {
    const config = { name: 'a', ...DENSE, batch_input_shape: [32, 4] }
    const graph = await expectSameAsLoaded(sequentialModel([{ class_name: 'Dense', config }], weights))
    expect(graph.inputs[0]!.value.shape).toEqual([null, 4])
  })
})

describe('functional models', () => {
  test('have their inputs and outputs in order, by name', async () => {
    const parts = [
      layerOf('Dense', { name: 'late', ...DENSE }, ['joined']),
      layerOf('Concatenate', { name: 'joined', axis: -1 }, ['b', 'a']),
      inputLayer('a', [4]),
      inputLayer('b', [2]),
      layerOf('Dense', { name: 'early/dense', ...DENSE }, ['a']),
    ]
    const weights = {
      'late/kernel': [6, 3],
      'late/bias': [3],
      'early/dense/kernel': [4, 3],
      'early/dense/bias': [3],
    }
    const graph = await expectSameAsLoaded(
      functional([parts, ['b', 'a'], ['late', 'early/dense', 'joined']], weights),
    )
    expect(graph.inputs.map(({ name }) => name)).toEqual(['b', 'a'])
  })

  test('share layers between calls', async () => {
    const shared = layers.dense({ units: 4, activation: 'tanh' })
    const norm = layers.batchNormalization()
    const [x, y] = [input(4), input(4)]
    const twice = called(norm, called(shared, called(norm, called(shared, x))))
    const joined = called(layers.maximum(), twice, called(shared, y))
    const shares = model({ inputs: [x, y], outputs: [joined, twice] })
    fillWeights(shares)
    // What TF.js makes of it when it loads it again is another network: calls whose inputs are not there yet come last.
    await expectSameAsLoaded(await layersArtifacts(shares))
  })

  test('call models several times, with several inputs and outputs', async () => {
    const [a, b] = [input(3), input(3)]
    const sum = called(layers.add(), called(layers.dense({ units: 3 }), a), b)
    const inner = model({
      inputs: [a, b],
      outputs: [called(layers.dense({ units: 3 }), sum), sum],
      name: 'inner',
    })
    const [x, y] = [input(3), input(3)]
    const [first, second] = inner.apply([x, y]) as (typeof x)[]
    const [third, fourth] = inner.apply([second!, first!]) as (typeof x)[]
    await expectSameAnswers(model({ inputs: [y, x], outputs: [fourth!, third!, first!] }))
  })

  test('give results of one layer distinct names', async () => {
    const x = input(4, 3)
    const lstm = layers.lstm({ units: 2, returnState: true, recurrentInitializer: 'zeros', name: 'lstm' })
    const outputs = lstm.apply(x) as (typeof x)[]
    const graph = await expectSameAnswers(model({ inputs: x, outputs }))
    expect(graph.outputs.map(({ name }) => name)).toEqual(['lstm', 'lstm_1', 'lstm_2'])
  })

  test('read layers that no output comes from not at all', async () => {
    const parts = [
      inputLayer('a', [4]),
      layerOf('Dense', { name: 'd', ...DENSE }, ['a']),
      layerOf('Dense', { name: 'aside', ...DENSE }, ['d']),
    ]
    await expectSameAsLoaded(functional([parts, ['a'], ['d']], { 'd/kernel': [4, 3], 'd/bias': [3] }))
  })

  test('call layers in the order in which TF.js finds their inputs', async () => {
    const parts = [
      inputLayer('a', [3]),
      layerOf('Dense', { name: 'twice', ...DENSE }, ['later'], ['a']),
      layerOf('Activation', { name: 'later', activation: 'tanh' }, ['a']),
      layerOf('Activation', { name: 'first', activation: 'linear' }, [['twice', 0, 0, {}]]),
      layerOf('Activation', { name: 'second', activation: 'linear' }, [['twice', 1, 0, {}]]),
    ]
    const weights = { 'twice/kernel': [3, 3], 'twice/bias': [3] }
    await expectSameAsLoaded(functional([parts, ['a'], ['first', 'second']], weights))
  })
})

describe('configurations as Keras writes them', () => {
  const kernel = { 'c/kernel': [3, 3, 2, 4], 'c/bias': [4] }
  const CONVOLUTION = {
    name: 'c',
    trainable: true,
    batch_input_shape: [null, 6, 7, 2],
    dtype: 'float32',
    filters: 4,
    kernel_size: [3, 3],
    strides: [1, 1],
    padding: 'same',
    data_format: 'channels_last',
    dilation_rate: [1, 1],
    groups: 1,
    activation: 'relu',
    use_bias: true,
    kernel_initializer: { class_name: 'GlorotUniform', config: { seed: null } },
    bias_initializer: { class_name: 'Zeros', config: {} },
    kernel_regularizer: { class_name: 'L1L2', config: { l1: 0, l2: 0.01 } },
    bias_regularizer: null,
    activity_regularizer: null,
    kernel_constraint: null,
    bias_constraint: null,
  }

  async function expectLayer(layer: LayerJson, weights = {}): Promise<void> {
    await expectSameAsLoaded(sequentialModel([layer], weights))
  }

  test('have more entries than count', async () => {
    await expectLayer({ class_name: 'Conv2D', config: CONVOLUTION }, kernel)
  })

  test('name activations by objects, and layers among them', async () => {
    for (const activation of [
      { class_name: 'LeakyReLU', config: { name: 'leaky', alpha: 0.2 } },
      { class_name: 'ReLU', config: { name: 'bounded', max_value: 0.5 } },
      { class_name: 'tanh', config: {} },
      'hard_sigmoid',
      'LeakyReLU',
      null,
    ]) {
      await expectLayer({ class_name: 'Conv2D', config: { ...CONVOLUTION, activation } }, kernel)
    }
  })

  test('put the axis of a normalization into a list', async () => {
    const config = { name: 'n', axis: [1], epsilon: 0.001, batch_input_shape: [null, 4] }
    const weights = { 'n/gamma': [4], 'n/beta': [4], 'n/moving_mean': [4], 'n/moving_variance': [4] }
    const artifacts = sequentialModel([{ class_name: 'BatchNormalization', config }], weights)
    new Float32Array(artifacts.weightData).set([1, 2, 3, 4], 12)
    await expectSameAsLoaded(artifacts)
  })

  test('call the weights of a recurrent layer after its cell', async () => {
    const config = { name: 'r', units: 3, batch_input_shape: [null, 5, 2], recurrent_activation: 'sigmoid' }
    await expectLayer(
      { class_name: 'LSTM', config },
      { 'r/lstm_cell/kernel': [2, 12], 'r/lstm_cell/recurrent_kernel': [3, 12], 'r/lstm_cell/bias': [12] },
    )
  })

  test('leave an optimizer among the weights', async () => {
    const config = { name: 'a', ...DENSE, batch_input_shape: [null, 4] }
    const artifacts = sequentialModel([{ class_name: 'Dense', config }], {
      'a/kernel': [4, 3],
      'a/bias': [3],
      'a/m/kernel': [4, 3],
    })
    const weightSpecs = artifacts.weightSpecs.map((spec, index) =>
      index === 2 ? { ...spec, group: 'optimizer' as const } : spec,
    )
    await expectSameAsLoaded({ ...artifacts, weightSpecs })
  })
})

test('images that are too small to be cropped end the run', async () => {
  const config = { name: 'c', cropping: 2, batch_input_shape: [null, null, 6, 1] }
  const session = await openGraph(readLayersModel(sequentialModel([{ class_name: 'Cropping2D', config }])))
  const image = (height: number) => ({
    type: 'float32' as const,
    shape: [1, height, 6, 1],
    data: new Float32Array(height * 6),
  })
  expect(session.run([image(5)])[0]!.shape).toEqual([1, 1, 2, 1])
  expect(() => session.run([image(3)])).toThrow('split')
})
