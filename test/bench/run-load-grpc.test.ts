import { constants, createServer as createHttp2Server } from 'node:http2'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { runLoad } from '../../src/bench/run-load.ts'
import { answerGrpc, grpcServer, listening, targetOf } from './support/load-servers.ts'
import { CLOSED, expectAllAccountedFor, INFER, OPEN } from './support/loads.ts'

describe('a load by gRPC', () => {
  test('sends messages in their frames, over as many connections as it needs', async () => {
    const seen = new Set<string>()
    const origin = await grpcServer((stream, message, headers) => {
      seen.add(`${headers[':path']} ${headers['x-key']} ${headers['te']} ${message.toString('latin1')}`)
      setTimeout(() => answerGrpc(stream, Buffer.from('yes')), 100)
    })
    const measured = await runLoad(targetOf(origin, [INFER]), OPEN)
    expect(measured).toMatchObject({ offered: 90, answered: 90, failures: {} })
    expect([...seen]).toEqual(['/inference.GRPCInferenceService/ModelInfer k trailers \0\0\0\0\x03abc'])
    expect(measured.generator.connections).toBeGreaterThan(1)
    expect(measured.generator.connections).toBeLessThan(45)
    expectAllAccountedFor(measured)
  })

  test('sends large messages, several at a time over one connection', async () => {
    const origin = await grpcServer((stream) => answerGrpc(stream, Buffer.from('yes')))
    const large = { ...INFER, body: Buffer.alloc(4 * 1024 * 1024) }
    const bursts = { kind: 'bursts', size: 8 } as const
    const measured = await runLoad(targetOf(origin, [large]), {
      ...OPEN,
      ratePerSecond: 40,
      arrivals: bursts,
    })
    expect(measured.offered).toBeGreaterThan(0)
    expect(measured.failures).toEqual({})
    expectAllAccountedFor(measured)
  })

  test('tells what codes mean', async () => {
    const origin = await grpcServer((stream) => answerGrpc(stream, Buffer.alloc(0), 14, 'ein Weilchen, ja?'))
    const measured = await runLoad(targetOf(origin, [INFER]), OPEN)
    expect(measured.failures).toEqual({ UNAVAILABLE: 90 })
    expect(measured.failureExamples['UNAVAILABLE']).toContain('ein Weilchen, ja?')
  })

  test('goes on over other connections where a server wants no more calls on one', async () => {
    let calls = 0
    const origin = await grpcServer((stream) => {
      calls += 1
      if (calls % 20 === 0) stream.session?.close()
      answerGrpc(stream, Buffer.from('yes'))
    })
    const bursts = { ...OPEN, ratePerSecond: 1000, arrivals: { kind: 'bursts', size: 5 } } as const
    for (const load of [bursts, { ...CLOSED, durationMs: 800 }]) {
      const { answered, failures } = await runLoad(targetOf(origin, [INFER]), load)
      expect(answered).toBeGreaterThan(0)
      // One that is refused twice is not sent a third time.
      const { REFUSED_STREAM: refusedTwice = 0, ...others } = failures
      expect(refusedTwice).toBeLessThanOrEqual(Math.ceil(answered / 50))
      expect(others).toEqual({})
    }
  })

  test('sends a call once more that a server has not looked at, and then calls it refused', async () => {
    let calls = 0
    const origin = await grpcServer((stream) => {
      calls += 1
      stream.close(constants.NGHTTP2_REFUSED_STREAM)
    })
    const measured = await runLoad(targetOf(origin, [INFER]), OPEN)
    expect(measured.failures).toEqual({ REFUSED_STREAM: 90 })
    expect(measured.failureExamples['REFUSED_STREAM']).toMatch(/no further calls/)
    expect(calls).toBe(180)
  })

  test('tells an answer that was cut off from one that is no gRPC', async () => {
    const sockets: Socket[] = []
    const server = createHttp2Server()
    server.on('connection', (socket: Socket) => sockets.push(socket))
    server.on('stream', (stream) => {
      stream.on('error', () => {})
      stream.respond({ ':status': 200 })
      stream.write('half', () => setTimeout(() => sockets.pop()?.destroy(), 5))
    })
    const origin = `grpc://${await listening(server)}`
    const load = { ...CLOSED, connections: 1, warmUpMs: 0 }
    const { answered, failures } = await runLoad(targetOf(origin, [INFER]), load)
    expect(answered).toBe(0)
    expect(Object.keys(failures)).not.toEqual([])
    for (const code of Object.keys(failures)) expect(['CLOSED', 'ECONNRESET']).toContain(code)
  })

  test('asks one thing at a time of each connection where it is closed', async () => {
    const origin = await grpcServer((stream) => setTimeout(() => answerGrpc(stream, Buffer.from('yes')), 10))
    const measured = await runLoad(targetOf(origin, [INFER]), { ...CLOSED, durationMs: 800 })
    expect(measured.generator.connections).toBe(4)
    expect(measured.answered).toBeGreaterThan(0)
    expectAllAccountedFor(measured)
  })

  test('counts what does not come, what breaks, and what is no gRPC', async () => {
    const silent = await grpcServer(() => {})
    expect((await runLoad(targetOf(silent, [INFER]), { ...OPEN, timeoutMs: 100 })).failures).toEqual({
      timeout: 90,
    })
    const plain = await grpcServer((stream) => {
      stream.respond({ ':status': 404 })
      stream.end('what?')
    })
    expect((await runLoad(targetOf(plain, [INFER]), OPEN)).failures).toEqual({ 'HTTP 404': 90 })
    const broken = await grpcServer((stream) => stream.session?.destroy())
    expectAllAccountedFor(await runLoad(targetOf(broken, [INFER]), OPEN))
    const gone = createTcpServer()
    const origin = `grpc://${await listening(gone)}`
    gone.close()
    expect((await runLoad(targetOf(origin, [INFER]), OPEN)).failures).toEqual({ ECONNREFUSED: 90 })
  })
})
