import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { buildApp } from '../../src/server/app.ts'
import { listen } from '../../src/server/listen.ts'
import { slowPredictor } from '../fixtures/predictors.ts'
import { FakeModels, fakeModel } from './support/fake-model.ts'
import { post, RawConnection } from './support/raw-connection.ts'
import { ONE_ROW, score, serverOptions, startServer } from './support/running.ts'

const slowModels = (runMs: number) => new FakeModels(fakeModel({ predictor: slowPredictor(runMs) }))

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
    const { url, server } = await startServer({ models: slowModels(300) })
    const inFlight = score(url)
    await delay(100)
    const stopped = server.stop({ graceMs: 5000 })
    const reply = await inFlight
    expect([reply.status, reply.headers.get('connection')]).toEqual([200, 'close'])
    await stopped
    await expect(score(url)).rejects.toThrow()
  })

  test('/ready says so to connections that are still there', async () => {
    const { server } = await startServer({ models: slowModels(300) })
    const busy = new RawConnection(server.port)
    const asking = new RawConnection(server.port)
    busy.write(post(ONE_ROW))
    asking.write('GET /ready HTTP/1.1\r\nhost: x\r\n')
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
    await server.stop({ graceMs: 5000 })
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  test('answers a request that was on its way over an idle connection', async () => {
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
    await delay(100)
    const startedAt = performance.now()
    await server.stop({ graceMs: 5000 })
    expect(performance.now() - startedAt).toBeLessThan(1000)
    expect(await silent.untilClosed()).toBe('')
  })

  test('cuts off what is not done at the end of the grace time', async () => {
    const { url, server } = await startServer({ models: slowModels(10_000) })
    const inFlight = expect(score(url)).rejects.toThrow()
    await delay(100)
    const startedAt = performance.now()
    await server.stop({ graceMs: 200 })
    expect(performance.now() - startedAt).toBeLessThan(2000)
    await inFlight
  })

  test('is cut short by a second call', async () => {
    const { url, server } = await startServer({ models: slowModels(10_000) })
    const inFlight = expect(score(url)).rejects.toThrow()
    await delay(100)
    const first = server.stop({ graceMs: 60_000 })
    await server.stop({ graceMs: 0 })
    await first
    await inFlight
  })
})
