import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { layers, type Sequential, sequential } from '@tensorflow/tfjs-layers'
import type { Predictor } from '../../../../../src/core/predictor.ts'
import type { PreparedModel, PrepareOptions } from '../../../../../src/flavors/flavor.ts'
import { flavorFor } from '../../../../../src/flavors/flavor-table.ts'
import type { MlModel } from '../../../../../src/flavors/mlmodel.ts'
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts'
import { useQuietCpu } from '../../../../fixtures/tfjs/quiet-cpu.ts'
import {
  placeholder,
  saveGraphModel,
  saveLayersModel,
  signatureEntry,
} from '../../../../fixtures/tfjs/save-model.ts'

await useQuietCpu()

/** What an MLmodel file in the folder would say. */
export function mlmodelOf(directory: string): MlModel {
  return {
    directory,
    flavor: 'tfjs',
    flavorConfig: { data: 'model.json' },
    signature: undefined,
    runId: undefined,
    modelId: undefined,
    mlflowVersion: undefined,
    servingInputPath: undefined,
    inputExamplePath: undefined,
  }
}

export async function prepare(directory: string, options?: PrepareOptions): Promise<PreparedModel> {
  const model = mlmodelOf(directory)
  return (await flavorFor(model)).prepare(model, options)
}

export async function load(model: PreparedModel): Promise<Predictor> {
  return (await flavorFor(model)).load(model, { intraOpThreads: 1 })
}

/** A small network with the same weights each time: 4 numbers in, 3 shares out. */
export function network(seed = 1, lastActivation: 'softmax' | 'linear' = 'softmax'): Sequential {
  const initializer = (offset: number) => tf.randomNormal([4, 8], 0, 1, 'float32', seed + offset)
  const result = sequential({
    layers: [
      layers.dense({ units: 8, inputShape: [4], activation: 'tanh', name: 'hidden' }),
      layers.dense({ units: 3, activation: lastActivation, name: 'shares' }),
    ],
  })
  result.setWeights([
    initializer(0),
    tf.zeros([8]),
    tf.reshape(tf.slice(initializer(1), [0, 0], [3, 8]), [8, 3]),
    tf.tensor1d([0.1, -0.2, 0.3]),
  ])
  return result
}

/** Saves a layers model in a folder of its own. @returns its path */
export async function saved(model: Sequential, name = 'model'): Promise<string> {
  const folder = join(temporaryFolder(), name)
  await saveLayersModel(model, folder)
  model.dispose()
  return folder
}

/** TF.js keeps its states from call to call, so that no compiled model could be equal. */
export function savedStateful(): Promise<string> {
  return saved(
    sequential({
      layers: [
        layers.lstm({
          ...{ units: 2, stateful: true, batchInputShape: [1, 3, 2], name: 'memory' },
          // TF.js's own default is made with chained operations, which its core alone does not have.
          recurrentInitializer: 'glorotUniform',
        }),
      ],
    }),
    'memory',
  )
}

const FLOAT = { T: { type: 'DT_FLOAT' } }

/** `|x + iy|`: of complex numbers, which the wasm backend has no code for. */
export function savedComplex(): string {
  const folder = join(temporaryFolder(), 'model')
  saveGraphModel(
    {
      nodes: [
        placeholder('x', 'DT_FLOAT', [-1, 3]),
        placeholder('y', 'DT_FLOAT', [-1, 3]),
        { name: 'z', op: 'Complex', input: ['x', 'y'], attr: FLOAT },
        { name: 'size', op: 'ComplexAbs', input: ['z'], attr: FLOAT },
      ],
      signature: {
        inputs: {
          x: signatureEntry('x:0', 'DT_FLOAT', [-1, 3]),
          y: signatureEntry('y:0', 'DT_FLOAT', [-1, 3]),
        },
        outputs: { size: signatureEntry('size:0', 'DT_FLOAT', [-1, 3]) },
      },
    },
    folder,
  )
  return folder
}

/** An Einsum, which is compiled, and which the wasm backend lacks. */
export function savedEinsum(): string {
  const folder = join(temporaryFolder(), 'model')
  const equation = { s: Buffer.from('ij,jk->ik').toString('base64') }
  saveGraphModel(
    {
      nodes: [
        placeholder('x', 'DT_FLOAT', [-1, 3]),
        { name: 'y', op: 'Einsum', input: ['x', 'w'], attr: { ...FLOAT, N: { i: '2' }, equation } },
      ],
      weights: [{ name: 'w', shape: [3, 2], values: [1, 2, 3, 4, 5, 6] }],
      signature: {
        inputs: { x: signatureEntry('x:0', 'DT_FLOAT', [-1, 3]) },
        outputs: { y: signatureEntry('y:0', 'DT_FLOAT', [-1, 2]) },
      },
    },
    folder,
  )
  return folder
}

/** Each row less the mean of all rows. */
export function savedRowMixer(): string {
  const folder = join(temporaryFolder(), 'model')
  saveGraphModel(
    {
      nodes: [
        placeholder('x', 'DT_FLOAT', [-1, 3]),
        { name: 'mean', op: 'Mean', input: ['x', 'axes'], attr: { ...FLOAT, keep_dims: { b: true } } },
        { name: 'y', op: 'Sub', input: ['x', 'mean'], attr: FLOAT },
        { name: 'z', op: 'Exp', input: ['y'], attr: FLOAT },
      ],
      weights: [{ name: 'axes', shape: [1], dtype: 'int32', values: [0] }],
      signature: {
        inputs: { x: signatureEntry('x:0', 'DT_FLOAT', [-1, 3]) },
        outputs: { z: signatureEntry('z:0', 'DT_FLOAT', [-1, 3]) },
      },
    },
    folder,
  )
  return folder
}
