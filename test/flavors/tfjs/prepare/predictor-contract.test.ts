import type { TensorMap } from '../../../../src/core/tensor.ts'
import { WorkerPool } from '../../../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads } from '../../../../src/runtime/pool/worker-threads.ts'
import { describePredictor } from '../../../contract/predictor-contract.ts'
import { load, network, prepare, saved } from './support/saved-models.ts'

const fourNumbers = (rows: number, seed: number): TensorMap => {
  const data = Float32Array.from({ length: rows * 4 }, (_, index) => Math.sin(seed * 10 + index))
  return new Map([['hidden_input', { datatype: 'FP32', shape: [rows, 4], data }]])
}

const folder = await saved(network())

const prepared = await prepare(folder)

describePredictor('A TF.js model on onnxruntime', { open: () => load(prepared), inputs: fourNumbers })
describePredictor('A TF.js model on onnxruntime in a pool', {
  open: () =>
    WorkerPool.open(new WorkerThreads({ maxThreads: 1 }), { mlmodel: prepared, intraOpThreads: 1 }, 1),
  inputs: fourNumbers,
})
