import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { newTiming } from '../../../src/core/timing.ts'
import { WorkerPool } from '../../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads, type WorkerThreadsOptions } from '../../../src/runtime/pool/worker-threads.ts'
import { column, columnOf, doubled, fakeWorkerModel } from '../fakes/fake-model.ts'
import { type FakeConfig, Order } from '../fakes/flavor-table.ts'

interface PoolOptions extends WorkerThreadsOptions {
  readonly count: number
}

let pool: WorkerPool

async function open(config: FakeConfig = {}, options: Partial<PoolOptions> = {}): Promise<WorkerPool> {
  const { count = 1, maxThreads = count } = options
  const threads = new WorkerThreads({ ...options, maxThreads })
  pool = await WorkerPool.open(threads, fakeWorkerModel(config), count)
  return pool
}

/** Until `condition` holds; fails the test by its time-out. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5)
}

afterEach(() => pool?.close())

describe('a pool', () => {
  test('answers as the model in its workers does', async () => {
    await open({}, { count: 2 })
    const answers = await Promise.all([1, 2, 3, 4, 5].map((x) => pool.predict(column(x, x + 0.5))))
    expect(answers.map(doubled)).toEqual([1, 2, 3, 4, 5].map((x) => [2 * x, 2 * x + 1]))
  })

  test('states the limits of the model', async () => {
    await open({}, { count: 2 })
    expect(pool).toMatchObject({
      inputs: [{ name: 'x', datatype: 'FP64', shape: [-1] }],
      outputs: [{ name: 'y', datatype: 'FP64', shape: [-1] }],
      maxBatchRows: Number.POSITIVE_INFINITY,
      maxConcurrency: 2,
      batchable: true,
    })
  })

  test('takes twice as many calls at once where runs are short, and once as many where they are not', async () => {
    await open({}, { count: 2 })
    // On a machine with much to do the first runs are not short.
    do await pool.predict(column(1))
    while (pool.maxConcurrency < 4)
    await pool.close()
    await open({ runMs: 10 }, { count: 2 })
    await pool.predict(column(1))
    expect(pool.maxConcurrency).toBe(2)
  })

  test('leaves the arrays of its caller whole, small or large, views or not', async () => {
    await open()
    const large = Float64Array.from({ length: 20_000 }, (_, index) => index)
    for (const data of [large, large.subarray(3, 5), large.subarray(7, 15_000)]) {
      const before = data.slice()
      const answer = await pool.predict(columnOf(data))
      expect(doubled(answer)).toEqual([...before].map((x) => 2 * x))
      expect(data).toEqual(before)
    }
  })

  test('takes inputs of any size one after the other in the same slot, and what cannot be packed', async () => {
    await open()
    for (const length of [1, 0, 5_000, 1, 200_000, 3, 100_000, 8_000]) {
      const data = Float64Array.from({ length }, (_, index) => index + 0.5)
      const parameters = length === 3 ? new Map([['k', 1]]) : new Map()
      const answer = await pool.predict(columnOf(data), { parameters })
      expect(answer.get('y')).toEqual({ datatype: 'FP64', shape: [length], data: data.map((x) => 2 * x) })
    }
  })

  test('fails a call whose parameters cannot be sent, and goes on with what it has', async () => {
    await open()
    const data = Float64Array.from({ length: 5_000 }, (_, index) => index)
    const parameters = new Map<string, never>([['f', (() => {}) as never]])
    await expect(pool.predict(columnOf(data), { parameters })).rejects.toMatchObject({
      code: 'INTERNAL_ERROR',
    })
    expect(doubled(await pool.predict(columnOf(data)))).toEqual([...data].map((x) => 2 * x))
  })

  test('passes on the error of the model with its code and details, and serves on', async () => {
    await open()
    const failed = pool.predict(column(Order.fail))
    await expect(failed).rejects.toMatchObject({
      name: 'ServingError',
      code: 'BAD_REQUEST',
      message: 'The fake model was told to fail',
      details: { order: Order.fail },
    })
    expect(doubled(await pool.predict(column(1)))).toEqual([2])
    expect(pool.stats.workerRestarts).toBe(0)
  })

  test('tells how long a call waited and ran', async () => {
    await open({ runMs: 30 })
    const [first, second] = [newTiming(), newTiming()]
    const sent = performance.now()
    await Promise.all([
      pool.predict(column(1, 2), { timing: first }),
      pool.predict(column(1), { timing: second }),
    ])
    expect(first).toMatchObject({ batchRows: 2 })
    expect(first.compute).toBeGreaterThan(25)
    expect(second.queue).toBeGreaterThan(20)
    // The wait is no part of the run.
    expect(second.queue + second.compute).toBeLessThanOrEqual(performance.now() - sent)
  })

  test('refuses to open where the model cannot be loaded, with the reason', async () => {
    await expect(open({ failsToLoad: true })).rejects.toThrow('This model never loads')
  })

  test('refuses to open where the model ends the thread that loads it', async () => {
    await expect(open({ exitsOnLoad: true }, { count: 2 })).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
    })
  })

  test('grows', async () => {
    await open({}, { count: 1, maxThreads: 3 })
    await pool.grow(3)
    expect(pool.stats.workers).toBe(3)
    expect(pool.maxConcurrency).toBe(3)
  })
})

describe('a worker that dies', () => {
  test.each([
    ['by its exit', Order.exit],
    ['at its heap limit', Order.exhaustHeap],
  ])('%s takes only the call with it that it ran', async (_, order) => {
    await open({ runMs: 1 }, { count: 2, maxHeapMb: 32 })
    const calls = [1, 2, order, 4, 5, 6, 7, 8].map((x) => pool.predict(column(x)))
    const results = await Promise.allSettled(calls)
    expect(results.map(({ status }) => status)).toEqual(
      [1, 2, order, 4, 5, 6, 7, 8].map((x) => (x === order ? 'rejected' : 'fulfilled')),
    )
    expect(results[2]).toMatchObject({ reason: { code: 'TEMPORARILY_UNAVAILABLE', retryAfterSeconds: 1 } })
  })

  test('outgrows the heap that it has by default, and nobody else notices', async () => {
    await open({}, { count: 2, memoryBytes: 1024 ** 3 })
    const [failed, ...others] = [Order.exhaustHeap, 1, 2, 3].map((x) => pool.predict(column(x)))
    await expect(failed).rejects.toMatchObject({
      details: { workerDied: true },
      cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
    })
    expect((await Promise.all(others)).map(doubled)).toEqual([[2], [4], [6]])
  })

  test('is replaced', async () => {
    await open({}, { count: 2 })
    await expect(pool.predict(column(Order.exit))).rejects.toThrow('worker thread died')
    await until(() => pool.stats.workers === 2)
    expect(pool.stats).toMatchObject({ workerRestarts: 1, workersLost: 0 })
    expect(doubled(await pool.predict(column(3)))).toEqual([6])
  })

  test('is replaced when it was the only one, and what waited runs then', async () => {
    await open({ runMs: 5 })
    const dying = pool.predict(column(Order.exit))
    const waiting = [1, 2, 3].map((x) => pool.predict(column(x)))
    await expect(dying).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
    expect((await Promise.all(waiting)).map(doubled)).toEqual([[2], [4], [6]])
  })
})

describe('a run that does not return', () => {
  test('is answered at its deadline, its thread given up and replaced', { retry: 4 }, async () => {
    await open({}, { count: 1 })
    expect(doubled(await pool.predict(column(1)))).toEqual([2])
    const begun = performance.now()
    // Time enough for its thread to begin it, on a machine with much to do too.
    const stuck = pool.predict(column(Order.neverReturn), { deadline: begun + 1000 })
    await expect(stuck).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect(performance.now() - begun).toBeLessThan(10_000)
    expect(doubled(await pool.predict(column(1)))).toEqual([2])
    expect(pool.stats).toMatchObject({ workers: 1, workersLost: 1 })
  })

  test('does not keep the calls that were handed to its thread in advance', async () => {
    await open({}, { count: 2 })
    await Promise.all([1, 2, 3, 4].map((x) => pool.predict(column(x))))
    const stuck = pool.predict(column(Order.neverReturn), { deadline: performance.now() + 300 })
    const others = [1, 2, 3, 4, 5, 6].map((x) => pool.predict(column(x)))
    expect((await Promise.all(others)).map(doubled)).toEqual([[2], [4], [6], [8], [10], [12]])
    await expect(stuck).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  })

  test('is replaced time and again where the threads that were given up do end', async () => {
    await open({}, { count: 1 })
    for (let lost = 1; lost <= 3; lost += 1) {
      // One whose thread did not come to it in time is lost nowhere.
      while (pool.stats.workersLost < lost) {
        const deadline = performance.now() + 500
        await expect(pool.predict(column(Order.neverReturn), { deadline })).rejects.toThrow()
        await sleep(50)
      }
      await until(() => pool.stats.workers === 1)
    }
    expect(doubled(await pool.predict(column(1)))).toEqual([2])
    await until(() => pool.stats.stuckWorkers === 0)
  })
})

describe('a call that nobody waits for', () => {
  test('is not run when its signal is aborted while it waits', async () => {
    await open({ runMs: 50 })
    await pool.predict(column(0))
    const controller = new AbortController()
    const running = pool.predict(column(1))
    const waiting = pool.predict(column(Order.exit), { signal: controller.signal })
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(doubled(await running)).toEqual([2])
    expect(doubled(await pool.predict(column(2)))).toEqual([4])
    expect(pool.stats).toMatchObject({ workerRestarts: 0, queued: 0, running: 0 })
  })

  test('is not run when its signal is aborted after it was handed over in advance', async () => {
    await open({})
    await pool.predict(column(0))
    const controller = new AbortController()
    const calls = Array.from({ length: 50 }, (_, x) => pool.predict(column(x)))
    const dropped = pool.predict(column(Order.exit), { signal: controller.signal })
    controller.abort()
    await expect(dropped).rejects.toMatchObject({ code: 'CANCELLED' })
    await Promise.all(calls)
    expect(pool.stats.workerRestarts).toBe(0)
  })

  test('is refused at once when it comes aborted', async () => {
    await open()
    const signal = AbortSignal.abort()
    await expect(pool.predict(column(1), { signal })).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  test('is dropped at its deadline while it waits', async () => {
    await open({ runMs: 1000 })
    let isRunning = true
    const running = pool.predict(column(1)).finally(() => {
      isRunning = false
    })
    const late = pool.predict(column(2), { deadline: performance.now() + 40 })
    await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect(isRunning).toBe(true)
    expect(doubled(await running)).toEqual([2])
  })

  test('keeps its worker when it only was a little late', async () => {
    await open({ runMs: 200 })
    await expect(pool.predict(column(2), { deadline: performance.now() + 40 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    })
    expect(doubled(await pool.predict(column(3)))).toEqual([6])
    expect(pool.stats).toMatchObject({ workersLost: 0, workerRestarts: 0 })
  })
})

describe('close', () => {
  test('finishes what is under way, refuses what comes later, and ends the threads', async () => {
    await open({ runMs: 20 }, { count: 2 })
    const underWay = [1, 2, 3, 4, 5].map((x) => pool.predict(column(x)))
    const closed = pool.close()
    await expect(pool.predict(column(1))).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
    expect((await Promise.all(underWay)).map(doubled)).toEqual([[2], [4], [6], [8], [10]])
    await closed
    await pool.close()
  })
})

describe('a run everywhere', () => {
  test('happens once in each thread, in a busy one after what it has', async () => {
    await open({ runMs: 20 }, { count: 3 })
    const busy = pool.predict(column(1))
    await pool.everywhere(column(2))
    expect(doubled(await busy)).toEqual([2])
    expect(pool.stats).toMatchObject({ running: 0, queued: 0 })
  })

  test('leaves out the threads that die of it', async () => {
    await open({}, { count: 2 })
    await pool.everywhere(column(Order.exit))
    await until(() => pool.stats.workers === 2)
    expect(pool.stats.workerRestarts).toBe(2)
  })

  test('fails as the model does', async () => {
    await open({}, { count: 2 })
    await expect(pool.everywhere(column(Order.fail))).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })
})
