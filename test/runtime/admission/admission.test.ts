import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Admission } from '../../../src/runtime/admission/admission.ts'

test('refuses one request more than it takes, until one leaves', () => {
  const admission = new Admission({ maxRequests: 2, maxRows: 100 })
  admission.enter(1)
  admission.enter(1)
  expect(() => admission.enter(1)).toThrow(
    expect.objectContaining({ code: 'TEMPORARILY_UNAVAILABLE', retryAfterSeconds: 1 }),
  )
  admission.leave(1)
  admission.enter(1)
  expect(admission.requests).toBe(2)
})

test('refuses more rows than it takes, but not a large request that is alone', () => {
  const admission = new Admission({ maxRequests: 10, maxRows: 100 })
  admission.enter(1000)
  expect(() => admission.enter(1)).toThrow('queue of the model is full')
  admission.leave(1000)
  admission.enter(60)
  admission.enter(40)
  expect(() => admission.enter(1)).toThrow('queue of the model is full')
})

/** A clock that is told the time. */
function clocked(limits = { maxRequests: 1000, maxRows: 1000 }) {
  const clock = { now: 1000 }
  return { clock, admission: new Admission(limits, () => clock.now) }
}

/** One request after the other, until the rate is known. */
function answer({ clock, admission }: ReturnType<typeof clocked>, runMs: number, count = 20): void {
  for (let n = 0; n < count; n += 1) {
    admission.enter(1)
    clock.now += runMs
    admission.leave(1, runMs)
  }
}

/** Two requests wait behind the one that runs, all the time. */
function answerQueue({ clock, admission }: ReturnType<typeof clocked>, queue: number, runMs: number): void {
  for (let n = 0; n < queue; n += 1) admission.enter(1)
  for (let n = 0; n < 50; n += 1) {
    clock.now += runMs
    admission.leave(1, runMs)
    admission.enter(1)
  }
}

test('refuses what could not be answered by its deadline, and says when to come again', () => {
  const server = clocked()
  const { clock, admission } = server
  answerQueue(server, 200, 10)
  expect(admission.predictedWaitMs).toBeCloseTo(2000, -1)
  expect(() => admission.enter(1, { deadline: clock.now + 100 })).toThrow(
    expect.objectContaining({ code: 'TEMPORARILY_UNAVAILABLE', retryAfterSeconds: 3 }),
  )
  expect(admission.foresee({ deadline: clock.now + 100 })).toMatchObject({ reason: 'wait' })
  expect(admission.foresee({ deadline: clock.now + 60_000 })).toBeUndefined()
  admission.enter(1, { deadline: clock.now + 60_000 })
  expect(admission.refused).toMatchObject({ wait: 2, queue: 0 })
})

describe('requests of different sizes', () => {
  /** Small requests one after the other, as long as one of a size of its own is under way. */
  function refusedBeside({ clock, admission }: ReturnType<typeof clocked>, deadlineMs: number): number {
    for (let n = 0; n < 1000; n += 1) {
      if (admission.foresee({ deadline: clock.now + deadlineMs }) === undefined) {
        admission.enter(1, { deadline: clock.now + deadlineMs })
        clock.now += 2
        admission.leave(1, 0.1)
      }
      clock.now += 1
    }
    return admission.refused.wait
  }

  test('a large one that others overtake makes them wait no longer than they do', () => {
    const server = clocked({ maxRequests: 1000, maxRows: 1_000_000 })
    answer(server, 2, 500)
    server.admission.enter(100_000, { deadline: server.clock.now + 60_000 })
    expect(refusedBeside(server, 1000)).toBe(0)
    expect(server.admission.predictedWaitMs).toBeLessThan(10)
  })

  test('a large one is not taken to be as slow for each of its rows as small ones are', () => {
    const server = clocked({ maxRequests: 1000, maxRows: 1_000_000 })
    answerQueue(server, 10, 10)
    expect(() => server.admission.enter(10_000, { deadline: server.clock.now + 5000 })).not.toThrow()
  })

  test('small ones that really wait for a large one are refused', () => {
    const server = clocked({ maxRequests: 1000, maxRows: 1_000_000 })
    answer(server, 2, 500)
    server.admission.enter(100_000)
    for (let n = 0; n < 100; n += 1) {
      server.admission.enter(1)
      server.clock.now += 10
    }
    expect(server.admission.foresee({ deadline: server.clock.now + 500 })).toMatchObject({ reason: 'wait' })
    expect(server.admission.foresee({ deadline: server.clock.now + 5000 })).toBeUndefined()
  })

  test('large ones that take their time are foreseen by what large ones took', () => {
    const server = clocked({ maxRequests: 1000, maxRows: 1_000_000 })
    const { clock, admission } = server
    answer(server, 2, 500)
    for (let n = 0; n < 5; n += 1) admission.enter(10_000)
    for (let n = 0; n < 20; n += 1) {
      clock.now += 1000
      admission.leave(10_000, 1000)
      admission.enter(10_000)
    }
    expect(admission.predictedWaitMs).toBeCloseTo(5000, -2)
    expect(() => admission.enter(10_000, { deadline: clock.now + 4000 })).toThrow(
      'too long to answer in time',
    )
    expect(() => admission.enter(10_000, { deadline: clock.now + 8000 })).not.toThrow()
  })
})

