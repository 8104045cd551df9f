import { once } from 'node:events'
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { connect as connectSocket, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { SumPredictor } from '../../fixtures/predictors.ts'
import { encodeRequest } from '../../protocols/open-inference/grpc/messages.ts'
import { FakeModels, fakeModel } from '../support/fake-model.ts'
import { startGrpc, TestClient } from './support.ts'

const SERVICE = '/inference.GRPCInferenceService/'
const CANCEL = 8
const ENHANCE_YOUR_CALM = 11

function framed(message: Uint8Array, flag = 0): Buffer {
  const prefix = Buffer.of(flag, 0, 0, 0, 0)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

const message = encodeRequest({
  modelName: 'sums',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4] }],
  rawInputContents: [Buffer.alloc(16)],
})

function open(address: string, initialWindowSize?: number): ClientHttp2Session {
  const settings = initialWindowSize === undefined ? {} : { initialWindowSize }
  const session = connect(`http://${address}`, { settings })
  session.on('error', () => {})
  onTestFinished(() => session.destroy())
  return session
}

function call(session: ClientHttp2Session, method: string, headers: object = {}): ClientHttp2Stream {
  const path = method.startsWith('/') ? method : SERVICE + method
  const stream = session.request({
    ...{ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', ...headers },
  })
  stream.on('error', () => {})
  return stream
}

async function statusOf(stream: ClientHttp2Stream): Promise<unknown> {
  let status: unknown
  stream.on('response', (headers) => {
    status ??= headers['grpc-status'] ?? headers[':status']
  })
  stream.on('trailers', (headers) => {
    status = headers['grpc-status']
  })
  stream.resume()
  await new Promise((resolve) => stream.once('close', resolve))
  return status
}

/** A frame of HTTP/2 (RFC 9113, section 4.1). */
function frame(type: number, flags: number, stream: number, payload = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

const PREFACE = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0)])

function rawConnection(port: number): Socket {
  const socket = connectSocket(port, '127.0.0.1')
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  socket.write(PREFACE)
  return socket
}

async function isServed(address: string): Promise<void> {
  expect((await new TestClient(address).call('ServerLive')).reply).toEqual({ live: true })
}

/** HPACK: `:method: POST` from the static table. */
const POST = Buffer.of(0x83)

