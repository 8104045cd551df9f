import { once } from 'node:events'
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2'
import { connect as connectSocket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { encodeRequest } from '../../protocols/open-inference/grpc/messages.ts'
import { inferRequest, startGrpc, sumsOf, TestClient } from './support.ts'

const INFER = '/inference.GRPCInferenceService/ModelInfer'
const INVALID_ARGUMENT = '3'
const OK = '0'

function open(address: string): ClientHttp2Session {
  const session = connect(`http://${address}`)
  session.on('error', () => {})
  onTestFinished(() => session.destroy())
  return session
}

/** Sends bytes as the body of a call, in pieces. @returns its status. */
async function send(
  session: ClientHttp2Session,
  pieces: readonly Uint8Array[],
  headers: object = {},
): Promise<string> {
  const stream = session.request({
    ':method': 'POST',
    ':path': INFER,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  })
  stream.on('error', () => {})
  let status = ''
  const keep = (sent: IncomingHttpHeaders): void => {
    status = String(sent['grpc-status'] ?? status)
  }
  stream.on('response', keep)
  stream.on('trailers', keep)
  stream.resume()
  for (const piece of pieces) stream.write(piece)
  stream.end()
  await once(stream, 'close')
  return status
}

const good = encodeRequest({
  modelName: 'sums',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4] }],
  rawInputContents: [Buffer.alloc(16)],
})

function framed(message: Uint8Array, flag = 0, length = message.length): Buffer {
  const prefix = Buffer.of(flag, 0, 0, 0, 0)
  prefix.writeUInt32BE(length, 1)
  return Buffer.concat([prefix, message])
}

describe('a client that does as it likes', () => {
  test('is answered where its message comes in any pieces', async () => {
    const { address } = await startGrpc()
    const session = open(address)
    const message = framed(good)
    for (const size of [1, 3, 5, 6, 50]) {
      const pieces = Array.from({ length: Math.ceil(message.length / size) }, (_, at) =>
        message.subarray(at * size, (at + 1) * size),
      )
      expect(await send(session, pieces)).toBe(OK)
    }
  })

  test.each([
    ['ends within a prefix', [Buffer.of(0, 0)], {}],
    ['ends within a message', [framed(good, 0, good.length + 1)], {}],
    ['sends nothing', [], {}],
    ['sends an unknown flag', [framed(good, 2)], {}],
    ['compresses without saying how', [framed(good, 1)], {}],
    ['sends what is not gzip', [framed(good, 1)], { 'grpc-encoding': 'gzip' }],
    ['sends a message too many', [framed(good), framed(good)], {}],
    ['has a senseless timeout', [framed(good)], { 'grpc-timeout': 'soon' }],
  ])('is told of its mistake where it %s', async (_, pieces, headers) => {
    const { address } = await startGrpc()
    expect(await send(open(address), pieces, headers)).toBe(INVALID_ARGUMENT)
  })

  test('may wait for as long as the longest timeout says', async () => {
    const { address } = await startGrpc()
    expect(await send(open(address), [framed(good)], { 'grpc-timeout': '99999999H' })).toBe(OK)
  })

  test('is told where it speaks another coding, or is not gRPC', async () => {
    const { address } = await startGrpc()
    const session = open(address)
    expect(await send(session, [framed(good, 1)], { 'grpc-encoding': 'snappy' })).toBe('12')
    const stream = session.request({ ':method': 'GET', ':path': '/' })
    const [headers] = await once(stream, 'response')
    expect(headers[':status']).toBe(415)
  })

  test('does not wait for a message that does not come', async () => {
    const { address } = await startGrpc({ limits: { bodyTimeoutMs: 200 } })
    const session = open(address)
    const stream = session.request({ ':method': 'POST', ':path': INFER, 'content-type': 'application/grpc' })
    stream.write(framed(good, 0, 1000))
    const [headers] = await once(stream, 'response')
    expect(headers['grpc-status']).toBe('4')
  })

  test('never makes the server fail, whatever bytes it sends', async () => {
    const { address } = await startGrpc()
    const session = open(address)
    const changes = fc.array(fc.tuple(fc.nat(good.length + 4), fc.nat(255)), { maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(good.length + 5), async (changed, length) => {
        const message = framed(good).subarray(0, length)
        for (const [at, byte] of changed) if (at < message.length) message[at] = byte
        expect(await send(session, [message])).toMatch(/^(0|3|5|8)$/)
      }),
      { numRuns: 300 },
    )
    expect(
      sumsOf((await new TestClient(address).call('ModelInfer', inferRequest([[1, 2, 3, 4]]))).reply),
    ).toEqual([10])
  })

  test('ends only its own connection with bytes that are not HTTP/2', async () => {
    const { address, grpc } = await startGrpc()
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    for (const bytes of [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.alloc(1000, 0xff),
      Buffer.concat([preface, Buffer.alloc(5000, 0x41)]),
    ]) {
      const socket = connectSocket(grpc.port, '127.0.0.1')
      socket.on('error', () => {})
      socket.resume()
      socket.write(bytes)
      await once(socket, 'close')
    }
    expect((await new TestClient(address).call('ServerLive')).reply).toEqual({ live: true })
  })

  test('cannot keep a connection open over which it says nothing', async () => {
    const { grpc } = await startGrpc({ limits: { headersTimeoutMs: 100 } })
    const socket = connectSocket(grpc.port, '127.0.0.1')
    socket.resume()
    await once(socket, 'close')
  })
})
