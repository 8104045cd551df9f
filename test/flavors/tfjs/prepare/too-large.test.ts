import { layers, sequential } from '@tensorflow/tfjs-layers'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'
import { type GraphModelJson, placeholder, saveGraphModel } from '../../../fixtures/tfjs/save-model.ts'
import { load, prepare, saved } from './support/saved-models.ts'

const VALUES = { T: { type: 'DT_FLOAT' } }

/** Each node is twice as wide as the one before. */
function doubling(times: number): GraphModelJson {
  const steps = Array.from({ length: times }, (_, index) => {
    const input = index === 0 ? 'x' : `twice_${index - 1}`
    return { name: `twice_${index}`, op: 'ConcatV2', input: [input, input, 'axis'], attr: VALUES }
  })
  return {
    nodes: [placeholder('x', 'DT_FLOAT', [-1, 4]), ...steps],
    weights: [{ name: 'axis', shape: [], dtype: 'int32', values: [1] }],
  }
}

function counting(): GraphModelJson {
  const integers = [0, 2_000_000_000, 1]
  return {
    nodes: [
      placeholder('x', 'DT_FLOAT', [-1, 4]),
      { name: 'y', op: 'Relu', input: ['x'], attr: VALUES },
      {
        name: 'many',
        op: 'Range',
        input: ['number_0', 'number_1', 'number_2'],
        attr: { Tidx: { type: 'DT_INT32' } },
      },
    ],
    weights: integers.map((value, index) => ({
      name: `number_${index}`,
      shape: [],
      dtype: 'int32',
      values: [value],
    })),
  }
}

function filling(dims: readonly number[]): GraphModelJson {
  return {
    nodes: [
      placeholder('x', 'DT_FLOAT', [-1, 4]),
      { name: 'y', op: 'Relu', input: ['x'], attr: VALUES },
      { name: 'filled', op: 'Fill', input: ['dims', 'value'], attr: VALUES },
    ],
    weights: [
      { name: 'dims', shape: [dims.length], dtype: 'int32', values: dims },
      { name: 'value', shape: [], values: [1] },
    ],
  }
}

function recurrent(steps: number): Promise<string> {
  const recurrentInitializer = 'glorotUniform' as const
  return saved(
    sequential({
      layers: [layers.simpleRNN({ units: 2, inputShape: [steps, 1], name: 'steps', recurrentInitializer })],
    }),
  )
}

describe('a model with results that no machine holds is refused before any of it runs', () => {
  test.each(['auto', 'onnxruntime', 'wasm', 'cpu'] as const)(
    'of layers, with engine %s',
    async (tfjsEngine) => {
      const folder = await saved(
        sequential({
          layers: [
            layers.repeatVector({ n: 2 ** 20, inputShape: [8] }),
            layers.flatten(),
            layers.repeatVector({ n: 2 ** 24, name: 'again' }),
          ],
        }),
      )
      const opening = prepare(folder, { tfjsEngine }).then(load)
      await expect(opening).rejects.toMatchObject({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringMatching(/layer 'again'.*16777216, ?8388608\]/i),
      })
    },
  )

  test.each([
    ['twice_25', doubling(40), 'auto'],
    ['twice_25', doubling(40), 'wasm'],
    ['many', counting(), 'auto'],
    ['many', counting(), 'cpu'],
    ['filled', filling([1, 500_000_000]), 'wasm'],
  ] as const)('of operators, such as %s', async (node, model, tfjsEngine) => {
    const folder = temporaryFolder()
    saveGraphModel(model, folder)
    await expect(prepare(folder, { tfjsEngine }).then(load)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining(`The model is too large to be served: node '${node}'`),
    })
  })
})

test.each(['auto', 'wasm'] as const)(
  'a recurrent layer of more steps than anybody waits for is refused, with engine %s',
  async (tfjsEngine) => {
    const opening = prepare(await recurrent(1_000_000), { tfjsEngine }).then(load)
    await expect(opening).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining("Layer 'steps' goes through its input in 1000000 steps"),
    })
  },
)

test('a model that takes too long to be compared with TF.js is not compared, and served by TF.js', async () => {
  const { engine } = await prepare(await recurrent(20_000))
  expect(engine).toEqual({
    name: 'wasm',
    reason: 'it is too large to be compared with TF.js: 20000 steps of a recurrent layer',
  })
})

test('free sizes that make a model too large are not tried', async () => {
  const model = sequential({
    layers: [
      layers.conv2d({ filters: 1, kernelSize: 1, inputShape: [null, null, 1] }),
      layers.upSampling2d({ size: [500, 500] }),
    ],
  })
  const { engine } = await prepare(await saved(model))
  expect(engine).toMatchObject({
    name: 'wasm',
    reason: expect.stringContaining('a result of [1, 16000, 16000, 1]'),
  })
})
