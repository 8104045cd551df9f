import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { arrayCodec, FakeModels, fakeModel } from '../support/fake-model.ts'
import { post, RawConnection } from '../support/raw-connection.ts'
import { ONE_ROW, startServer } from '../support/running.ts'
import { ORDINARY } from './wire-script.ts'

/** How many whole answers have come. */
function answers(connection: RawConnection): number {
  return connection.received.split('{"predictions"').length - 1
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2)
}

describe('a connection', () => {
  test('stays in the lane as long as its requests are ordinary', async () => {
    const { app, server } = await startServer()
    const connection = new RawConnection(server.port)
    for (let n = 1; n <= 3; n += 1) {
      connection.write(ORDINARY)
      await until(() => answers(connection) === n)
      expect(app.lane?.size).toBe(1)
    }
    connection.write('GET /ping HTTP/1.1\r\nhost: x\r\n\r\n')
    await until(() => app.lane?.size === 0)
    connection.write(ORDINARY)
    await until(() => answers(connection) === 4)
    expect(server.openConnections).toBe(1)
  })

  test('answers ten thousand requests, a hundred of them at a time', async () => {
    const { app, server } = await startServer()
    const connection = new RawConnection(server.port)
    for (let n = 0; n < 100; n += 1) {
      connection.received = ''
      connection.write(ORDINARY.repeat(100))
      await until(() => answers(connection) === 100)
    }
    expect(app.lane?.size).toBe(1)
    expect(app.registry.entered).toBe(10_000)
    expect(app.bodies.bufferedBytes).toBe(0)
  })

  test('is not given up to another listener while its client does not wait for answers', async () => {
    const { app, server } = await startServer()
    app.registry.share = { givesUp: () => true }
    const eager = new RawConnection(server.port)
    eager.write(ORDINARY.repeat(3))
    await until(() => answers(eager) === 3)
    expect(eager.received).not.toContain('Connection: close')
    const patient = new RawConnection(server.port)
    patient.write(ORDINARY)
    await until(() => answers(patient) === 1)
    expect(patient.received).toContain('Connection: close')
  })

  test('may send head and body one by one, and a body in pieces', async () => {
    const { app, server } = await startServer()
    const connection = new RawConnection(server.port)
    connection.socket.setNoDelay(true)
    const bodyAt = ORDINARY.length - ONE_ROW.length
    for (const cuts of [[bodyAt], [bodyAt, bodyAt + 3], [bodyAt + 1, bodyAt + 2, bodyAt + 9]]) {
      connection.received = ''
      const ends = [...cuts, ORDINARY.length]
      for (const [index, end] of ends.entries()) {
        connection.write(ORDINARY.slice(ends[index - 1] ?? 0, end))
        await delay(3)
      }
      await connection.until(/\{"predictions": \[10\]\}/)
    }
    await until(() => app.bodies.bufferedBytes === 0)
  })

  test('that sends a body of 64 KiB is of the lane, with one byte more it is not', async () => {
    const { app, server } = await startServer()
    const row = (length: number) => ONE_ROW.padEnd(length, ' ')
    const connection = new RawConnection(server.port)
    connection.write(post(row(65_536)).replaceAll(/^(\w)/gm, (letter) => letter.toUpperCase()))
    await until(() => answers(connection) === 1)
    expect(app.lane?.size).toBe(1)
    connection.write(post(row(65_537)))
    await until(() => answers(connection) === 2)
    expect(app.lane?.size).toBe(0)
    expect(app.bodies.bufferedBytes).toBe(0)
  })

  test('over which nothing comes is told so and closed', async () => {
    const { server } = await startServer({ limits: { headersTimeoutMs: 200 } })
    const said = await new RawConnection(server.port).untilClosed()
    expect(said).toMatch(/^HTTP\/1\.1 408 .*did not arrive in time/s)
  })

  test('is closed after its keep-alive time', async () => {
    const { app, server } = await startServer({ limits: { keepAliveTimeoutMs: 200 } })
    const connection = new RawConnection(server.port)
    connection.write(ORDINARY)
    expect(await connection.untilClosed()).toContain('Keep-Alive: timeout=0')
    await until(() => app.lane?.size === 0)
  })

  test.each([true, false])(
    'over which half a body comes is told so and closed (with a lane: %s)',
    async (lane) => {
      const { app, server } = await startServer({ lane, limits: { bodyTimeoutMs: 100 } })
      const connection = new RawConnection(server.port)
      connection.write(ORDINARY.slice(0, -3))
      expect(await connection.untilClosed()).toMatch(/^HTTP\/1\.1 408 /)
      await until(() => app.bodies.bufferedBytes === 0)
    },
  )
})

