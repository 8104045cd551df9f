import { afterAll } from 'vitest'
import type { Predictor } from '../../src/core/predictor.ts'
import type { BatchPlan } from '../../src/runtime/batching/batch-plan.ts'
import { DynamicBatcher } from '../../src/runtime/batching/dynamic-batcher.ts'
import { PLAIN_ROWS } from '../../src/runtime/batching/plain-rows.ts'
import { WorkerPool } from '../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads } from '../../src/runtime/pool/worker-threads.ts'
import { prepareModel } from '../../src/runtime/prepare-model.ts'
import { describePredictor } from '../contract/predictor-contract.ts'
import { floatInput, loadFile, modelPath } from '../fixtures/onnx/onnx-models.ts'

const PLAN: BatchPlan = { sizes: [1, 2, 3, 4], joining: PLAIN_ROWS, runMs: (rows) => 0.01 * rows }

const fourColumns = (rows: number, seed: number) =>
  floatInput(
    'x',
    [rows, 4],
    Array.from({ length: rows * 4 }, (_, index) => Math.sin(seed * 10 + index)),
  )

const pool = (workers: number) => async () => {
  const mlmodel = await prepareModel(modelPath('softmax'))
  const threads = new WorkerThreads({ maxThreads: workers })
  return WorkerPool.open(threads, { mlmodel, intraOpThreads: 1 }, workers)
}

const inline = (plan?: BatchPlan) => async () => {
  const batcher = new DynamicBatcher(await loadFile(modelPath('softmax')), { placement: 'inline' })
  batcher.use(plan)
  return batcher
}

/** One pool for many tests: threads take long to start. */
let sharedPool: Promise<Predictor> | undefined

async function lentPool(): Promise<Predictor> {
  sharedPool ??= pool(2)()
  const shared = await sharedPool
  const { inputs, outputs, maxBatchRows, maxConcurrency, batchable } = shared
  return {
    ...{ inputs, outputs, maxBatchRows, maxConcurrency, batchable },
    predict: (...call) => shared.predict(...call),
    close: async () => {},
  }
}

afterAll(async () => {
  await (await sharedPool)?.close()
})

const overPool = (plan?: BatchPlan) => async () => {
  const batcher = new DynamicBatcher(await lentPool(), { placement: 'pool' })
  batcher.use(plan)
  return batcher
}

const withOverflow = async () =>
  new DynamicBatcher(await loadFile(modelPath('softmax')), {
    placement: 'inline',
    overflow: lentPool,
    rowMs: 100,
  })

describePredictor('A pool of one worker', { open: pool(1), inputs: fourColumns })
describePredictor('A pool of two workers', { open: pool(2), inputs: fourColumns })
describePredictor('A batcher inline without a plan', { open: inline(), inputs: fourColumns })
describePredictor('A batcher inline', { open: inline(PLAN), inputs: fourColumns })
describePredictor('A batcher inline whose calls overflow', { open: withOverflow, inputs: fourColumns })
describePredictor('A batcher over a pool without a plan', { open: overPool(), inputs: fourColumns })
describePredictor('A batcher over a pool', { open: overPool(PLAN), inputs: fourColumns })
