import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { freePort } from '../fixtures/free-port.ts'
import { Balancer } from './support/balancer.ts'
import { HeadraceProcess, ROOT } from './support/headrace-process.ts'
import { Neighbours } from './support/neighbour.ts'

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

/** Milliseconds since 1970. */
function loggedAt(stderr: string, message: string): number {
  const lines = stderr.trim().split('\n')
  const logged = lines.map((line) => JSON.parse(line) as { readonly msg: string; readonly time: string })
  return Date.parse(logged.find(({ msg }) => msg === message)?.time ?? '')
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
      await neighbours.heard((turn + 1) * 200)
      expect((await servers[turn]!.terminate()).code).toBe(0)
      servers[turn] = (await start(port)).server
      await balancer.ready(2)
    }
    await neighbours.heard(neighbours.seen.answered + 200)
    const { refused, failed } = await neighbours.stop()
    balancer.close()
    expect({ refused, failed }).toEqual({ refused: {}, failed: {} })
  })
})

describe('SIGTERM', () => {
  test('goes on answering until nobody asks any more, and tells whoever follows /ready', async () => {
    const { server, url } = await serve(['-p', '0', '--grace-period', '60'])
    expect((await fetch(`${url}/ready`)).status).toBe(200)
    server.signal('SIGTERM')
    await server.printed(/"stopping"/)
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

  test.each([
    ['nobody ever asked', 0, 0],
    ['it was idle, and no balancer follows it', 1, 600],
    ['an answer was just sent, and no balancer follows it, for half a second', 1, 0],
  ])('waits for nobody where %s', async (_, requests, idleMs) => {
    let stoppingMs = Number.POSITIVE_INFINITY
    // A busy machine may take as long for other reasons, though not each time.
    for (let ended = 0; ended < 5 && stoppingMs >= 1000; ended += 1) {
      const { server, url } = await serve(['-p', '0'])
      for (let asked = 0; asked < requests; asked += 1) expect((await score(url)).status).toBe(200)
      await delay(idleMs)
      const { code, stderr } = await server.terminate()
      expect(code).toBe(0)
      stoppingMs = loggedAt(stderr, 'stopped') - loggedAt(stderr, 'stopping')
    }
    expect(stoppingMs).toBeLessThan(1000)
  })

  test('does not wait longer than half of the grace time for those who never stop asking', async () => {
    const { server, url } = await serve(['-p', '0', '--grace-period', '30'])
    const neighbours = new Neighbours(url, EXAMPLE, 4)
    await neighbours.heard(20)
    const askedAt = performance.now()
    expect((await server.terminate()).code).toBe(0)
    // Half of it, and what it takes to end.
    expect(performance.now() - askedAt).toBeLessThan(29_000)
    const { refused, broken } = await neighbours.stop()
    expect({ refused, broken }).toEqual({ refused: {}, broken: {} })
  })
})

describe.each([
  ['inline', ['--placement', 'inline']],
  ['pool', ['--placement', 'pool']],
  ['two processes', ['--processes', '2']],
])('SIGINT under load, %s', (_, args) => {
  test.each([
    ['kept connections', true],
    ['a connection for each request', false],
  ])('resets no connection that was accepted and fails no request, over %s', async (_name, keepAlive) => {
    const { server, url } = await serve(['-p', '0', '--grace-period', '150', ...args])
    const neighbours = new Neighbours(url, EXAMPLE, { clients: 16, keepAlive })
    await neighbours.heard(200)
    server.signal('SIGINT')
    const askedAt = performance.now()
    expect((await server.finished()).code).toBe(0)
    // Those who go on asking are not waited for, which would be half of the grace time.
    expect(performance.now() - askedAt).toBeLessThan(60_000)
    const { answered, refused, failed, broken } = await neighbours.stop()
    expect(answered).toBeGreaterThanOrEqual(200)
    expect({ refused, broken }).toEqual({ refused: {}, broken: {} })
    expect(failed).toHaveProperty('ECONNREFUSED')
  })
})
