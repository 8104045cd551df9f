import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { WorkerThreads } from '../../../src/runtime/pool/worker-threads.ts'
import { fakeWorkerModel } from '../fakes/fake-model.ts'

/** Two counts that threads share: of loads that have begun, and of those that have ended. */
function newLoads(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
}

test('threads are not ended in the middle of opening the model', async () => {
  const loads = newLoads()
  const threads = new WorkerThreads({ maxThreads: 2 })
  const opening = Promise.allSettled([threads.open(fakeWorkerModel({ loadMs: 300, loads }), 2)])
  while (loads[0] === 0) await sleep(1)
  await threads.close()
  await opening
  expect(loads[1]).toBe(loads[0])
})

test('threads whose start is not over open nothing once they are to end', async () => {
  const loads = newLoads()
  const threads = new WorkerThreads({ maxThreads: 2 })
  const opening = threads.open(fakeWorkerModel({ loads }), 2)
  const refused = expect(opening).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
  await threads.close()
  await refused
  expect([...loads]).toEqual([0, 0])
})

test('one that cannot open the model leaves the others the time to open it', async () => {
  const loads = newLoads()
  const threads = new WorkerThreads({ maxThreads: 2 })
  const opening = threads.open(fakeWorkerModel({ failsToLoad: true, loadMs: 200, loads }), 2)
  await expect(opening).rejects.toThrow('This model never loads')
  await threads.close()
  expect(loads[1]).toBe(loads[0])
})
