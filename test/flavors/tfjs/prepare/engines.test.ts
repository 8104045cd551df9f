import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, test } from 'vitest'
import type { TensorMap } from '../../../../src/core/tensor.ts'
import type { EngineName } from '../../../../src/flavors/engine-choice.ts'
import { chooseEngine } from '../../../../src/flavors/tfjs/prepare/choose-engine.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'
import { noting } from '../../../fixtures/tfjs/late-warning.ts'
import type { EngineModel } from '../engines/support/engine-models.ts'
import { DEAD_BRANCH, PARTICULAR } from '../engines/support/odd-models.ts'
import {
  load,
  network,
  prepare,
  saved,
  savedComplex,
  savedEinsum,
  savedRowMixer,
  savedStateful,
} from './support/saved-models.ts'

const fourNumbers: TensorMap = new Map([
  ['hidden_input', { datatype: 'FP32', shape: [2, 4], data: Float32Array.of(1, 2, 3, 4, -1, 0, 1, 0) }],
])
const STATEFUL = "layer 'memory' (LSTM): states that are kept between calls"

/** For all tests that do not try how models are prepared: each is prepared once. */
const cache = { folder: temporaryFolder(), maxBytes: 1e9 }

describe('a model that is compiled', () => {
  let folder: string

  beforeAll(async () => {
    folder = await saved(network())
  })

  test('is run by onnxruntime, and may leave its thread', async () => {
    const prepared = await prepare(folder, { cache })
    expect(prepared.engine).toEqual({ name: 'onnxruntime' })
    expect(prepared.traits).toEqual({ unboundedRun: false, weightBytes: expect.any(Number) })
  })

  test.each<EngineName>(['onnxruntime', 'wasm', 'cpu'])(
    'gives the same when %s is chosen',
    async (engine) => {
      const prepared = await prepare(folder, { tfjsEngine: engine, cache })
      expect(prepared.engine).toEqual({ name: engine })
      const predictor = await load(prepared)
      expect(predictor.inputs).toEqual([{ name: 'hidden_input', datatype: 'FP32', shape: [-1, 4] }])
      expect(predictor.outputs).toEqual([{ name: 'shares', datatype: 'FP32', shape: [-1, 3] }])
      expect(predictor.batchable).toBe(true)
      const shares = (await predictor.predict(fourNumbers)).get('shares')!
      const right = await load(await prepare(folder, { tfjsEngine: 'wasm' }))
      const expected = (await right.predict(fourNumbers)).get('shares')!
      for (const [index, value] of (expected.data as Float32Array).entries()) {
        expect(shares.data[index]).toBeCloseTo(value, 5)
      }
      await Promise.all([predictor.close(), right.close()])
    },
  )

  test('stays in its threads where TF.js runs it, which keeps memory', async () => {
    const { traits } = await prepare(folder, { tfjsEngine: 'wasm' })
    expect(traits).toMatchObject({ keepsMemory: true, unboundedRun: false })
  })

  test('is run by the cpu backend with a warning', async () => {
    const warnings: string[] = []
    await prepare(folder, { tfjsEngine: 'cpu', warn: noting(warnings) })
    expect(warnings).toEqual([expect.stringContaining('many times slower')])
  })

  test('is not run by a package that is not there', async () => {
    await expect(prepare(folder, { tfjsEngine: 'tfjs-node' })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('@tensorflow/tfjs-node'),
    })
  })

  test.each([
    [
      'a share that is next to nothing for large inputs',
      { units: 1, activation: 'sigmoid', inputShape: [4] },
    ],
  ] as const)('is proved with %s', async (_, config) => {
    const model = sequential({
      layers: [layers.dense({ ...config, kernelInitializer: 'glorotNormal' } as never)],
    })
    expect((await prepare(await saved(model))).engine).toEqual({ name: 'onnxruntime' })
  })

  test('takes any number of rows with each engine, even where its author fixed one', async () => {
    const config = { units: 3, batchInputShape: [5, 4], name: 'fixed' }
    const dense = layers.dense({ ...config, kernelInitializer: 'glorotNormal' } as never)
    const folder = await saved(sequential({ layers: [dense] }))
    const ports = { inputs: [{ shape: [-1, 4] }], outputs: [{ shape: [-1, 3] }] }
    for (const tfjsEngine of ['onnxruntime', 'wasm', 'cpu'] as const) {
      const predictor = await load(await prepare(folder, { tfjsEngine }))
      expect(predictor).toMatchObject({ ...ports, batchable: true, maxBatchRows: Number.POSITIVE_INFINITY })
      const data = Float32Array.from({ length: 8 }, (_, index) => index / 8)
      const x = new Map([['fixed_input', { datatype: 'FP32', shape: [2, 4], data } as const]])
      expect((await predictor.predict(x)).get('fixed')?.shape).toEqual([2, 3])
      await predictor.close()
    }
  })

  test('is proved with sizes that its windows fit into, where sizes are free', async () => {
    const inputShape = [null, null, 3] as never
    const model = sequential({ layers: [layers.conv2d({ filters: 2, kernelSize: 40, inputShape })] })
    const prepared = await prepare(await saved(model))
    expect(prepared.engine).toEqual({ name: 'onnxruntime' })
    expect(prepared.plan).toMatchObject({ compiled: { proof: { cases: expect.any(Number) } } })
  })

  test('is not batched where its rows depend on each other', async () => {
    const prepared = await prepare(savedRowMixer())
    expect(prepared.engine).toEqual({ name: 'onnxruntime' })
    const predictor = await load(prepared)
    expect(predictor.batchable).toBe(false)
    await predictor.close()
  })

  test('is proved by the cpu backend where wasm lacks an operation', async () => {
    expect((await prepare(savedEinsum())).engine).toEqual({ name: 'onnxruntime' })
  })
})

