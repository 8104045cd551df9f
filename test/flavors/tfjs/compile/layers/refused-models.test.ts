import { describe, expect, test } from 'vitest'
import { ServingError } from '../../../../../src/core/errors.ts'
import type { ModelArtifacts } from '../../../../../src/flavors/tfjs/artifacts/model-artifacts.ts'
import { readLayersModel } from '../../../../../src/flavors/tfjs/compile/layers/read-layers-model.ts'
import { NotCompiled } from '../../../../../src/flavors/tfjs/compile/not-compiled.ts'
import {
  functionalConfig,
  inputLayer,
  kerasModel,
  type LayerJson,
  layerOf,
  sequentialModel,
} from './support/keras-model.ts'

type Shapes = Readonly<Record<string, readonly number[]>>

function refusal(artifacts: ModelArtifacts): unknown {
  try {
    readLayersModel(artifacts)
  } catch (error) {
    return error
  }
  throw new Error('The model was not refused')
}

function expectNotCompiled(artifacts: ModelArtifacts, message: string): void {
  const error = refusal(artifacts)
  expect(error).toBeInstanceOf(NotCompiled)
  expect((error as Error).message).toBe(message)
}

function expectInvalid(artifacts: ModelArtifacts, message: string): void {
  const error = refusal(artifacts)
  expect(error).toBeInstanceOf(ServingError)
  expect((error as Error).message).toBe(message)
}

function oneLayer(
  class_name: string,
  config: Readonly<Record<string, unknown>>,
  weights: Shapes = {},
): ModelArtifacts {
  return sequentialModel([{ class_name, config: { name: 'it', ...config } }], weights)
}

function functional(parts: Parameters<typeof functionalConfig>, weights: Shapes = {}): ModelArtifacts {
  return kerasModel({ class_name: 'Functional', config: functionalConfig(...parts) }, weights)
}

const IMAGE = { batch_input_shape: [null, 6, 6, 2] }
const STEPS = { batch_input_shape: [null, 5, 2] }
const LSTM_WEIGHTS = { 'it/kernel': [2, 12], 'it/recurrent_kernel': [3, 12], 'it/bias': [12] }

describe('what is not covered is refused by name', () => {
  const cases: readonly (readonly [string, ModelArtifacts, string])[] = [
    [
      'a layer that is none',
      oneLayer('Lambda', IMAGE),
      "layer 'it' (Lambda): no layer of this class is compiled",
    ],
    [
      'a layer that TF.js fails to run',
      oneLayer('Resizing', { ...IMAGE, height: 2, width: 2 }),
      "layer 'it' (Resizing): TF.js fails when it runs it",
    ],
    [
      'an activation of another name',
      oneLayer('Activation', { ...STEPS, activation: 'own' }),
      "layer 'it' (Activation): activation 'own'",
    ],
    [
      'an activation with weights',
      oneLayer('Activation', { ...STEPS, activation: { class_name: 'PReLU', config: {} } }),
      "layer 'it' (Activation): activation 'PReLU'",
    ],
    [
      'a normalization that engines of TF.js differ in',
      oneLayer('BatchNormalization', { ...IMAGE, axis: 1 }),
      "layer 'it' (BatchNormalization): a normalization over axis 1",
    ],
    [
      'a softmax over another axis',
      oneLayer('Softmax', { ...IMAGE, axis: 1 }),
      "layer 'it' (Softmax): axis 1 of 4 dimensions",
    ],
    [
      'channels that TF.js leaves last',
      oneLayer('Conv1D', { ...STEPS, filters: 1, kernel_size: 1, data_format: 'channels_first' }),
      "layer 'it' (Conv1D): channels first",
    ],
    [
      'steps that are kept between calls',
      oneLayer('LSTM', { ...STEPS, units: 3, stateful: true }, LSTM_WEIGHTS),
      "layer 'it' (LSTM): states that are kept between calls",
    ],
    [
      'activations that ONNX has not',
      oneLayer('LSTM', { ...STEPS, units: 3, activation: 'selu' }, LSTM_WEIGHTS),
      "layer 'it' (LSTM): activation 'selu' in a recurrent layer",
    ],
    [
      'a GRU whose reset comes after',
      oneLayer('GRU', { ...STEPS, units: 3, reset_after: true }),
      "layer 'it' (GRU): reset_after, which TF.js has not",
    ],
    [
      'inputs of texts',
      sequentialModel([inputLayer('x', [1], 'string')]),
      "layer 'x' (InputLayer): inputs of type string",
    ],
    [
      'an output that is an input',
      sequentialModel([inputLayer('x', [1])]),
      "an input and an output are called 'x'",
    ],
    [
      'arguments of calls',
      functional([
        [
          inputLayer('x', [1]),
          layerOf('Dropout', { name: 'it', rate: 0.5 }, [['x', 0, 0, { training: true }]]),
        ],
        ['x'],
        ['it'],
      ]),
      "layer 'it' (Dropout): call argument 'training'",
    ],
    [
      'weights that belong to no layer',
      oneLayer('ReLU', STEPS, { 'other/kernel': [1] }),
      "weight 'other/kernel' belongs to no layer that the outputs come from",
    ],
    [
      'weights that are called by number',
      oneLayer('ReLU', STEPS, { 'it/0': [1] }),
      "weights that are called by number, such as 'it/0'",
    ],
    [
      'weights that may be either',
      oneLayer(
        'Dense',
        { batch_input_shape: [null, 2], units: 1, use_bias: false },
        { 'it/a/kernel': [2, 1], 'it/b/kernel': [2, 1] },
      ),
      "layer 'it' (Dense): weight 'it/kernel' may be it/a/kernel or it/b/kernel",
    ],
    [
      'a layer whose input is not known',
      oneLayer('Dense', { batch_input_shape: [null, null], units: 1 }),
      "layer 'it' (Dense): an input whose dimension -1 is not known",
    ],
    [
      'dimensions that do not fit',
      oneLayer('Reshape', { ...STEPS, target_shape: [3, 3] }),
      "layer 'it' (Reshape): rows of [5,2] as [3,3]",
    ],
  ]

  test.each(cases)('%s', (_, artifacts, message) => {
    expectNotCompiled(artifacts, message)
  })
})

