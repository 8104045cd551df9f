import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { pinning } from '../../../benchmarks/contest/pinning.ts'
import { closedLoop } from '../../../benchmarks/load/closed-loop.ts'
import { type OpenLoopPlan, openLoop } from '../../../benchmarks/load/open-loop.ts'
import { openLoopProgram } from '../../../benchmarks/load/open-loop-program.ts'
import { type Asked, KnownServer } from './support/known-server.ts'

const CPUS = pinning().loadCpus
const BODY = Buffer.from('{"inputs":[[1,2,3,4]]}')
const STALL_MS = 300

let folder: string
let home: string | undefined
let bodyFile: string
let server: KnownServer

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headrace-generators-'))
  bodyFile = join(folder, 'body')
  writeFileSync(bodyFile, BODY)
  home = process.env['HEADRACE_BENCH_HOME']
  process.env['HEADRACE_BENCH_HOME'] = folder
})

afterEach(() => server?.stop())

afterAll(() => {
  if (home === undefined) delete process.env['HEADRACE_BENCH_HOME']
  else process.env['HEADRACE_BENCH_HOME'] = home
  rmSync(folder, { recursive: true, force: true })
})

function closed(connections: number) {
  return closedLoop({ url: server.url, bodyFile, connections, seconds: 1, cpus: CPUS })
}

function open(plan: Partial<OpenLoopPlan> = {}) {
  const load = { rate: 200, seconds: 1, warmSeconds: 0.2, drainSeconds: 30, seed: 7, connections: 16 }
  return openLoop({ url: server.url, bodyFile, cpus: CPUS, ...load, ...plan })
}

/** A machine that stands still for half a second moves what arrives then. */
const MEASURED = { retry: 3 }

/** Answers in time, but for one stall of all that is under way or comes meanwhile. */
function stalling(): (asked: Asked) => void {
  let stall: Promise<void> | undefined
  return ({ number, reply }) => {
    if (number === 100) stall = new Promise((resolve) => setTimeout(resolve, STALL_MS))
    if (stall === undefined) reply.end('ok')
    else void stall.then(() => reply.end('ok'))
  }
}

describe('a closed loop', () => {
  test('sends the body with its headers, and counts the latency of a known delay', async () => {
    const seen = new Set<string>()
    server = await KnownServer.start(({ request, body, reply }) => {
      seen.add([request.method, request.url, request.headers['content-type'], body].join(' '))
      setTimeout(() => reply.end('ok'), 30)
    })
    const figures = await closed(4)
    expect([...seen]).toEqual([`POST /predict?of=them application/json ${BODY}`])
    expect(figures.failed).toBe(0)
    expect(figures.p50Us).toBeGreaterThanOrEqual(29_000)
    for (const [less, more] of [
      [figures.p50Us, figures.p90Us],
      [figures.p90Us, figures.p99Us],
      [figures.p99Us, figures.p999Us],
      [figures.p999Us, figures.maxUs],
    ]) {
      expect(less).toBeLessThanOrEqual(more!)
    }
    expect(figures.requestsPerSecond).toBeLessThanOrEqual((4 / 0.029) * 1.05)
  })

  test('counts errors apart from answers', async () => {
    server = await KnownServer.start(({ number, reply }) => {
      reply.writeHead(number % 4 === 3 ? 503 : 200).end('ok')
    })
    const { requests, failed, failures } = await closed(1)
    expect(failed).toBe(failures.status)
    expect(requests / failures.status).toBeCloseTo(3, 0)
  })

  test('counts connections that end while a request is under way', async () => {
    server = await KnownServer.start(({ number, reply }) => {
      if (number % 10 === 9) reply.socket?.destroy()
      else reply.end('ok')
    })
    const { failures } = await closed(2)
    expect(failures.read).toBeGreaterThan(0)
  })

  test('sends nothing during a stall, and wrk makes up what it held back', async () => {
    server = await KnownServer.start(stalling())
    const { requests, failed, maxUs } = await closed(1)
    expect(failed).toBe(0)
    expect(maxUs).toBeGreaterThanOrEqual((STALL_MS - 50) * 1000)
    // Never more than one request in the stall: the gap is in the arrivals themselves.
    const gaps = server.arrivals.slice(1).map((at, index) => at - server.arrivals[index]!)
    expect(Math.max(...gaps)).toBeGreaterThanOrEqual(STALL_MS - 50)
    expect(server.arrivals.length).toBeGreaterThanOrEqual(requests)
  })

  test('says so where nobody listens', async () => {
    server = await KnownServer.start(() => {})
    await server.stop()
    await expect(closedLoop({ ...planAt(1), connections: 1 })).rejects.toThrow(/unable to connect/)
  })
})

