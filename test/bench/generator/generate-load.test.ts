import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { generateLoad } from '../../../src/bench/generator/generate-load.ts'
import type { LoadPlan, PlannedRequest } from '../../../src/bench/generator/load-plan.ts'
import type { LoadResult } from '../../../src/bench/generator/load-result.ts'
import { ONE_ROW, startServer } from '../../server/support/running.ts'

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const http = (listener: RequestListener): Promise<string> => listen(createServer(listener))
const tcp = (onConnection: (socket: Socket) => void): Promise<string> => listen(createTcpServer(onConnection))

const GET: PlannedRequest = { name: 'get', path: '/' }

function load(origin: string, plan: Partial<LoadPlan> = {}): Promise<LoadResult> {
  return generateLoad({ origin, requests: [GET], ratePerSecond: 300, durationMs: 300, ...plan })
}

/** Every arrival ends in exactly one way. */
function expectAllAccountedFor({ total }: LoadResult): void {
  const ends = [...Object.values(total.answers), ...Object.values(total.errors), total.timeouts]
  expect(ends.reduce((sum, count) => sum + count, 0)).toBe(total.offered)
}

describe('a load on a server', () => {
  test('is what was planned, and is answered', async () => {
    const origin = await http((_request, reply) => void reply.end('ok'))
    const result = await load(origin, { arrivals: { kind: 'constant' }, warmUpMs: 100 })
    expect(result.total.offered).toBe(90)
    expect(result.total.answers).toEqual({ 200: 90 })
    expect(result.total.inTime).toBe(90)
    expect(result.total.latencyMs.count).toBe(90)
    expect(result.offeredPerSecond).toBe(300)
    expect(result.lagMs.count).toBe(90)
    expectAllAccountedFor(result)
  })

  test('is shared among threads', async () => {
    const origin = await http((_request, reply) => void reply.end('ok'))
    const result = await load(origin, { threads: 2, arrivals: { kind: 'constant' } })
    expect(result.total.answers).toEqual({ 200: 90 })
  })

  test('mixes requests with their own headers and bodies, and tells them apart', async () => {
    const seen = new Map<string, number>()
    const origin = await http((request, reply) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const key = `${request.method} ${request.url} ${request.headers['x-key']} ${Buffer.concat(chunks)}`
        seen.set(key, (seen.get(key) ?? 0) + 1)
        reply.statusCode = request.method === 'POST' ? 200 : 404
        reply.end()
      })
    })
    const { byRequest, total } = await load(origin, {
      requests: [
        { name: 'small', weight: 3, path: '/a', headers: { 'X-Key': 'k' }, body: '{"a":1}' },
        { name: 'none', path: '/b' },
        { name: 'head', method: 'HEAD', path: '/c' },
      ],
    })
    const of = (name: string) => byRequest[name]?.offered ?? 0
    expect(seen.get('POST /a k {"a":1}')).toBe(of('small'))
    expect(seen.get('GET /b undefined ')).toBe(of('none'))
    expect(seen.get('HEAD /c undefined ')).toBe(of('head'))
    expect(byRequest['none']?.answers).toEqual({ 404: of('none') })
    expect(of('small') + of('none') + of('head')).toBe(total.offered)
    expect(of('small')).toBeGreaterThan(of('none') + of('head'))
  })

  test('goes to Headrace', async () => {
    const { url } = await startServer()
    const headers = { 'content-type': 'application/json' }
    const { byRequest } = await load(url, {
      requests: [
        { name: 'row', path: '/invocations', headers, body: ONE_ROW },
        { name: 'broken', path: '/invocations', headers, body: '{' },
        { name: 'health', path: '/health' },
      ],
    })
    expect(Object.keys(byRequest['row']?.answers ?? {})).toEqual(['200'])
    expect(Object.keys(byRequest['broken']?.answers ?? {})).toEqual(['400'])
    expect(Object.keys(byRequest['health']?.answers ?? {})).toEqual(['200'])
  })

  test.each<readonly [string, RequestListener]>([
    [
      'in chunks and pieces',
      (_request, reply) => {
        reply.write('one')
        setTimeout(() => reply.end('two'), 2)
      },
    ],
    [
      'and closes the connection',
      (_request, reply) => {
        reply.writeHead(200, { connection: 'close' })
        reply.end('ok')
      },
    ],
  ])('that answers %s', async (_name, listener) => {
    const result = await load(await http(listener))
    expect(result.total.answers).toEqual({ 200: result.total.offered })
  })

  test('that ends its answers by closing', async () => {
    const origin = await tcp((socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nok')))
    const result = await load(origin)
    expect(result.total.answers).toEqual({ 200: result.total.offered })
  })
})

