import { layers, model } from '@tensorflow/tfjs-layers'
import fc from 'fast-check'
import { beforeAll, test } from 'vitest'
import { useQuietCpu } from '../../../../fixtures/tfjs/quiet-cpu.ts'
import { called, input } from './cases/layer-case.ts'
import { expectSameAnswers } from './support/same-answers.ts'

beforeAll(useQuietCpu)

const RUNS = { numRuns: 30, seed: 5 } as const

const size = (max: number) => fc.integer({ min: 1, max })
const padding = fc.constantFrom('same' as const, 'valid' as const)
const activation = fc.constantFrom('linear', 'relu', 'tanh', 'sigmoid', 'hardSigmoid' as const)

test('recurrent layers of any size agree with TF.js', async () => {
  const config = fc.record({
    units: size(6),
    activation,
    recurrentActivation: activation,
    useBias: fc.boolean(),
    goBackwards: fc.boolean(),
    returnSequences: fc.boolean(),
    recurrentInitializer: fc.constant('zeros' as const),
  })
  const choice = fc.record({
    kind: fc.constantFrom('lstm' as const, 'gru' as const, 'simpleRNN' as const),
    config,
    steps: fc.option(size(7)),
    features: size(5),
    masked: fc.boolean(),
    bidirectional: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(choice, async ({ kind, config, steps, features, masked, bidirectional }) => {
      const x = input(steps, features)
      const cell = layers[kind](config as never) as layers.Layer
      const layer = bidirectional ? layers.bidirectional({ layer: cell as never, mergeMode: 'concat' }) : cell
      const outputs = called(layer, masked ? called(layers.masking(), x) : x)
      await expectSameAnswers(model({ inputs: x, outputs }), {
        rows: [4],
        // Whole steps of zeros, so that masks leave something out.
        element: (number, index) => (Math.floor(index / features) % 3 === 0 ? 0 : number),
      })
    }),
    RUNS,
  )
})

test('convolutions of any size agree with TF.js', async () => {
  const choice = fc.record({
    kind: fc.constantFrom('conv2d' as const, 'depthwiseConv2d' as const, 'conv2dTranspose' as const),
    height: fc.integer({ min: 5, max: 9 }),
    width: fc.integer({ min: 5, max: 9 }),
    channels: size(4),
    config: fc.record({
      filters: size(4),
      kernelSize: fc.tuple(size(4), size(4)),
      strides: size(3),
      padding,
      useBias: fc.boolean(),
      activation: fc.constantFrom('linear' as const, 'relu' as const, 'swish' as const),
      dataFormat: fc.constantFrom('channelsLast' as const, 'channelsFirst' as const),
    }),
    pooled: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(choice, async ({ kind, height, width, channels, config, pooled }) => {
      const isLast = config.dataFormat === 'channelsLast'
      const x = isLast ? input(height, width, channels) : input(channels, height, width)
      const { filters, ...common } = config
      const made = kind === 'depthwiseConv2d' ? layers[kind](common) : layers[kind]({ filters, ...common })
      const y = called(made, x)
      const { dataFormat } = config
      const pool = layers.averagePooling2d({ poolSize: 2, strides: 1, padding: 'same', dataFormat })
      await expectSameAnswers(model({ inputs: x, outputs: pooled ? called(pool, y) : y }))
    }),
    RUNS,
  )
})
