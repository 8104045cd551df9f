import { expect, test } from 'vitest'
import { WorkerPool } from '../../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads } from '../../../src/runtime/pool/worker-threads.ts'
import { column, doubled, fakeWorkerModel } from '../fakes/fake-model.ts'

const PATIENCE_MS = 10_000

function isBusy(pool: WorkerPool): boolean {
  const { running, queued } = pool.stats
  return running + queued > 0
}

test('in a turn of the event loop that does not end, its workers go on', async () => {
  const pool = await WorkerPool.open(new WorkerThreads({ maxThreads: 1 }), fakeWorkerModel({ runMs: 5 }), 1)
  const runs = [1, 2, 3, 4, 5].map((value) => pool.predict(column(value)))
  const end = performance.now() + PATIENCE_MS
  // Nothing but this loop runs in this thread meanwhile.
  while (isBusy(pool) && performance.now() < end) pool.receive()
  expect(pool.stats).toMatchObject({ running: 0, queued: 0 })
  expect((await Promise.all(runs)).map((outputs) => doubled(outputs)[0])).toEqual([2, 4, 6, 8, 10])
  await pool.close()
})
