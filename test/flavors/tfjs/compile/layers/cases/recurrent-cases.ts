import { layers, model, sequential } from '@tensorflow/tfjs-layers'
import { called, input, type LayerCase, layerCase, modelCase } from './layer-case.ts'

const ACTIVATIONS = ['sigmoid', 'hardSigmoid', 'relu', 'linear', 'elu', 'softsign'] as const

type Maker = (config: Record<string, unknown>) => ReturnType<typeof layers.lstm>

/** The default takes operators of tensors that TF.js's core has not. */
const PLAIN = { recurrentInitializer: 'zeros' } as const

const lstm: Maker = (config) => layers.lstm({ units: 1, ...PLAIN, ...config })
const gru: Maker = (config) => layers.gru({ units: 1, ...PLAIN, ...config }) as never
const simpleRNN: Maker = (config) => layers.simpleRNN({ units: 1, ...PLAIN, ...config }) as never

const MAKERS: readonly Maker[] = [simpleRNN, gru, lstm]

/** Steps of zeros at the begin, in the middle and at the end of rows of seven, and a row of nothing else. */
const SPARSE = {
  element: (number: number, index: number) => {
    const row = Math.floor(index / 7)
    return row === 1 || (index * (row + 2)) % 5 < 2 ? 0 : number
  },
  rows: [1, 6],
}

function casesOf(make: Maker): LayerCase[] {
  return [
    layerCase('the last step', [5, 3], () => make({ units: 4 })),
    layerCase('all steps', [5, 3], () => make({ units: 4, returnSequences: true })),
    layerCase('free steps', [null, 3], () => make({ units: 4, returnSequences: true })),
    layerCase('of one unit', [5, 3], () => make({ units: 1, useBias: false })),
    layerCase('backwards', [5, 3], () => make({ units: 4, goBackwards: true })),
    layerCase('all steps backwards', [5, 3], () =>
      make({ units: 4, goBackwards: true, returnSequences: true }),
    ),
    layerCase('with states', [5, 3], () => make({ units: 4, returnState: true })),
    layerCase('all steps with states', [5, 3], () =>
      make({ units: 4, returnState: true, returnSequences: true, goBackwards: true }),
    ),
    layerCase('many rows of many units', [6, 9], () => make({ units: 70, returnSequences: true }), {
      rows: [1, 17],
    }),
    layerCase('dropped and unrolled', [5, 3], () =>
      make({ units: 4, dropout: 0.3, recurrentDropout: 0.2, unroll: true }),
    ),
    ...ACTIVATIONS.map((activation) =>
      layerCase(`with ${activation}`, [5, 3], () =>
        make({ units: 4, activation, recurrentActivation: 'sigmoid', returnSequences: true }),
      ),
    ),
    ...ACTIVATIONS.map((recurrentActivation) =>
      layerCase(`with gates of ${recurrentActivation}`, [5, 3], () =>
        make({ units: 4, activation: 'softsign', recurrentActivation, returnSequences: true }),
      ),
    ),
    ...maskedCases(make),
  ]
}

function maskedCases(make: Maker): LayerCase[] {
  const configs = {
    'the last step of masked ones': {},
    'masked steps': { returnSequences: true },
    'masked steps backwards': { returnSequences: true, goBackwards: true },
    'masked steps with states': { returnState: true },
    'masked steps backwards with states': { returnState: true, goBackwards: true },
  }
  return Object.entries(configs).map(([title, config]) =>
    modelCase(
      make({ units: 1 }).getClassName(),
      title,
      () => {
        const x = input(7, 1)
        const outputs = make({ units: 4, ...config }).apply(called(layers.masking(), x))
        return model({ inputs: x, outputs: outputs as ReturnType<typeof input> })
      },
      SPARSE,
    ),
  )
}

const MERGE_MODES = ['concat', 'sum', 'ave', 'mul'] as const

const BIDIRECTIONAL_CASES = [
  ...MERGE_MODES.map((mergeMode) =>
    layerCase(mergeMode, [5, 3], () =>
      layers.bidirectional({ layer: lstm({ units: 4, returnSequences: true }) as never, mergeMode }),
    ),
  ),
  layerCase('apart', [5, 3], () =>
    layers.bidirectional({ layer: gru({ units: 4 }) as never, mergeMode: null as never }),
  ),
  layerCase('the last step', [5, 3], () =>
    layers.bidirectional({ layer: simpleRNN({ units: 4 }) as never, mergeMode: 'concat' }),
  ),
  layerCase('of a layer that goes backwards', [5, 3], () =>
    layers.bidirectional({
      layer: gru({ units: 4, goBackwards: true, returnSequences: true }) as never,
      mergeMode: 'concat',
    }),
  ),
  layerCase('with states', [5, 3], () =>
    layers.bidirectional({
      layer: lstm({ units: 4, returnState: true, returnSequences: true }) as never,
      mergeMode: 'sum',
    }),
  ),
  modelCase(
    'Bidirectional',
    'masked',
    () => {
      const embedded = layers.embedding({ inputDim: 3, outputDim: 4, maskZero: true, inputLength: 6 })
      const both = layers.bidirectional({
        layer: lstm({ units: 3, returnSequences: true }) as never,
        mergeMode: 'concat',
      })
      const last = layers.bidirectional({ layer: gru({ units: 3 }) as never, mergeMode: 'concat' })
      return sequential({ layers: [embedded, both, last, layers.dense({ units: 2 })] })
    },
    { element: (number) => Math.max(0, number * 2.9), rows: [1, 6] },
  ),
]

