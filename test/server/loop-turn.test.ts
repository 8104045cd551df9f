import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { ServedModel } from '../../src/runtime/served-model.ts'
import { LoopTurn } from '../../src/server/loop-turn.ts'
import { arrayCodec, FakeModels, fakeModel } from './support/fake-model.ts'
import { post, RawConnection } from './support/raw-connection.ts'
import { ONE_ROW, startServer } from './support/running.ts'

function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

test('a request may be as old as its turn, and what the loop slept through does not count', async () => {
  const turn = new LoopTurn()
  expect(turn.lagMs(performance.now())).toBe(0)
  block(40)
  expect(turn.lagMs(performance.now())).toBeGreaterThan(39)
  await delay(300)
  expect(turn.lagMs(performance.now())).toBeLessThan(200)
})

test('a request that is read in the next turn may have come when this one had just begun', async () => {
  const turn = new LoopTurn()
  turn.lagMs(performance.now())
  block(40)
  await new Promise(setImmediate)
  block(20)
  expect(turn.lagMs(performance.now())).toBeGreaterThan(59)
})

test('what else the loop was busy with between two requests is no lag of the second', async () => {
  const turn = new LoopTurn()
  turn.lagMs(performance.now())
  for (let n = 0; n < 5; n += 1) {
    await delay(5)
    block(60)
  }
  await delay(5)
  expect(turn.lagMs(performance.now())).toBeLessThan(50)
})

test('that a body came long after its head is no lag of what is read with it', async () => {
  const turn = new LoopTurn()
  turn.lagMs(performance.now() - 150)
  expect(turn.lagMs(performance.now())).toBeLessThan(100)
})

/** Connections to a model of which each request keeps the loop for `ms`. */
async function connected(model: ServedModel, count: number): Promise<RawConnection[]> {
  const { server } = await startServer({ models: new FakeModels(model) })
  const connections = Array.from({ length: count }, () => new RawConnection(server.port))
  for (const connection of connections) {
    connection.write('GET /ping HTTP/1.1\r\nhost: x\r\n\r\n')
    await connection.until(/200 OK/)
    connection.received = ''
  }
  return connections
}

function blockingCodec(ms: number, before = (): void => {}): typeof arrayCodec {
  return {
    ...arrayCodec,
    decode: (body, mediaType) => {
      before()
      block(ms)
      return arrayCodec.decode(body, mediaType)
    },
  }
}

const LENGTH = `content-length: ${ONE_ROW.length}`

test('a request that was read too late in its turn is refused, one with more time is answered', async () => {
  const model = fakeModel({ codec: blockingCodec(60) })
  const [first, patient, hurried] = await connected(model, 3)
  first!.write(post(ONE_ROW))
  patient!.write(post(ONE_ROW, [LENGTH, 'x-headrace-timeout-ms: 60000']))
  hurried!.write(post(ONE_ROW, [LENGTH, 'x-headrace-timeout-ms: 150']))
  expect(await hurried!.until(/more requests arrive/i)).toMatch(/^HTTP\/1\.1 503 .*retry-after: 1\r/s)
  await Promise.all([first!.until(/predictions/), patient!.until(/predictions/)])
  expect(model.admission.refused.lag).toBe(1)
})

// The forecast forgets what it saw before a second in which the machine stood still.
test('what a request may have waited before it was read is taken from what is left for the queue', {
  retry: 4,
}, async () => {
  // Sent when the loop is busy with the other one already; again with each that is let in, which came late to its socket.
  const hurry = (): void => {
    const timeoutMs = Math.round(admission.predictedWaitMs) + 250
    hurried!.write(post(ONE_ROW, [LENGTH, `x-headrace-timeout-ms: ${timeoutMs}`]))
  }
  const model = fakeModel({ codec: blockingCodec(400, hurry), placement: 'pool' })
  const { admission } = model
  for (let n = 0; n < 10; n += 1) admission.enter(1)
  for (let n = 0; n < 12; n += 1) {
    await delay(10)
    admission.leave(1)
    admission.enter(1)
  }
  const [refused, hurried] = await connected(model, 2)
  refused!.write(post('no JSON', ['content-length: 7']))
  expect(await hurried!.until(/too long to answer in time/)).toMatch(/HTTP\/1\.1 503 /)
  expect(admission.refused.wait).toBe(1)
  await refused!.until(/HTTP\/1\.1 400/)
})