describe('a load on a server that cannot keep up', () => {
  test('goes on, and latency counts from when the request was to arrive', async () => {
    let open: () => void = () => {}
    const stalled = new Promise<void>((resolve) => {
      open = resolve
    })
    const origin = await http((_request, reply) => {
      setTimeout(open, 400)
      void stalled.then(() => reply.end('ok'))
    })
    const { total, waited, connections } = await load(origin, {
      maxConnections: 2,
      arrivals: { kind: 'constant' },
    })
    expect(total.answers).toEqual({ 200: 90 })
    expect(connections).toBe(2)
    expect(waited).toBeGreaterThan(75)
    // Had it waited for its answers, all but two would have been fast.
    expect(total.latencyMs.max).toBeGreaterThan(350)
    expect(total.latencyMs.p50).toBeGreaterThan(150)
  })

  test('opens connections as it needs them', async () => {
    const origin = await http((_request, reply) => void setTimeout(() => reply.end('ok'), 100))
    const { total, connections } = await load(origin)
    expect(Object.keys(total.answers)).toEqual(['200'])
    expect(connections).toBeGreaterThan(10)
    expect(total.latencyMs.p50).toBeGreaterThan(95)
  })

  test('tells refusals and what they ask for from answers, and late ones from those in time', async () => {
    let turn = 0
    const origin = await http((_request, reply) => {
      turn += 1
      if (turn % 2 === 0) reply.writeHead(503, { 'retry-after': '2' }).end('no')
      else setTimeout(() => reply.end('ok'), turn % 3 === 0 ? 150 : 0)
    })
    const result = await load(origin, { deadlineMs: 140 })
    const { answers, retryAfter, inTime, latencyMs, otherLatencyMs } = result.total
    expect(retryAfter).toEqual({ 2: answers['503'] })
    expect(latencyMs.count).toBe(answers['200'])
    expect(otherLatencyMs.count).toBe(answers['503'])
    expect(inTime).toBeLessThan(answers['200'] ?? 0)
    expect(result.goodputPerSecond).toBe(inTime / result.seconds)
  })

  test('gives requests up after their time, those without a connection too', async () => {
    const result = await load(await http(() => {}), { timeoutMs: 150, maxConnections: 3 })
    expect(result.total.timeouts).toBe(result.total.offered)
    expect(result.total.sent).toBeLessThan(result.total.offered)
    expectAllAccountedFor(result)
  })
})

describe('a load on what is no server', () => {
  test('counts connections that are refused', async () => {
    const server = createTcpServer()
    const origin = await listen(server)
    server.close()
    const result = await load(origin)
    expect(result.total.errors).toEqual({ ECONNREFUSED: result.total.offered })
    expect(result.total.sent).toBe(0)
  })

  test.each<readonly [string, (socket: Socket) => void, string]>([
    ['is reset', (socket) => socket.resetAndDestroy(), 'ECONNRESET'],
    ['is closed', (socket) => socket.end(), 'CLOSED'],
    ['speaks something else', (socket) => socket.write('220 mail\r\n'), 'NOT_HTTP'],
  ])('counts a connection that %s', async (_name, answer, code) => {
    const origin = await tcp((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => answer(socket))
    })
    const result = await load(origin)
    expect(result.total.errors[code]).toBeGreaterThan(result.total.offered * 0.9)
    expectAllAccountedFor(result)
  })

  test('goes on after the server came back', async () => {
    let requests = 0
    const origin = await http((request, reply) => {
      requests += 1
      if (requests < 20) request.socket.destroy()
      else reply.end('ok')
    })
    const result = await load(origin)
    expect(result.total.answers['200']).toBeGreaterThan(0)
    expectAllAccountedFor(result)
  })
})

test('a generator that sends late calls its run invalid', async () => {
  const origin = await http((_request, reply) => void reply.end('ok'))
  const { valid, faults, wasLimit } = await load(origin, { maxLagMs: 1e-9, ratePerSecond: 2000 })
  expect([valid, wasLimit]).toEqual([false, true])
  expect(faults[0]).toContain('the generator was the limit')
})

test('a load can be ended before its time', async () => {
  const origin = await http((_request, reply) => void reply.end('ok'))
  const end = new AbortController()
  const plan = { origin, requests: [GET], ratePerSecond: 10, durationMs: 60_000 }
  const running = generateLoad(plan, { signal: end.signal })
  const rejected = expect(running).rejects.toMatchObject({ code: 'CANCELLED' })
  await sleep(100)
  end.abort()
  await rejected
  await expect(generateLoad(plan, { signal: end.signal })).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('a load can be ended while its threads are not yet there', async () => {
  const end = new AbortController()
  const plan = { origin: 'http://127.0.0.1:1', requests: [GET], ratePerSecond: 10, durationMs: 60_000 }
  const running = generateLoad(plan, { signal: end.signal, onProgress: () => {} })
  end.abort()
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' })
})
