import { InlinePredictor } from '../../src/runtime/inline-predictor.ts'
import { WorkerPool } from '../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads } from '../../src/runtime/pool/worker-threads.ts'
import { prepareModel } from '../../src/runtime/prepare-model.ts'
import { describePredictor } from '../contract/predictor-contract.ts'
import { floatInput, loadFile, modelPath } from '../fixtures/onnx/onnx-models.ts'

const fourColumns = (rows: number, seed: number) =>
  floatInput(
    'x',
    [rows, 4],
    Array.from({ length: rows * 4 }, (_, index) => Math.sin(seed * 10 + index)),
  )

const inline = (rowMs: number) => async () => new InlinePredictor(await loadFile(modelPath('softmax')), rowMs)

const pool = (workers: number) => async () => {
  const mlmodel = await prepareModel(modelPath('softmax'))
  const threads = new WorkerThreads({ maxThreads: workers })
  return WorkerPool.open(threads, { mlmodel, intraOpThreads: 1 }, workers)
}

describePredictor('An inline model', { open: inline(0.01), inputs: fourColumns })
describePredictor('An inline model whose requests are cut', { open: inline(5), inputs: fourColumns })
describePredictor('A pool of one worker', { open: pool(1), inputs: fourColumns })
describePredictor('A pool of two workers', { open: pool(2), inputs: fourColumns })