function planAt(port: number) {
  return { url: `http://127.0.0.1:${port}/`, bodyFile, seconds: 1, cpus: CPUS }
}

describe('an open loop', () => {
  test('arrives by a Poisson process of the rate asked for', MEASURED, async () => {
    server = await KnownServer.start(({ reply }) => reply.end('ok'))
    const { due, sent, answered, failed, unanswered } = await open({
      rate: 800,
      seconds: 2.5,
      warmSeconds: 0,
    })
    expect([sent, answered, failed, unanswered]).toEqual([due, due, 0, 0])
    // Five standard deviations of a Poisson distribution.
    expect(Math.abs(due - 2000)).toBeLessThan(5 * Math.sqrt(2000))
    const gaps = server.arrivals.slice(1).map((at, index) => at - server.arrivals[index]!)
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length
    expect(mean).toBeGreaterThan(1.25 * 0.85)
    expect(mean).toBeLessThan(1.25 * 1.15)
    // Of an exponential distribution it is the mean squared; equal gaps would have none.
    expect(variance).toBeGreaterThan(mean ** 2 * 0.6)
  })

  test('sends the same arrivals for the same seed, and others for another', async () => {
    server = await KnownServer.start(({ reply }) => reply.end('ok'))
    const due = async (seed: number) => (await open({ seed, seconds: 0.5, rate: 1000 })).due
    const [one, again, other, another] = [await due(3), await due(3), await due(4), await due(5)]
    expect(again).toBe(one)
    expect(other !== one || another !== one).toBe(true)
  })

  test('sees a stall as late answers of all that was due in it', async () => {
    server = await KnownServer.start(stalling())
    const { due, answered, p50Us, p99Us, maxUs } = await open({ seconds: 1, connections: 4 })
    expect(answered).toBe(due)
    // About 60 of 200 were due during the stall, nearly all of them without a free connection.
    expect(p99Us).toBeGreaterThan(STALL_MS * 800)
    expect(maxUs).toBeGreaterThanOrEqual(p99Us!)
    expect(p50Us).not.toBeNull()
  })

  test('counts from when a request was due, also while it waits for a connection', async () => {
    server = await KnownServer.start(({ reply }) => void setTimeout(() => reply.end('ok'), 20))
    const { p50Us, unanswered, busyShare } = await open({ rate: 100, connections: 1 })
    // One connection does 50 a second: half of them are still waiting at the end of the second.
    expect(p50Us).toBeGreaterThan(100_000)
    expect(unanswered).toBe(0)
    expect(busyShare).toBeLessThan(0.9)
  })

  test('counts what is never answered as endless', async () => {
    server = await KnownServer.start(({ number, reply }) => void (number % 10 !== 0 && reply.end('ok')))
    const { due, answered, failed, unanswered, p50Us, p99Us, maxUs } = await open({
      ...{ drainSeconds: 5, connections: 64 },
    })
    expect(answered + failed + unanswered).toBe(due)
    expect(unanswered).toBeGreaterThan(5)
    expect(p50Us).not.toBeNull()
    expect([p99Us, maxUs]).toEqual([null, null])
  })

  test('counts errors and closed connections by kind', async () => {
    server = await KnownServer.start(({ number, reply }) => {
      if (number % 10 === 3) reply.writeHead(503).end('busy')
      else if (number % 10 === 7) reply.socket?.destroy()
      else reply.end('ok')
    })
    const { due, answered, failed, failures, reconnects } = await open()
    expect(answered + failed).toBe(due)
    expect(failures.status).toBeGreaterThan(5)
    expect(failures.closed).toBeGreaterThan(5)
    expect(failures.malformed).toBe(0)
    expect(reconnects).toBeGreaterThanOrEqual(failures.closed)
  })

  test.each<[string, (asked: Asked) => void]>([
    ['in chunks', ({ reply }) => reply.write('a'.repeat(5000), () => setTimeout(() => reply.end('b'), 2))],
    [
      'with a trailer',
      ({ reply }) => {
        reply.writeHead(200, { trailer: 'x-sum' })
        reply.write('text')
        reply.addTrailers({ 'x-sum': '1' })
        reply.end()
      },
    ],
    ['after an interim reply', ({ reply }) => reply.writeContinue(() => reply.end('ok'))],
    ['without a body', ({ reply }) => reply.writeHead(204).end()],
    ['and closes the connection', ({ reply }) => reply.writeHead(200, { connection: 'close' }).end('ok')],
    [
      'as far as the end of the connection',
      ({ reply }) => {
        reply.useChunkedEncodingByDefault = false
        reply.removeHeader('transfer-encoding')
        reply.writeHead(200, { connection: 'close' })
        reply.write('one')
        setTimeout(() => reply.end('two'), 2)
      },
    ],
    ['with a large body', ({ reply }) => reply.end(Buffer.alloc(600_000, 97))],
  ])('understands a server that answers %s', async (_, answer) => {
    server = await KnownServer.start(answer)
    const { due, answered } = await open({ rate: 100 })
    expect(answered).toBe(due)
    expect(due).toBeGreaterThan(50)
  })

  test('sends large bodies whole', async () => {
    const large = join(folder, 'large')
    writeFileSync(large, Buffer.alloc(1_400_000, 98))
    const sizes = new Set<number>()
    server = await KnownServer.start(({ body, reply }) => {
      sizes.add(body.length)
      reply.end('ok')
    })
    const { due, answered } = await open({ rate: 30, bodyFile: large, connections: 4 })
    expect([answered, [...sizes]]).toEqual([due, [1_400_000]])
  })

  test('calls what is no HTTP malformed', async () => {
    const odd = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', () => socket.write('SSH-2.0-odd\r\n\r\n'))
    })
    await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve))
    try {
      const address = odd.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      const { due, failures } = await openLoop({
        ...planAt(port),
        rate: 50,
        warmSeconds: 0,
        seed: 1,
        connections: 4,
      })
      expect(failures.malformed).toBe(due)
    } finally {
      odd.close()
    }
  })

  test('says so where nobody listens', async () => {
    await expect(
      openLoop({ ...planAt(1), rate: 10, warmSeconds: 0, seed: 1, connections: 2 }),
    ).rejects.toThrow(/nobody accepts connections/)
  })
})

describe('the program of the open loop', () => {
  test('is built once', () => {
    const other = mkdtempSync(join(folder, 'home-'))
    const program = openLoopProgram(other)
    expect(existsSync(program)).toBe(true)
    expect(openLoopProgram(other)).toBe(program)
    expect(readdirSync(join(other, 'load'))).toHaveLength(1)
  })

  test('says what is missing without a compiler', () => {
    const before = process.env['CC']
    process.env['CC'] = 'no-such-compiler'
    try {
      const other = mkdtempSync(join(folder, 'home-'))
      expect(() => openLoopProgram(other)).toThrow(/needs a C compiler, and there is no no-such-compiler/)
    } finally {
      if (before === undefined) delete process.env['CC']
      else process.env['CC'] = before
    }
  })
})