test('knows nothing, and refuses nothing, before it has seen answers', () => {
  const { clock, admission } = clocked()
  for (let n = 0; n < 500; n += 1) admission.enter(1, { deadline: clock.now + 1 })
  clock.now += 5000
  expect(admission.predictedWaitMs).toBe(0)
  admission.enter(1, { deadline: clock.now + 1 })
})

test('always takes a request where none is under way, so that a slow time is not for ever', () => {
  const server = clocked()
  answer(server, 5000)
  server.admission.enter(1, { deadline: server.clock.now + 1 })
})

test('a model that stands still is believed to stand still for as long again', () => {
  const server = clocked()
  const { clock, admission } = server
  answerQueue(server, 3, 10)
  for (let n = 0; n < 200; n += 1) {
    clock.now += 10
    admission.enter(1, { deadline: clock.now + 60_000 })
  }
  for (let n = 0; n < 200; n += 1) admission.drop(1)
  expect(admission.predictedWaitMs).toBe(2000)
  expect(admission.foresee({ deadline: clock.now + 1000 })).toMatchObject({ reason: 'wait' })
  expect(admission.foresee({ deadline: clock.now + 60_000 })).toBeUndefined()
})

test('a while in which nobody looked says nothing: the answers may be there', () => {
  const server = clocked()
  answerQueue(server, 3, 10)
  server.clock.now += 2000
  expect(server.admission.foresee({ deadline: server.clock.now + 100 })).toBeUndefined()
})

test('what was given up makes room and says nothing of the rate', () => {
  const server = clocked()
  const { clock, admission } = server
  answerQueue(server, 100, 10)
  const rowMs = admission.predictedWaitMs / 100
  for (let n = 0; n < 50; n += 1) admission.drop(1)
  expect(admission.predictedWaitMs).toBeCloseTo(50 * rowMs, 5)
  clock.now += 50
  for (let n = 0; n < 40; n += 1) admission.drop(1)
  answer(server, 10, 5)
  expect(admission.predictedWaitMs / admission.rows).toBeGreaterThan(8)
})

test('learns how many rows bodies hold', () => {
  const admission = new Admission()
  expect(admission.likelyRows(1_000_000)).toBe(1)
  admission.learnRows(100_000, 1000)
  expect(admission.likelyRows(1_000_000)).toBe(10_000)
  expect(admission.likelyRows(1)).toBe(1)
})

describe('shares of API keys', () => {
  const refusal = { code: 'REQUEST_LIMIT_EXCEEDED' }

  test('one key alone has the whole queue, and is told 503 at its end', () => {
    const { admission } = clocked({ maxRequests: 10, maxRows: 100 })
    for (let n = 0; n < 10; n += 1) admission.enter(1, { apiKey: 0 })
    expect(() => admission.enter(1, { apiKey: 0 })).toThrow(
      expect.objectContaining({ code: 'TEMPORARILY_UNAVAILABLE' }),
    )
  })

  test('the greedier of two keys is refused at its half, the other one is let in', () => {
    const { admission } = clocked({ maxRequests: 10, maxRows: 100 })
    admission.enter(1, { apiKey: 1 })
    for (let n = 0; n < 5; n += 1) admission.enter(1, { apiKey: 0 })
    expect(() => admission.enter(1, { apiKey: 0 })).toThrow(expect.objectContaining(refusal))
    expect(admission.foresee({ apiKey: 0 })).toMatchObject({ reason: 'share' })
    for (let n = 0; n < 4; n += 1) admission.enter(1, { apiKey: 1 })
    admission.leave(1, 0, 0)
    admission.enter(1, { apiKey: 0 })
  })

  test('a key that finds the queue full of the other one has its share of what leaves', () => {
    const { clock, admission } = clocked({ maxRequests: 10, maxRows: 100 })
    for (let n = 0; n < 10; n += 1) admission.enter(1, { apiKey: 0 })
    expect(() => admission.enter(1, { apiKey: 1 })).toThrow('queue of the model is full')
    clock.now += 1000
    admission.leave(1, 0, 0)
    expect(() => admission.enter(1, { apiKey: 0 })).toThrow(expect.objectContaining(refusal))
    admission.enter(1, { apiKey: 1 })
  })

  test('without pressure nobody counts', () => {
    const { admission } = clocked({ maxRequests: 100, maxRows: 1000 })
    admission.enter(1, { apiKey: 1 })
    for (let n = 0; n < 48; n += 1) admission.enter(1, { apiKey: 0 })
    expect(admission.foresee({ apiKey: 0 })).toBeUndefined()
  })

  test('a wait of more than half of the deadline is pressure', () => {
    const server = clocked()
    answerQueue(server, 100, 10)
    const { clock, admission } = server
    for (let n = 0; n < 99; n += 1) admission.drop(1)
    admission.enter(1, { apiKey: 1 })
    for (let n = 0; n < 60; n += 1) admission.enter(1, { apiKey: 0 })
    expect(admission.foresee({ apiKey: 0, deadline: clock.now + 1000 })).toMatchObject({ reason: 'share' })
    expect(admission.foresee({ apiKey: 1, deadline: clock.now + 1000 })).toBeUndefined()
    expect(admission.foresee({ apiKey: 0, deadline: clock.now + 10_000 })).toBeUndefined()
  })
})

test('takes nothing once it is stopped, and tells when the last has left', async () => {
  const admission = new Admission()
  admission.enter(3)
  admission.stop('going away')
  expect(() => admission.enter(1)).toThrow(
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
