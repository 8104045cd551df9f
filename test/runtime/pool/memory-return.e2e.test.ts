import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { WorkerPool } from '../../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads } from '../../../src/runtime/pool/worker-threads.ts'
import { columnOf, fakeWorkerModel } from '../fakes/fake-model.ts'
import { JSON_BODY } from '../fakes/json-body.ts'

const MB = 1024 * 1024
const residentMb = () => process.memoryUsage.rss() / MB

let pool: WorkerPool

async function open(): Promise<void> {
  pool = await WorkerPool.open(new WorkerThreads({ maxThreads: 1 }), fakeWorkerModel(), 1)
}

afterEach(() => pool.close())

test('the memory that large bodies took is given back once their worker is idle', async () => {
  await open()
  const body = Buffer.from(`{"inputs": [${'1.5, '.repeat(4_000_000)}1.5]}`)
  await pool.score(Buffer.from('{"inputs": [1.5]}'), JSON_BODY, {})
  const before = residentMb()
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, residentMb())
  }, 20)
  for (let n = 0; n < 2; n += 1) await pool.score(body, JSON_BODY, {})
  clearInterval(watch)
  // Some of it stays with the allocator and with the handles of this thread.
  const enough = before + (most - before) / 2
  const deadline = performance.now() + 60_000
  while (residentMb() > enough && performance.now() < deadline) await sleep(100)
  expect(residentMb()).toBeLessThan(enough)
})

test('runs without a pause between them do not gather the shared memory of their inputs', async () => {
  await open()
  const inputs = columnOf(new Float64Array((8 * MB) / 8))
  await pool.predict(inputs)
  const before = residentMb()
  let most = 0
  for (let n = 0; n < 200; n += 1) {
    await pool.predict(inputs)
    most = Math.max(most, residentMb())
  }
  // 1.6 GB went through.
  expect(most - before).toBeLessThan(800)
}, 300_000)
