import { expect, test } from 'vitest'
import { WorkerPool } from '../../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads } from '../../../src/runtime/pool/worker-threads.ts'
import { column, doubled, fakeWorkerModel } from '../fakes/fake-model.ts'

test('a caller in a hurry does not cost a slow run its worker', async () => {
  const threads = new WorkerThreads({ maxThreads: 1, runTimeoutMs: 20_000 })
  const pool = await WorkerPool.open(threads, fakeWorkerModel({ runMs: 1300 }), 1)
  await expect(pool.predict(column(2), { deadline: performance.now() + 20 })).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
  })
  expect(doubled(await pool.predict(column(3)))).toEqual([6])
  expect(pool.stats).toMatchObject({ workersLost: 0, workerRestarts: 0 })
  await pool.close()
})