/** A server whose model waits until it is told to go on. */
async function slowServer() {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const codec: typeof arrayCodec = {
    ...arrayCodec,
    decode: async (body, mediaType) => {
      await released
      return arrayCodec.decode(body, mediaType)
    },
  }
  return { ...(await startServer({ models: new FakeModels(fakeModel({ codec })) })), release }
}

describe('a client', () => {
  test.each(['end', 'destroy', 'resetAndDestroy'] as const)(
    'that leaves (%s) while it waits is a 499',
    async (leave) => {
      const { app, server, url, release } = await slowServer()
      const connection = new RawConnection(server.port)
      connection.write(ORDINARY)
      await until(() => app.registry.size === 1)
      connection.socket[leave]()
      await until(() => app.registry.size === 0)
      release()
      expect(await connection.untilClosed()).toBe('')
      const metrics = await (await fetch(`${url}/metrics`)).text()
      expect(metrics).toContain('headrace_requests_total{model="sums",version="3",code="499"} 1')
      expect(app.lane?.size).toBe(0)
    },
  )

  test('that leaves in the middle of its body is a 499', async () => {
    const { app, server, url } = await startServer()
    const connection = new RawConnection(server.port)
    connection.write(ORDINARY.slice(0, -3))
    await until(() => app.bodies.bufferedBytes > 0)
    connection.socket.resetAndDestroy()
    await until(() => app.bodies.bufferedBytes === 0)
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain('code="499"} 1')
    expect(app.registry.size).toBe(0)
  })

  test('that says in the middle of its body that nothing more comes gets a 400', async () => {
    const { app, server } = await startServer()
    const connection = new RawConnection(server.port)
    connection.write(ORDINARY.slice(0, -3))
    await until(() => app.bodies.bufferedBytes > 0)
    connection.socket.end()
    expect(await connection.untilClosed()).toMatch(/^HTTP\/1\.1 400 /)
    await until(() => app.bodies.bufferedBytes === 0)
  })

  test('that does not read its answers is not read either', async () => {
    const answer = 'x'.repeat(1_000_000)
    const model = fakeModel({ codec: { ...arrayCodec, encode: () => `"${answer}"` } })
    const { app, server } = await startServer({ models: new FakeModels(model) })
    const connection = new RawConnection(server.port)
    connection.socket.pause()
    connection.write(ORDINARY.repeat(100))
    await delay(300)
    const { entered } = app.registry
    // What the system's buffers take of their answers, and not all of them.
    expect(entered).toBeLessThan(60)
    connection.socket.resume()
    await until(() => connection.received.length > 100 * answer.length)
    expect(app.registry.entered).toBe(100)
  })

  test('that has not taken all of its last answer keeps its connection', async () => {
    const answer = 'x'.repeat(20_000)
    const model = fakeModel({ codec: { ...arrayCodec, encode: () => `"${answer}"` } })
    const { app, server } = await startServer({ models: new FakeModels(model) })
    const accepted = once(app.server, 'connection')
    const connection = new RawConnection(server.port)
    const [socket] = (await accepted) as [Socket]
    connection.socket.pause()
    // What the system does not take any more waits here, too little of it for the lane to stop reading.
    while (socket.writableLength === 0) {
      const { entered } = app.registry
      connection.write(ORDINARY)
      await until(() => app.registry.entered > entered && app.registry.size === 0)
      await delay(2)
    }
    expect(socket.writableNeedDrain).toBe(false)
    app.lane?.closeIdle()
    connection.socket.resume()
    const whole = () => connection.received.split(`"${answer}"`).length - 1
    await until(() => whole() === app.registry.entered || connection.socket.destroyed)
    expect(whole()).toBe(app.registry.entered)
    app.lane?.closeIdle()
    await connection.untilClosed()
  })
})

test('on the way out each answer ends its connection, and idle ones are closed', async () => {
  const { app, server, release } = await slowServer()
  const [idle, waiting] = [new RawConnection(server.port), new RawConnection(server.port)]
  waiting.write(ORDINARY)
  await until(() => app.registry.size === 1 && server.openConnections === 2)
  const stopped = server.stop({ graceMs: 10_000 })
  await idle.untilClosed()
  release()
  const said = await waiting.untilClosed()
  expect(said).toMatch(/Connection: close\r\n\r\n\{"predictions": \[10\]\}$/)
  await stopped
  expect(server.openConnections).toBe(0)
})