const CELL_CASES = [
  layerCase(
    'of a cell',
    [5, 3],
    () => layers.rnn({ cell: layers.lstmCell({ ...PLAIN, units: 4 }) as never }) as never,
  ),
  layerCase(
    'of several cells',
    [5, 3],
    () =>
      layers.rnn({
        cell: layers.stackedRNNCells({
          cells: [
            layers.lstmCell({ ...PLAIN, units: 4 }),
            layers.gruCell({ ...PLAIN, units: 3 }),
            layers.simpleRNNCell({ ...PLAIN, units: 2 }),
          ] as never,
        }) as never,
        returnSequences: true,
        returnState: true,
      }) as never,
  ),
]

const STACKS = [
  modelCase('LSTM', 'from the states of another', () => {
    const x = input(5, 3)
    const y = input(4, 2)
    const [, h, c] = lstm({ units: 3, returnState: true }).apply(x) as ReturnType<typeof input>[]
    const decoded = lstm({ units: 3, returnSequences: true }).apply([y, h!, c!])
    return model({ inputs: [x, y], outputs: decoded as ReturnType<typeof input> })
  }),
  ...[lstm, gru].map((make) =>
    modelCase(
      make({}).getClassName(),
      'from the states of another, both masked',
      () => {
        const [x, y] = [input(7, 1), input(7, 1)]
        const encoder = make({ units: 3, returnState: true })
        const decoder = make({ units: 3, returnSequences: true, goBackwards: true })
        const [, ...states] = encoder.apply(called(layers.masking(), x)) as (typeof x)[]
        return model({ inputs: [x, y], outputs: called(decoder, called(layers.masking(), y), ...states) })
      },
      SPARSE,
    ),
  ),
  modelCase('Bidirectional', 'from given states', () => {
    const x = input(5, 3)
    const states = [input(2), input(2)]
    const layer = layers.bidirectional({
      layer: gru({ units: 2, returnSequences: true }) as never,
      mergeMode: 'concat',
    })
    return model({ inputs: [x, ...states], outputs: called(layer, x, ...states) })
  }),
  modelCase('GRU', 'after a convolution', () =>
    sequential({
      layers: [
        layers.conv1d({ filters: 4, kernelSize: 2, inputShape: [7, 3] }),
        gru({ units: 3, returnSequences: true }),
        layers.conv1d({ filters: 2, kernelSize: 2 }),
      ],
    }),
  ),
  modelCase(
    'SimpleRNN',
    'without steps that two inputs mask',
    () => {
      const masked = [input(6, 2), input(6, 2)].map((x) => ({ x, y: called(layers.masking(), x) }))
      const joined = called(layers.concatenate(), ...masked.map(({ y }) => y))
      const dense = called(layers.dense({ units: 3 }), joined)
      return model({
        inputs: masked.map(({ x }) => x),
        outputs: called(simpleRNN({ units: 3, returnSequences: true }), dense),
      })
    },
    SPARSE,
  ),
]

export const RECURRENT_CASES = [...MAKERS.flatMap(casesOf), ...BIDIRECTIONAL_CASES, ...CELL_CASES, ...STACKS]

const inTime = (layer: Parameters<typeof layers.timeDistributed>[0]['layer']) =>
  layers.timeDistributed({ layer })

export const WRAPPER_CASES = [
  layerCase('a Dense', [5, 3], () => inTime(layers.dense({ units: 4, activation: 'relu' }))),
  layerCase('free steps', [null, 3], () => inTime(layers.dense({ units: 4 }))),
  layerCase('images', [3, 5, 6, 2], () => inTime(layers.conv2d({ filters: 4, kernelSize: 3 }))),
  layerCase('images of free steps', [null, 5, 6, 2], () => inTime(layers.flatten())),
  layerCase('images of free places', [2, null, null, 2], () =>
    inTime(layers.conv2d({ filters: 4, kernelSize: 3 })),
  ),
  layerCase('free images of free steps', [null, null, 4, 2], () => inTime(layers.dense({ units: 3 }))),
  layerCase('vectors of free steps', [null, 3, 2], () => inTime(layers.globalMaxPooling1d())),
  layerCase('another TimeDistributed', [2, 3, 4], () => inTime(inTime(layers.dense({ units: 2 })))),
  layerCase('a recurrent layer', [2, 3, 4], () => inTime(lstm({ units: 2 }))),
  layerCase('a model', [2, 4], () =>
    inTime(
      sequential({
        layers: [layers.dense({ units: 3, inputShape: [4], name: 'inner' }), layers.batchNormalization()],
      }),
    ),
  ),
]
