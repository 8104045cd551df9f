/**
 * A process of its own for a run that never returns: what it holds, nothing can end but SIGKILL. Prints what
 * became of the calls and of the pool, and ends itself.
 */
import type { Tensor, TensorMap } from '../../../src/core/tensor.ts'
import { WorkerPool } from '../../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads } from '../../../src/runtime/pool/worker-threads.ts'
import { prepareModel } from '../../../src/runtime/prepare-model.ts'
import { modelPath } from '../../fixtures/onnx/onnx-models.ts'

function loop(turns: bigint): TensorMap {
  return new Map<string, Tensor>([
    ['turns', { datatype: 'INT64', shape: [], data: BigInt64Array.of(turns) }],
    ['x', { datatype: 'FP32', shape: [1], data: Float32Array.of(1) }],
  ])
}

const mlmodel = await prepareModel(modelPath('loop'))
const pool = await WorkerPool.open(new WorkerThreads({ maxThreads: 1 }), { mlmodel, intraOpThreads: 1 }, 1)
await pool.predict(loop(3n))
const endless = pool.predict(loop(2n ** 62n), { deadline: performance.now() + 200 })
const code = await endless.catch((error: { code: string }) => error.code)
const next = await pool.predict(loop(3n))
const { stats } = pool

// One more, and the pool is closed while it runs.
await pool.predict(loop(2n ** 62n), { deadline: performance.now() + 100 }).catch(() => {})
await pool.close()
const { stuckWorkers: stuckAtTheEnd } = pool.stats
process.stdout.write(JSON.stringify({ code, answered: next.has('y'), stats, stuckAtTheEnd }), () => {
  process.kill(process.pid, 'SIGKILL')
})
