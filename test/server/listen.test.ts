import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { buildApp } from '../../src/server/app.ts'
import { listen, serveHanded } from '../../src/server/listen.ts'
import { slowPredictor } from '../fixtures/predictors.ts'
import { FakeModels, fakeModel } from './support/fake-model.ts'
import { post, RawConnection } from './support/raw-connection.ts'
import { ONE_ROW, score, serverOptions, startServer } from './support/running.ts'

const slowModels = (runMs: number) => new FakeModels(fakeModel({ predictor: slowPredictor(runMs) }))

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2)
}

/** Until one request is under way. */
function begun(models: FakeModels): Promise<void> {
  return until(() => models.default()?.admission.requests === 1)
}

test('a taken port is an error that says so', async () => {
  const { server } = await startServer()
  const second = await buildApp(serverOptions())
  await expect(listen(second, { host: '127.0.0.1', port: server.port })).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: `Cannot listen on 127.0.0.1:${server.port}: another program is listening there; choose another port.`,
  })
})

describe('stop', () => {
  test('finishes what is in flight and closes the connection after it', async () => {
    const models = slowModels(300)
    const { url, server } = await startServer({ models })
    const inFlight = score(url)
    await begun(models)
    const stopped = server.stop({ graceMs: 5000 })
    const reply = await inFlight
    expect([reply.status, reply.headers.get('connection')]).toEqual([200, 'close'])
    await stopped
    await expect(score(url)).rejects.toThrow()
  })

  test('/ready says so to connections that are still there', async () => {
    const models = slowModels(1000)
    const { server } = await startServer({ models })
    const busy = new RawConnection(server.port)
    const asking = new RawConnection(server.port)
    busy.write(post(ONE_ROW))
    asking.write('GET /ready HTTP/1.1\r\nhost: x\r\n')
    await begun(models)
    await until(() => server.openConnections === 2)
    await delay(100)
    const stopped = server.stop({ graceMs: 5000 })
    asking.write('\r\n')
    const answer = await asking.untilClosed()
    expect(answer).toMatch(/^HTTP\/1\.1 503 .*connection: close.*"reason": "draining"/is)
    expect(await busy.untilClosed()).toContain('predictions')
    await stopped
  })

  test('does not wait for idle connections', async () => {
    const { url, server } = await startServer()
    await score(url)
    const startedAt = performance.now()
    await server.stop({ graceMs: 30_000 })
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })

  // It has half a second to come, however long the machine stands still.
  test('answers a request that was on its way over an idle connection', { retry: 4 }, async () => {
    const { server } = await startServer()
    const connection = new RawConnection(server.port)
    connection.write(post(ONE_ROW))
    await connection.until(/predictions/)
    const stopped = server.stop({ graceMs: 5000 })
    await delay(100)
    connection.write(post(ONE_ROW))
    expect(await connection.untilClosed()).toMatch(/predictions.*connection: close.*predictions/is)
    await stopped
  })

  test('does not wait for a connection over which nothing came', async () => {
    const { server } = await startServer()
    const silent = new RawConnection(server.port)
    await until(() => server.openConnections === 1)
    const startedAt = performance.now()
    await server.stop({ graceMs: 30_000 })
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect(await silent.untilClosed()).toBe('')
  })

  test('cuts off what is not done at the end of the grace time', async () => {
    const models = slowModels(60_000)
    const { url, server } = await startServer({ models })
    const inFlight = expect(score(url)).rejects.toThrow()
    await begun(models)
    const startedAt = performance.now()
    await server.stop({ graceMs: 200 })
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    await inFlight
  })

  test('is cut short by a second call', async () => {
    const models = slowModels(60_000)
    const { url, server } = await startServer({ models })
    const inFlight = expect(score(url)).rejects.toThrow()
    await begun(models)
    const first = server.stop({ graceMs: 60_000 })
    await server.stop({ graceMs: 0 })
    await first
    await inFlight
  })
})

describe('leave', () => {
  const patient = { graceMs: 20_000, requestTimeoutMs: 1000 }

  test('stops at once where nobody has asked anything for a while', { retry: 4 }, async () => {
    const { server } = await startServer()
    const startedAt = performance.now()
    await server.leave(patient)
    expect(performance.now() - startedAt).toBeLessThan(1500)
  })

  // Half a second without a request is the end of them, also where the machine stood still.
  test('goes on accepting until nobody sends anything, health checks and scrapes aside', {
    retry: 4,
  }, async () => {
    const { url, server } = await startServer()
    await score(url)
    const left = server.leave(patient)
    for (let asked = 0; asked < 5; asked += 1) {
      await delay(200)
      expect((await score(url)).headers.get('connection')).toBe('close')
    }
    const lastScored = performance.now()
    let gone = false
    void left.then(() => {
      gone = true
    })
    while (!gone) {
      await Promise.allSettled(['/health', '/metrics'].map((path) => fetch(`${url}${path}`)))
      await delay(50)
    }
    expect(performance.now() - lastScored).toBeGreaterThan(400)
  })

  test('waits until who follows /ready has been told', async () => {
    const { url, server } = await startServer()
    await fetch(`${url}/ready`)
    const left = server.leave(patient)
    await delay(2500)
    expect((await score(url)).status).toBe(200)
    expect((await fetch(`${url}/ready`)).status).toBe(503)
    await left
    await expect(score(url)).rejects.toThrow()
  })

  test('is cut short by a stop', async () => {
    const { url, server } = await startServer()
    // It would wait until somebody who follows it is told.
    await fetch(`${url}/ready`)
    const left = server.leave(patient)
    const startedAt = performance.now()
    await server.stop({ graceMs: 1000 })
    await left
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })
})

describe('a server that is given its connections', () => {
  async function handed() {
    const app = await buildApp(serverOptions())
    const server = serveHanded(app, { host: '127.0.0.1' })
    const port = createServer({ allowHalfOpen: true }, (socket) => server.take(socket))
    port.listen(0, '127.0.0.1')
    await once(port, 'listening')
    onTestFinished(() => void port.close())
    return { server, port: (port.address() as AddressInfo).port }
  }

  test('serves them as its own', async () => {
    const { server, port } = await handed()
    const connection = new RawConnection(port)
    connection.write(post(ONE_ROW))
    await connection.until(/predictions/)
    expect(server.openConnections).toBe(1)
    expect(server.urlAt(port)).toBe(`http://127.0.0.1:${port}`)
    await server.stop({ graceMs: 5000 })
    expect(await connection.untilClosed()).toContain('predictions')
    expect(server.openConnections).toBe(0)
  })

  test('cuts off what is not done in time', async () => {
    const { server, port } = await handed()
    const connection = new RawConnection(port)
    connection.write('POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc')
    await until(() => server.openConnections === 1)
    const startedAt = performance.now()
    await server.stop({ graceMs: 200 })
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    await connection.untilClosed()
  })
})