describe('a model that TF.js loads', () => {
  const savedOdd = async (model: EngineModel): Promise<string> => {
    const folder = join(temporaryFolder(), 'model')
    await model.save(folder)
    return folder
  }

  test('and can never answer is refused, with the reason and what to do', async () => {
    await expect(savedOdd(DEAD_BRANCH).then((folder) => prepare(folder))).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringMatching(/Cannot compute the outputs \[y\].*Convert it again/),
    })
  })

  test('is served where no made-up input is taken, with a warning', async () => {
    const warnings: string[] = []
    const folder = await savedOdd(PARTICULAR)
    for (let start = 0; start < 2; start += 1) {
      const { engine } = await prepare(folder, { cache, warn: noting(warnings) })
      expect(engine.name).toBe('wasm')
    }
    expect(warnings).toEqual(Array(2).fill(expect.stringContaining('7,11')))
  })
})

describe('a model that is not compiled', () => {
  let stateful: string

  beforeAll(async () => {
    stateful = await savedStateful()
  })

  test('is run by wasm, and the reason names the layer', async () => {
    const prepared = await prepare(stateful, { cache })
    expect(prepared.engine).toEqual({ name: 'wasm', reason: STATEFUL })
    const predictor = await load(prepared)
    expect(predictor.outputs).toMatchObject([{ name: 'memory', shape: [1, 2] }])
    await predictor.close()
  })

  test('is refused where onnxruntime is wanted, with the reason', async () => {
    await expect(prepare(stateful, { tfjsEngine: 'onnxruntime', cache })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining(STATEFUL),
    })
  })

  test('is run by the cpu backend where wasm lacks an operation, with a warning', async () => {
    const warnings: string[] = []
    const prepared = await prepare(savedComplex(), { warn: noting(warnings) })
    expect(prepared.engine).toEqual({
      name: 'cpu',
      reason: expect.stringMatching(
        /complex numbers are not compiled; the wasm backend of TF\.js has no Complex/,
      ),
    })
    expect(warnings).toHaveLength(1)
    const predictor = await load(prepared)
    const inputs: TensorMap = new Map([
      ['x', { datatype: 'FP32', shape: [1, 3], data: Float32Array.of(3, 0, 1) }],
      ['y', { datatype: 'FP32', shape: [1, 3], data: Float32Array.of(4, 2, 0) }],
    ])
    expect((await predictor.predict(inputs)).get('size')?.data).toEqual(Float32Array.of(5, 2, 1))
    await predictor.close()
  })

  test('is refused by a forced engine that lacks an operation, by its name', async () => {
    const prepared = await prepare(savedComplex(), { tfjsEngine: 'wasm' })
    await expect(load(prepared)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringMatching(/no Complex for its wasm backend.*--tfjs-engine auto/),
    })
  })

  test('is run by tfjs-node rather than cpu, where that is installed', () => {
    const verdict = {
      outcome: { kind: 'refused', reason: 'why' },
      wasmLack: 'has no Einsum',
    } as const
    expect(chooseEngine(verdict, 'auto', () => true).name).toBe('tfjs-node')
    expect(chooseEngine(verdict, 'auto', () => false).name).toBe('cpu')
  })
})

describe('a broken model', () => {
  test.each(['auto', 'onnxruntime', 'wasm', 'cpu'] as const)(
    'is an error with %s, never another engine',
    async (tfjsEngine) => {
      const folder = await saved(network())
      rmSync(join(folder, 'group1-shard1of1.bin'))
      await expect(prepare(folder, { tfjsEngine })).rejects.toMatchObject({ name: 'ServingError' })
    },
  )

  test('is one whose topology is none', async () => {
    const folder = await saved(network())
    writeFileSync(join(folder, 'model.json'), '{"modelTopology":{"class_name":"Model"},"weightsManifest":[]}')
    await expect(prepare(folder)).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
  })
})
