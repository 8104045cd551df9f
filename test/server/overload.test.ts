import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { cancelled } from '../../src/core/errors.ts'
import type { PredictOptions } from '../../src/core/predictor.ts'
import type { TensorMap } from '../../src/core/tensor.ts'
import type { Admission } from '../../src/runtime/admission/admission.ts'
import { SumPredictor, slowPredictor } from '../fixtures/predictors.ts'
import { arrayCodec, FakeModels, fakeModel } from './support/fake-model.ts'
import { post, RawConnection } from './support/raw-connection.ts'
import { ONE_ROW, score, startServer } from './support/running.ts'

/** Answers when it is told to, or drops what is taken back. */
class GatedPredictor extends SumPredictor {
  readonly waiting: (() => void)[] = []
  dropped = 0

  override predict(inputs: TensorMap, options: PredictOptions = {}): Promise<TensorMap> {
    return new Promise((resolve, reject) => {
      options.signal?.addEventListener('abort', () => {
        this.dropped += 1
        reject(cancelled('Taken back'))
      })
      this.waiting.push(() => resolve(super.predict(inputs, options)))
    })
  }

  open(): void {
    for (const answer of this.waiting.splice(0)) answer()
  }
}

function gatedModel() {
  const predictor = new GatedPredictor()
  let decoded = 0
  const codec: typeof arrayCodec = {
    ...arrayCodec,
    decode: (body, mediaType) => {
      decoded += 1
      return arrayCodec.decode(body, mediaType)
    },
  }
  return { predictor, model: fakeModel({ predictor, codec }), decoded: () => decoded }
}

/** 1000 requests under way, answered one every 10 ms: ten seconds' worth, by what was seen. */
async function fill(admission: Admission): Promise<void> {
  for (let n = 0; n < 1000; n += 1) admission.enter(1)
  for (let n = 0; n < 12; n += 1) {
    admission.enter(1)
    await delay(10)
    admission.leave(1)
  }
}

const HURRY = { 'x-headrace-timeout-ms': '200' }

// The forecast forgets what it saw before a second in which the machine stood still.
describe('a queue that is too long', { retry: 4 }, () => {
  test('is refused 503 before the body is decoded, with the time to come again', async () => {
    const { model, decoded } = gatedModel()
    const { url } = await startServer({ models: new FakeModels(model) })
    await fill(model.admission)
    const refused = await score(url, ONE_ROW, HURRY)
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3)
    expect(await refused.json()).toMatchObject({
      error_code: 'TEMPORARILY_UNAVAILABLE',
      message: 'The queue of the model is too long to answer in time',
    })
    expect(decoded()).toBe(0)
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain('headrace_requests_refused_total{model="sums",version="3",reason="wait"} 1')
    expect(metrics).toContain('headrace_queue_rows{model="sums",version="3"} 1000')
    expect(metrics).toMatch(/headrace_predicted_wait_seconds\{model="sums",version="3"\} \d/)
  })

  test('leaves the connection of a small body usable', async () => {
    const { model } = gatedModel()
    const { server } = await startServer({ models: new FakeModels(model), limits: { requestTimeoutMs: 200 } })
    await fill(model.admission)
    const connection = new RawConnection(server.port)
    connection.write(post(ONE_ROW) + post(ONE_ROW) + post(ONE_ROW))
    const answers = await connection.until(/(HTTP\/1\.1 503.*){3}/s)
    expect(answers).not.toMatch(/connection: close/i)
    connection.write(`GET /ping HTTP/1.1\r\nhost: x\r\n\r\n`)
    await connection.until(/HTTP\/1\.1 200/)
  })

  test('a client that waits for 100-continue is not asked to send', async () => {
    const { model } = gatedModel()
    const { server } = await startServer({ models: new FakeModels(model), limits: { requestTimeoutMs: 200 } })
    await fill(model.admission)
    const connection = new RawConnection(server.port)
    connection.write(post('', [`content-length: ${ONE_ROW.length}`, 'expect: 100-continue']))
    await connection.until(/HTTP\/1\.1 503/)
    expect(connection.received).not.toContain('100 Continue')
  })

  test('a large body is not taken to its end for a refusal', async () => {
    const { model } = gatedModel()
    const { server } = await startServer({ models: new FakeModels(model), limits: { requestTimeoutMs: 200 } })
    await fill(model.admission)
    const connection = new RawConnection(server.port)
    connection.write(post('x'.repeat(1000), ['content-length: 10000000']))
    expect(await connection.until(/HTTP\/1\.1 503.*refused|queue of the model/s)).toMatch(
      /connection: close/i,
    )
  })
})

