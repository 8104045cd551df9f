import { afterEach, expect, test } from 'vitest'
import type { BatchPlan } from '../../../src/runtime/batching/batch-plan.ts'
import { DynamicBatcher } from '../../../src/runtime/batching/dynamic-batcher.ts'
import { PLAIN_ROWS } from '../../../src/runtime/batching/plain-rows.ts'
import { placedInPool } from '../../../src/runtime/placement.ts'
import { WorkerPool } from '../../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads } from '../../../src/runtime/pool/worker-threads.ts'
import { column, columnOf, doubled, fakeWorkerModel } from '../fakes/fake-model.ts'
import { type FakeConfig, Order } from '../fakes/flavor-table.ts'

const PLAN: BatchPlan = {
  sizes: Array.from({ length: 16 }, (_, index) => index + 1),
  joining: PLAIN_ROWS,
  runMs: (rows) => 0.1 * rows,
}

let open: { readonly batcher: DynamicBatcher; readonly pool: WorkerPool } | undefined

afterEach(async () => {
  open?.batcher.abandon()
  open?.pool.abandon()
  await open?.batcher.close()
  open = undefined
})

async function batcherOver(workers: number, config: FakeConfig = {}): Promise<DynamicBatcher> {
  const threads = new WorkerThreads({ maxThreads: workers })
  const pool = await WorkerPool.open(threads, fakeWorkerModel(config), workers)
  const batcher = new DynamicBatcher(pool, { placement: 'pool' })
  batcher.use(PLAN)
  open = { batcher, pool }
  return batcher
}

const settle = <T>(promise: Promise<T>) => promise.catch((error: unknown) => error)

test('many calls at once get their own rows', async () => {
  const batcher = await batcherOver(2)
  const answers = Array.from({ length: 300 }, (_, value) => batcher.predict(column(value, -0.5)))
  const large = batcher.predict(columnOf(Float64Array.from({ length: 500 }, (_, row) => row)))
  expect((await Promise.all(answers)).map(doubled)).toEqual(answers.map((_, value) => [2 * value, -1]))
  expect(doubled(await large)).toEqual(Array.from({ length: 500 }, (_, row) => 2 * row))
  expect(batcher.stats.batches).toBeGreaterThan(0)
})

test('a worker that dies under a batch costs only the call that killed it', async () => {
  const batcher = await batcherOver(1)
  // The fake obeys the first row of a run, which is the killer's.
  const answers = [Order.exit, 1, 2, 3].map((value) => settle(batcher.predict(column(value))))
  const [killer, ...others] = await Promise.all(answers)
  expect(killer).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE', details: { workerDied: true } })
  expect(others.map((outputs) => doubled(outputs as ReadonlyMap<string, never>))).toEqual([[2], [4], [6]])
  expect(batcher.stats.retried).toBe(4)
})

test('a thread that replaces one that died is told of', async () => {
  const batcher = await batcherOver(2)
  const { pool } = open!
  const replaced = new Promise<void>((resolve) => {
    placedInPool(pool).onRoom(() => {
      if (pool.stats.workerRestarts > 1 && pool.stats.workers === 2) resolve()
    })
  })
  expect(await settle(batcher.predict(column(Order.exit)))).toMatchObject({ details: { workerDied: true } })
  await replaced
})

test('a run without end ends for each call at its own deadline, and the pool serves on', async () => {
  const batcher = await batcherOver(1, { unboundedRun: true })
  const now = performance.now()
  const deadlines = [now + 60, now + 150]
  const hung = [Order.neverReturn, 1].map((value, index) =>
    settle(batcher.predict(column(value), { deadline: deadlines[index]! })),
  )
  const answers = await Promise.all(hung)
  for (const answer of answers) expect(answer).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  expect(performance.now()).toBeGreaterThan(now + 140)
  const next = await batcher.predict(column(21), { deadline: performance.now() + 15_000 })
  expect(doubled(next)).toEqual([42])
})
