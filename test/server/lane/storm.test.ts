import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DynamicBatcher } from '../../../src/runtime/batching/dynamic-batcher.ts'
import { SumPredictor } from '../../fixtures/predictors.ts'
import { FakeModels, fakeModel } from '../support/fake-model.ts'
import { ONE_ROW, startServer } from '../support/running.ts'

const LIMITS = { bodyTimeoutMs: 400, bufferedBytes: 300_000, bodyBytes: 50_000 }

function request(body = ONE_ROW, header = ''): string {
  const head = `POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${header}`
  return `${head}Content-Length: ${body.length}\r\n\r\n${body}`
}

const TEXTS = [
  ...[request(), request(), request() + request() + request(ONE_ROW, 'X-Request-Id: a\r\n')],
  ...[request(ONE_ROW, 'X-Headrace-Timeout-Ms: 2\r\n'), request(ONE_ROW, 'Content-Encoding: gzip\r\n')],
  ...[45_000, 55_000, 70_000].map((length) => request(ONE_ROW.padEnd(length, ' '))),
  request('no JSON'),
]

const WAYS = ['end', 'destroy', 'resetAndDestroy', 'stay'] as const

const client = fc.record({
  writes: fc.array(
    fc.record({ text: fc.constantFrom(...TEXTS), cut: fc.double({ min: 0, max: 1, noNaN: true }) }),
    {
      minLength: 1,
      maxLength: 6,
    },
  ),
  gapsMs: fc.array(fc.constantFrom(0, 0, 1, 5, 150), { minLength: 2, maxLength: 8 }),
  way: fc.constantFrom(...WAYS),
  leavesHalf: fc.boolean(),
})

type Client = typeof client extends fc.Arbitrary<infer Value> ? Value : never

/** Writes, now and then in two pieces, and leaves in one way or another, wherever the server is by then. */
async function visit(port: number, { writes, gapsMs, way, leavesHalf }: Client): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  socket.resume().on('error', () => {
    // A reset is an end.
  })
  for (const [index, { text, cut }] of writes.entries()) {
    const at = Math.floor(cut * text.length)
    socket.write(text.slice(0, at))
    await delay(gapsMs[index % gapsMs.length])
    socket.write(text.slice(at))
  }
  if (leavesHalf) socket.write(request().slice(0, -2))
  if (way === 'stay') await delay(30)
  socket[way === 'stay' ? 'destroy' : way]()
  await closed
}

test.each(['inline', 'pool'] as const)(
  'whenever clients leave, nothing is left of their requests (%s)',
  async (placement) => {
    const batcher = new DynamicBatcher(new SumPredictor(), { placement })
    const model = fakeModel({ predictor: batcher, placement })
    const { app, server } = await startServer({ models: new FakeModels(model), limits: LIMITS })
    const visits = fc.sample(client, 160)
    while (visits.length > 0) {
      await Promise.all(visits.splice(0, 40).map((each) => visit(server.port, each)))
    }
    while (server.openConnections > 0 || app.registry.size > 0) await delay(5)
    const { requests, rows, isHeld } = model.admission
    expect([requests, rows, isHeld, app.bodies.bufferedBytes, app.lane?.size]).toEqual([0, 0, false, 0, 0])
    expect(app.registry.entered).toBeGreaterThan(100)
    await batcher.close()
  },
)