describe('X-Headrace-Timeout-Ms', () => {
  test.each(['0', '-1', '1.5', 'soon', '', '1'.repeat(13)])('%j is answered 400', async (value) => {
    const { url } = await startServer()
    const reply = await score(url, ONE_ROW, { 'x-headrace-timeout-ms': value })
    expect(reply.status).toBe(400)
    expect(await reply.json()).toMatchObject({
      message: expect.stringContaining('whole number of milliseconds'),
    })
  })

  test('shortens the time limit of its request alone', async () => {
    const { predictor, model } = gatedModel()
    const { url } = await startServer({ models: new FakeModels(model) })
    const other = score(url)
    while (predictor.waiting.length < 1) await delay(2)
    expect((await score(url, ONE_ROW, { 'x-headrace-timeout-ms': '400' })).status).toBe(504)
    predictor.waiting[0]?.()
    expect((await other).status).toBe(200)
  })

  test('does not lengthen the time limit of the server', async () => {
    const model = fakeModel({ predictor: slowPredictor(1000) })
    const { url } = await startServer({ models: new FakeModels(model), limits: { requestTimeoutMs: 50 } })
    expect((await score(url, ONE_ROW, { 'x-headrace-timeout-ms': '60000' })).status).toBe(504)
  })

  test('counts from the headers: a body that comes later is answered 408', async () => {
    const { server } = await startServer()
    const connection = new RawConnection(server.port)
    connection.write(post('{"in', ['content-length: 100', 'x-headrace-timeout-ms: 50']))
    expect(await connection.untilClosed()).toMatch(/^HTTP\/1\.1 408 /)
  })
})

describe('several API keys', () => {
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

  test('each of them opens, nothing else does', async () => {
    const { url } = await startServer({ apiKeys: ['first', 'second'] })
    const statuses = ['first', 'second', 'firs', 'first,second', 'secondsecond'].map(
      async (key) => (await score(url, ONE_ROW, bearer(key))).status,
    )
    expect(await Promise.all(statuses)).toEqual([200, 200, 401, 401, 401])
  })

  test('the greedy one is refused 429, the other is served', async () => {
    const { predictor, model } = gatedModel()
    const { url } = await startServer({ models: new FakeModels(model), apiKeys: ['greedy', 'modest'] })
    const modest = score(url, ONE_ROW, bearer('modest'))
    while (predictor.waiting.length < 1) await delay(2)
    for (let n = 0; n < 512; n += 1) model.admission.enter(1, { apiKey: 0 })
    const refused = await score(url, ONE_ROW, bearer('greedy'))
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    expect(await refused.json()).toMatchObject({ error_code: 'REQUEST_LIMIT_EXCEEDED' })
    const another = score(url, ONE_ROW, bearer('modest'))
    while (predictor.waiting.length < 2) await delay(2)
    predictor.open()
    expect([(await modest).status, (await another).status]).toEqual([200, 200])
  })

  test('a single one has all of the queue', async () => {
    const { model } = gatedModel()
    const { url } = await startServer({ models: new FakeModels(model), apiKeys: ['only'] })
    for (let n = 0; n < 1024; n += 1) model.admission.enter(1)
    expect((await score(url, ONE_ROW, bearer('only'))).status).toBe(503)
  })
})

describe('the bytes of bodies', () => {
  test('count as long as their requests wait, and are given back', async () => {
    const { predictor, model } = gatedModel()
    const limits = { bufferedBytes: 100 }
    const { url, app } = await startServer({ models: new FakeModels(model), limits })
    const body = `${ONE_ROW}${' '.repeat(60)}`
    const first = score(url, body)
    while (predictor.waiting.length < 1) await delay(2)
    expect(app.bodies.bufferedBytes).toBe(body.length)
    const refused = await score(url, body)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    predictor.open()
    expect((await first).status).toBe(200)
    expect(app.bodies.bufferedBytes).toBe(0)
    expect(model.admission.refused.bytes).toBe(1)
  })

  test('do not keep out a body that is alone', async () => {
    const { url, app } = await startServer({ limits: { bufferedBytes: 10 } })
    expect((await score(url)).status).toBe(200)
    expect(app.bodies.bufferedBytes).toBe(0)
  })

  test('are given back by a request that failed', async () => {
    const { url, app } = await startServer()
    expect((await score(url, '{"inputs"')).status).toBe(400)
    expect(app.bodies.bufferedBytes).toBe(0)
  })
})

describe('work that nobody waits for', () => {
  test('of a model inline is taken back when the client leaves', async () => {
    const { predictor, model } = gatedModel()
    const { server } = await startServer({ models: new FakeModels(model) })
    const leaving = new RawConnection(server.port)
    leaving.write(post(ONE_ROW))
    while (predictor.waiting.length < 1) await delay(2)
    leaving.socket.destroy()
    while (predictor.dropped < 1) await delay(2)
    while (model.admission.requests > 0) await delay(2)
  })

  test('of a model inline is taken back when its deadline passes', async () => {
    const { predictor, model } = gatedModel()
    const { url } = await startServer({ models: new FakeModels(model) })
    // Time enough for it to begin, on a machine with much to do too.
    expect((await score(url, ONE_ROW, { 'x-headrace-timeout-ms': '1000' })).status).toBe(504)
    expect([predictor.dropped, model.admission.requests]).toEqual([1, 0])
  })
})
