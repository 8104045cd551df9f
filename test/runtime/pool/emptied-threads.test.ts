import { expect, test } from 'vitest'
import { WorkerPool } from '../../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads } from '../../../src/runtime/pool/worker-threads.ts'
import { column, doubled, fakeWorkerModel } from '../fakes/fake-model.ts'
import { type FakeConfig, Order } from '../fakes/flavor-table.ts'

function openPool(threads: WorkerThreads, config: FakeConfig = {}, count = 1): Promise<WorkerPool> {
  return WorkerPool.open(threads, fakeWorkerModel(config), count)
}

/** Ends the pool, and gives its threads back. @returns whether they can be used again. */
async function leave(pool: WorkerPool): Promise<boolean> {
  let isUsable = false
  await pool.close(async (threads) => {
    isUsable = await threads.empty()
  })
  return isUsable
}

function threadIds(threads: WorkerThreads): number[] {
  return [...threads.opened].map(({ id }) => id)
}

test('a thread that was emptied has closed its model, and takes one after the other', async () => {
  const threads = new WorkerThreads({ maxThreads: 1 })
  const closes = new Int32Array(new SharedArrayBuffer(4))
  const ids = new Set<number>()
  for (let model = 0; model < 12; model += 1) {
    const pool = await openPool(threads, { closes })
    for (const id of threadIds(threads)) ids.add(id)
    expect(doubled(await pool.predict(column(model)))).toEqual([2 * model])
    expect(await leave(pool)).toBe(true)
    expect(closes[0]).toBe(model + 1)
  }
  expect(ids.size).toBe(1)
  await threads.close()
  expect(threads.gone).toBe(true)
})

test('what an emptied pool had taken is answered first, and it takes nothing more', async () => {
  const threads = new WorkerThreads({ maxThreads: 1 })
  const pool = await openPool(threads, { runMs: 20 })
  const taken = [1, 2, 3].map((x) => pool.predict(column(x)))
  const left = leave(pool)
  await expect(pool.predict(column(4))).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
  expect((await Promise.all(taken)).map(doubled)).toEqual([[2], [4], [6]])
  expect(await left).toBe(true)
  await threads.close()
})

test('a thread that dies after it was emptied is replaced by the next opening', async () => {
  const threads = new WorkerThreads({ maxThreads: 1 })
  expect(await leave(await openPool(threads))).toBe(true)
  const pool = await openPool(threads)
  const [first] = threadIds(threads)
  await expect(pool.predict(column(Order.exit))).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
  expect(doubled(await pool.predict(column(2)))).toEqual([4])
  expect(threadIds(threads)).not.toEqual([first])
  await pool.close()
})

test('several threads, and those that are closed, cannot be used again', async () => {
  const several = new WorkerThreads({ maxThreads: 2 })
  expect(await leave(await openPool(several, {}, 2))).toBe(false)
  await several.close()
  const closed = new WorkerThreads({ maxThreads: 1 })
  await (await openPool(closed)).close()
  expect(await closed.empty()).toBe(false)
})
