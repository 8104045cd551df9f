import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Admission } from '../../../src/runtime/admission/admission.ts'

test('refuses one request more than it takes, until one leaves', () => {
  const admission = new Admission({ maxRequests: 2, maxRows: 100 })
  admission.enter(1, undefined)
  admission.enter(1, undefined)
  expect(() => admission.enter(1, undefined)).toThrow(
    expect.objectContaining({ code: 'TEMPORARILY_UNAVAILABLE', retryAfterSeconds: 1 }),
  )
  admission.leave(1)
  admission.enter(1, undefined)
  expect(admission.requests).toBe(2)
})

test('refuses more rows than it takes, but not a large request that is alone', () => {
  const admission = new Admission({ maxRequests: 10, maxRows: 100 })
  admission.enter(1000, undefined)
  expect(() => admission.enter(1, undefined)).toThrow('queue of the model is full')
  admission.leave(1000)
  admission.enter(60, undefined)
  admission.enter(40, undefined)
  expect(() => admission.enter(1, undefined)).toThrow('queue of the model is full')
})

/** As many answers, one after the other, as make the prediction count. */
async function answerSlowly(admission: Admission): Promise<void> {
  for (let n = 0; n < 20; n += 1) {
    admission.enter(1, undefined)
    await sleep(10)
    admission.leave(1)
  }
}

test('refuses what could not be answered by its deadline, and says when to come again', async () => {
  const admission = new Admission({ maxRequests: 1000, maxRows: 1000 })
  await answerSlowly(admission)
  for (let n = 0; n < 200; n += 1) admission.enter(1, undefined)
  expect(admission.predictedWaitMs).toBeGreaterThan(1500)
  expect(() => admission.enter(1, performance.now() + 100)).toThrow(
    expect.objectContaining({ code: 'TEMPORARILY_UNAVAILABLE', retryAfterSeconds: expect.any(Number) }),
  )
  expect(() => admission.enter(1, performance.now() + 60_000)).not.toThrow()
})

test('always takes a request where none is under way, so that a slow time is not for ever', async () => {
  const admission = new Admission()
  await answerSlowly(admission)
  expect(() => admission.enter(1, performance.now() + 1)).not.toThrow()
})

test('takes nothing once it is stopped, and tells when the last has left', async () => {
  const admission = new Admission()
  admission.enter(3, undefined)
  admission.stop('going away')
  expect(() => admission.enter(1, undefined)).toThrow(
    expect.objectContaining({ code: 'TEMPORARILY_UNAVAILABLE', message: 'going away' }),
  )
  let idle = 0
  const waits = [admission.idle(), admission.idle()].map((wait) =>
    wait.then(() => {
      idle += 1
    }),
  )
  await sleep(5)
  expect(idle).toBe(0)
  admission.leave(3)
  await Promise.all(waits)
  await admission.idle()
})
