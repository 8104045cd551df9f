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
    ['twice_27', doubling(40)],
    ['many', counting()],
  ])('of operators, such as %s', async (node, model) => {
    const folder = temporaryFolder()
    saveGraphModel(model, folder)
    await expect(prepare(folder)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining(`The model is too large to be served: node '${node}'`),
    })
  })
})