describe('masks that TF.js would use are never ignored', () => {
  const masking = { class_name: 'Masking', config: { name: 'mask', ...STEPS } }
  const lstm = (config = {}) => ({ class_name: 'LSTM', config: { name: 'it', units: 3, ...config } })

  test('where a layer is handed the mask of another', () => {
    const again = { class_name: 'RepeatVector', config: { name: 'again', n: 4 } }
    const second = { class_name: 'SimpleRNN', config: { name: 'second', units: 2 } }
    const weights = {
      ...LSTM_WEIGHTS,
      'second/kernel': [3, 2],
      'second/recurrent_kernel': [2, 2],
      'second/bias': [2],
    }
    expectNotCompiled(
      sequentialModel([masking, lstm(), again, second], weights),
      "layer 'second' (SimpleRNN): has no mask of its own in a model with masks, and TF.js may give it another",
    )
  })

  test('where masks are merged', () => {
    const layers: LayerJson[] = [
      inputLayer('x', [5, 2]),
      layerOf('Masking', { name: 'mask' }, ['x']),
      layerOf('Add', { name: 'sum' }, ['mask', 'x']),
      layerOf('LSTM', { name: 'it', units: 3 }, ['sum']),
    ]
    expectNotCompiled(
      functional([layers, ['x'], ['it']], LSTM_WEIGHTS),
      "layer 'it' (LSTM): a mask that TF.js gives another shape",
    )
  })

  test('in a softmax', () => {
    expectNotCompiled(
      sequentialModel([masking, { class_name: 'Softmax', config: { name: 'it', axis: -1 } }]),
      "layer 'it' (Softmax): a mask",
    )
  })
})

describe('what is broken is an error of the model', () => {
  const dense = { batch_input_shape: [null, 4], units: 3 }

  const cases: readonly (readonly [string, ModelArtifacts, string])[] = [
    [
      'a missing weight',
      oneLayer('Dense', dense, { 'it/kernel': [4, 3] }),
      "layer 'it' (Dense): its weight 'it/bias' is not among the weights of the model.",
    ],
    [
      'a weight of another shape',
      oneLayer('Dense', dense, { 'it/kernel': [5, 3], 'it/bias': [3] }),
      "layer 'it' (Dense): its weight 'it/kernel' has shape [5,3], and [4,3] is what the layer takes.",
    ],
    [
      'a configuration of another type',
      oneLayer('Dense', { ...dense, units: '3' }),
      'layer \'it\' (Dense): units has to be a number, it is "3".',
    ],
    [
      'an input that is not there',
      functional([[inputLayer('x', [1]), layerOf('ReLU', { name: 'it' }, ['y'])], ['x'], ['it']]),
      'layer \'it\' (ReLU): its input ["y",0,0] is not there.',
    ],
    [
      'layers that wait for each other',
      functional([
        [inputLayer('x', [1]), layerOf('ReLU', { name: 'a' }, ['b']), layerOf('ReLU', { name: 'b' }, ['a'])],
        ['x'],
        ['a'],
      ]),
      'layer \'a\' (ReLU): its input ["b",0,0] is not there.',
    ],
    [
      'two layers of one name',
      functional([[inputLayer('x', [1]), inputLayer('x', [1])], ['x'], ['x']]),
      "layer 'model' (Functional) has two layers that are called 'x'.",
    ],
    [
      'an output that is not there',
      functional([[inputLayer('x', [1])], ['x'], ['y']]),
      'layer \'model\' (Functional): output_layers names ["y",0,0], which is not there.',
    ],
    ['no layers', sequentialModel([]), "layer 'sequential' (Sequential) has no layers."],
    [
      'a first layer without a shape',
      oneLayer('ReLU', {}),
      "layer 'it' (ReLU) is the first layer and has no batch_input_shape.",
    ],
    [
      'no model',
      kerasModel({ class_name: 'Dense', config: { name: 'it' } }),
      'A model of class Dense is none that TF.js knows.',
    ],
  ]

  test.each(cases)('%s', (_, artifacts, message) => {
    expectInvalid(artifacts, message)
  })
})

test('a model of two thousand layers is read', () => {
  const layers = Array.from({ length: 2000 }, (_, index) =>
    layerOf('ReLU', { name: `r${index}` }, [index === 0 ? 'x' : `r${index - 1}`]),
  )
  const artifacts = functional([[...layers.toReversed(), inputLayer('x', [1])], ['x'], ['r1999']])
  expect(readLayersModel(artifacts).nodes.length).toBe(2000)
})
