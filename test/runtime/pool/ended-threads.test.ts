import { expect, test } from 'vitest'
import { WorkerPool } from '../../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads } from '../../../src/runtime/pool/worker-threads.ts'
import { column, doubled, fakeWorkerModel } from '../fakes/fake-model.ts'
import { type FakeConfig, Order } from '../fakes/flavor-table.ts'

/** A count that threads share. */
function newCount(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
}

function openPool(threads: WorkerThreads, config: FakeConfig, workers: number): Promise<WorkerPool> {
  return WorkerPool.open(threads, fakeWorkerModel(config), workers)
}

test('threads give up their model before they end, one after its last run', async () => {
  const closes = newCount()
  const threads = new WorkerThreads({ maxThreads: 3 })
  const pool = await openPool(threads, { closes, runMs: 100 }, 3)
  const running = pool.predict(column(1))
  await pool.close()
  expect(doubled(await running)).toEqual([2])
  expect(closes[0]).toBe(3)
  expect(threads.gone).toBe(true)
})

test('a thread whose model never lets go is ended all the same', async () => {
  const closes = newCount()
  const threads = new WorkerThreads({ maxThreads: 1 })
  const pool = await openPool(threads, { closes, neverCloses: true }, 1)
  await pool.close()
  expect(closes[0]).toBe(1)
  expect(threads.gone).toBe(true)
})

test('a thread that could not open its model, and one inside a run without end, do not keep the others', async () => {
  const threads = new WorkerThreads({ maxThreads: 1 })
  await expect(openPool(threads, { failsToLoad: true }, 1)).rejects.toThrow('This model never loads')
  expect(threads.gone).toBe(true)

  const closes = newCount()
  const held = new WorkerThreads({ maxThreads: 2 })
  const pool = await openPool(held, { closes }, 2)
  const endless = pool.predict(column(Order.neverReturn), { deadline: performance.now() + 1000 })
  await expect(endless).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  await pool.close()
  expect(closes[0]).toBe(1)
})