describe('nobody else is harmed', () => {
  test('by calls that are taken back as soon as they are made', async () => {
    const models = new FakeModels(
      fakeModel({ predictor: new SumPredictor({ runMs: 50, maxConcurrency: 4 }) }),
    )
    const { address } = await startGrpc({ models })
    for (let connection = 0; connection < 4; connection += 1) {
      const session = open(address)
      for (let count = 0; count < 3000 && !session.destroyed; count += 1) {
        const stream = call(session, 'ModelInfer')
        stream.end(framed(message))
        setImmediate(() => stream.close(CANCEL))
        if (count % 100 === 0) await delay(1)
      }
    }
    await isServed(address)
    while (models.default()!.admission.requests > 0) await delay(20)
  })

  test.each([
    ['pings', frame(6, 0, 0, Buffer.alloc(8)), 0],
    ['settings', frame(4, 0, 0), 0],
    ['settings that change tables', frame(4, 0, 0, Buffer.of(0, 1, 0, 0, 0x10, 0)), 0],
    ['priorities', frame(2, 0, 1, Buffer.alloc(5)), 0],
    ['windows', frame(8, 0, 0, Buffer.of(0, 0, 0, 1)), 0],
    ['frames of a type that nobody knows', frame(0xee, 0, 0, Buffer.alloc(8)), 0],
    ['continued headers', frame(9, 0, 1, POST), 1],
    ['empty data', frame(0, 0, 1), 2],
  ])('by a flood of %s', async (_, flooding, kind) => {
    const { address, grpc } = await startGrpc({ limits: { headersTimeoutMs: 500, bodyTimeoutMs: 500 } })
    const socket = rawConnection(grpc.port)
    if (kind > 0) socket.write(frame(1, kind === 1 ? 0 : 4, 1, POST))
    const flood = Buffer.concat(Array.from({ length: 2000 }, () => flooding))
    for (let count = 0; count < 25 && !socket.destroyed; count += 1) socket.write(flood)
    await isServed(address)
  })

  test('by headers of any size', async () => {
    const { address } = await startGrpc()
    const session = open(address)
    // The limit holds once the client has agreed to it; before that, that of nghttp2 (64 KB).
    expect(await statusOf(call(session, 'ServerLive').end(framed(Buffer.alloc(0))))).toBe('0')
    const large = { 'x-large': 'x'.repeat(60_000) }
    const stream = call(session, 'ServerLive', large)
    stream.end(framed(Buffer.alloc(0)))
    expect(await statusOf(stream)).toBeUndefined()
    expect(stream.rstCode).toBe(ENHANCE_YOUR_CALM)
    await isServed(address)
  })

  test('by small answers that nobody takes, which are given up', async () => {
    const { address, app } = await startGrpc({ limits: { bodyTimeoutMs: 150 } })
    const session = open(address, 0)
    const streams = Array.from({ length: 300 }, () => call(session, 'ModelInfer'))
    const closed = Promise.all(streams.map((stream) => once(stream, 'close')))
    for (const stream of streams) stream.end(framed(message))
    while (app.bodies.bufferedBytes === 0) await delay(1)
    await closed
    expect(new Set(streams.map(({ rstCode }) => rstCode))).toEqual(new Set([CANCEL]))
    expect(app.bodies.bufferedBytes).toBe(0)
  })

  test('by a stream whose answers nobody takes, which count and are given up', async () => {
    const { address, app } = await startGrpc({ limits: { bodyTimeoutMs: 200 } })
    const stream = call(open(address, 0), 'ModelStreamInfer')
    const closed = once(stream, 'close')
    const requests = Buffer.concat(Array.from({ length: 2000 }, () => framed(message)))
    stream.write(requests)
    await closed
    expect(stream.rstCode).toBe(CANCEL)
    expect(app.bodies.bufferedBytes).toBe(0)
  })

  test('by a stream that rests in the midst of a message, also when it has rested before', async () => {
    const { address } = await startGrpc({ limits: { bodyTimeoutMs: 100 } })
    const stream = call(open(address), 'ModelStreamInfer')
    const status = statusOf(stream)
    stream.write(framed(message))
    await delay(350)
    stream.write(framed(message).subarray(0, 20))
    expect(await status).toBe('3')
  })

  test('by a message that inflates to more than there is room for', async () => {
    const { address } = await startGrpc({ limits: { bodyBytes: 1_000_000 } })
    const stream = call(open(address), 'ModelInfer', { 'grpc-encoding': 'gzip' })
    stream.end(framed(gzipSync(Buffer.alloc(300_000_000)), 1))
    expect(await statusOf(stream)).toBe('8')
    await isServed(address)
  })

  test('by a stream of compressed messages, of which as many are worked on as of others', async () => {
    const models = new FakeModels(
      fakeModel({ predictor: new SumPredictor({ runMs: 3000, maxConcurrency: 1000 }) }),
    )
    const { address } = await startGrpc({ models })
    const stream = call(open(address), 'ModelStreamInfer', { 'grpc-encoding': 'gzip' })
    const compressed = framed(gzipSync(message), 1)
    stream.write(Buffer.concat(Array.from({ length: 200 }, () => compressed)))
    const { admission } = models.default()!
    while (admission.requests < 64) await delay(5)
    await delay(50)
    expect(admission.requests).toBe(64)
    stream.close(CANCEL)
    while (admission.requests > 0) await delay(20)
  })
})

describe('a call that is none', () => {
  test.each(['application/grpc-web+proto', 'application/grpc+json', 'application/grpcx', 'text/plain'])(
    'is refused with the content type %s',
    async (type) => {
      const { address } = await startGrpc()
      const stream = call(open(address), 'ServerLive', { 'content-type': type })
      stream.end(framed(Buffer.alloc(0)))
      expect(await statusOf(stream)).toBe(415)
    },
  )

  test('asks to watch twice, or not at all', async () => {
    const { address } = await startGrpc()
    for (const messages of [0, 2, 1000]) {
      const stream = call(open(address), '/grpc.health.v1.Health/Watch')
      stream.end(Buffer.alloc(messages * 5))
      expect(await statusOf(stream)).toBe('3')
    }
  })

  test('has a large number of messages where one is wanted', async () => {
    const { address } = await startGrpc()
    const stream = call(open(address), 'ModelInfer')
    stream.end(Buffer.concat(Array.from({ length: 20_000 }, () => framed(Buffer.alloc(0)))))
    expect(await statusOf(stream)).toBe('3')
  })
})
