import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { Balancer } from './support/balancer.ts'
import { HeadraceProcess, ROOT } from './support/headrace-process.ts'
import { Neighbours } from './support/neighbour.ts'
import { freePort } from './support/ports.ts'

const IRIS = join(ROOT, 'models/iris/1')
const EXAMPLE = readFileSync(join(IRIS, 'serving_input_example.json'))

const running = new Set<HeadraceProcess>()

afterEach(() => {
  for (const server of running) server.signal('SIGKILL')
  running.clear()
})

async function serve(args: readonly string[]): Promise<{ server: HeadraceProcess; url: string }> {
  const server = new HeadraceProcess({ args: ['serve', '-m', IRIS, ...args] })
  running.add(server)
  return { server, url: await server.listening() }
}

function score(url: string): Promise<Response> {
  return fetch(`${url}/invocations`, {
    method: 'POST',
    body: EXAMPLE,
    headers: { 'content-type': 'application/json', connection: 'close' },
  })
}

describe.each([
  ['one process', []],
  ['two processes', ['--processes', '2']],
])('rolling restarts behind a balancer, %s each', (_, args) => {
  test.each([
    ['kept connections', true],
    ['a connection for each request', false],
  ])('fail no request over %s', async (_name, keepAlive) => {
    const ports = [await freePort(), await freePort()]
    const start = (port: number) => serve(['-p', String(port), ...args])
    const servers = await Promise.all(ports.map(async (port) => (await start(port)).server))
    const balancer = await Balancer.open(ports)
    await balancer.ready(2)
    const neighbours = new Neighbours(balancer.url, EXAMPLE, { clients: 8, keepAlive })
    for (const [turn, port] of ports.entries()) {
      await delay(500)
      expect((await servers[turn]!.terminate()).code).toBe(0)
      servers[turn] = (await start(port)).server
      await balancer.ready(2)
    }
    await delay(500)
    const { answered, refused, failed } = await neighbours.stop()
    balancer.close()
    expect(answered).toBeGreaterThan(500)
    expect({ refused, failed }).toEqual({ refused: {}, failed: {} })
  })
})

describe('SIGTERM', () => {
  test('goes on answering until nobody asks any more, and tells whoever follows /ready', async () => {
    const { server, url } = await serve(['-p', '0'])
    expect((await fetch(`${url}/ready`)).status).toBe(200)
    server.signal('SIGTERM')
    // Longer than it takes to be quiet: nobody has been told yet.
    for (let asked = 0; asked < 5; asked += 1) {
      const reply = await score(url)
      expect([reply.status, reply.headers.get('connection')]).toEqual([200, 'close'])
      await delay(100)
    }
    await delay(3000)
    expect((await score(url)).status).toBe(200)
    const told = await fetch(`${url}/ready`)
    expect([told.status, await told.json()]).toEqual([503, { ready: false, reason: 'draining' }])
    expect((await server.finished()).code).toBe(0)
    await expect(score(url)).rejects.toThrow()
  })

  test('waits for nobody where nobody ever asked', async () => {
    const { server } = await serve(['-p', '0'])
    const askedAt = performance.now()
    expect((await server.terminate()).code).toBe(0)
    expect(performance.now() - askedAt).toBeLessThan(2000)
  })

  test('does not wait longer than half of the grace time for those who never stop asking', async () => {
    const { server, url } = await serve(['-p', '0', '--grace-period', '4'])
    const neighbours = new Neighbours(url, EXAMPLE, 4)
    await delay(300)
    const askedAt = performance.now()
    expect((await server.terminate()).code).toBe(0)
    expect(performance.now() - askedAt).toBeLessThan(4500)
    const { refused, failed } = await neighbours.stop()
    expect(refused).toEqual({})
    // Only new connections fail: nobody listens, or they were still in the queue of the port as it closed.
    for (const code of Object.keys(failed)) expect(['ECONNREFUSED', 'ECONNRESET']).toContain(code)
  })
})

describe.each(['inline', 'pool'])('SIGINT under load, %s', (placement) => {
  test('resets no connection and fails no request', async () => {
    const { server, url } = await serve(['-p', '0', '--placement', placement])
    const neighbours = new Neighbours(url, EXAMPLE, 16)
    await delay(500)
    server.signal('SIGINT')
    const askedAt = performance.now()
    expect((await server.finished()).code).toBe(0)
    expect(performance.now() - askedAt).toBeLessThan(3000)
    const { answered, refused, failed } = await neighbours.stop()
    expect(answered).toBeGreaterThan(100)
    expect(refused).toEqual({})
    // Only new connections fail, once nobody listens.
    expect(Object.keys(failed)).toEqual(['ECONNREFUSED'])
  })
})
