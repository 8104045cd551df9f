import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { cancelled } from '../../src/core/errors.ts'
import type { PredictOptions } from '../../src/core/predictor.ts'
import type { TensorMap } from '../../src/core/tensor.ts'
import { SumPredictor, slowPredictor } from '../fixtures/predictors.ts'
import { FakeModels, fakeModel } from './support/fake-model.ts'
import { post, RawConnection } from './support/raw-connection.ts'
import { ONE_ROW, score, startServer } from './support/running.ts'

/** Waits for its signal, as a call that is queued behind others does. */
class QueuedPredictor extends SumPredictor {
  waiting = 0

  override predict(inputs: TensorMap, options: PredictOptions = {}): Promise<TensorMap> {
    const [first] = inputs.get('x')!.data
    if (first !== -1) return super.predict(inputs, options)
    this.waiting += 1
    return new Promise((_resolve, reject) => {
      options.signal?.addEventListener('abort', () => {
        this.waiting -= 1
        reject(cancelled('The client has left.'))
      })
    })
  }
}

const WAIT = '{"inputs": [[-1]]}'

function queuedModel() {
  const predictor = new QueuedPredictor()
  const model = fakeModel({ predictor, placement: 'pool' })
  return { predictor, model }
}

describe('the time limit', () => {
  test('is answered 504 with the text of MLflow, labelled JSON', async () => {
    const model = fakeModel({ predictor: slowPredictor(1000) })
    const { url } = await startServer({ models: new FakeModels(model), limits: { requestTimeoutMs: 150 } })
    const reply = await score(url)
    expect([reply.status, await reply.text()]).toEqual([504, 'Request processing time exceeded limit'])
    expect(reply.headers.get('content-type')).toBe('application/json')
  })

  test('aborts what waits for its turn', async () => {
    const { predictor, model } = queuedModel()
    const { url } = await startServer({ models: new FakeModels(model), limits: { requestTimeoutMs: 150 } })
    expect((await score(url, WAIT)).status).toBe(504)
    await delay(10)
    expect(predictor.waiting).toBe(0)
    expect(model.admission.requests).toBe(0)
  })
})

describe('a client that leaves', () => {
  test('frees its place in the queue, and its neighbour is answered', async () => {
    const { predictor, model } = queuedModel()
    const { url, server, app } = await startServer({ models: new FakeModels(model) })
    const leaving = new RawConnection(server.port)
    leaving.write(post(WAIT))
    while (predictor.waiting === 0) await delay(5)
    const neighbour = score(url)
    leaving.socket.destroy()
    expect((await neighbour).status).toBe(200)
    while (predictor.waiting > 0) await delay(5)
    expect(app.registry.size).toBe(0)
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain('headrace_requests_total{model="sums",version="3",code="499"} 1')
  })

  test('in the middle of its body leaves nothing behind', async () => {
    const { url, server, app } = await startServer()
    const leaving = new RawConnection(server.port)
    leaving.write(post('{"inputs', ['content-length: 1000']))
    while (app.bodies.bufferedBytes === 0) await delay(5)
    leaving.socket.resetAndDestroy()
    while (app.bodies.bufferedBytes > 0) await delay(5)
    expect(app.registry.size).toBe(0)
    expect((await score(url)).status).toBe(200)
  })
})

test('bad requests among good ones harm none of them', async () => {
  const { url } = await startServer()
  const statuses = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      if (index % 4 === 0) return (await score(url, '{"inputs":')).status
      if (index % 4 === 1) return (await score(url, ONE_ROW, { 'content-type': 'text/plain' })).status
      const reply = await score(url, `{"inputs": [[${index}, 1]]}`)
      expect(await reply.json()).toEqual({ predictions: [index + 1] })
      return reply.status
    }),
  )
  expect(statuses).toEqual(statuses.map((_, index) => [400, 415, 200, 200][index % 4]))
})
