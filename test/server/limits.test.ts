import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { post, RawConnection } from './support/raw-connection.ts'
import { ONE_ROW, score, startServer } from './support/running.ts'

const MB = 1_000_000

/** Sends a body in pieces to the end, then reads, as simple clients do. */
function sendAll(url: string, pieces: number, piece: Buffer, headers: Record<string, string>) {
  return new Promise<{ status: number; body: string; connection: string | undefined }>((resolve, reject) => {
    const sent = request(`${url}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
    })
    sent.on('error', reject)
    sent.on('response', async (reply) => {
      let body = ''
      for await (const chunk of reply) body += chunk
      resolve({ status: reply.statusCode ?? 0, body, connection: reply.headers.connection })
    })
    const write = (left: number): void => {
      if (left === 0) sent.end()
      else if (sent.write(piece)) setImmediate(write, left - 1)
      else sent.once('drain', () => write(left - 1))
    }
    write(pieces)
  })
}

describe('bodies over the limit', () => {
  test('announced: 413, seen by a client that sends all of it first', async () => {
    const { url } = await startServer()
    const reply = await sendAll(url, 110, Buffer.alloc(MB, 32), { 'content-length': String(110 * MB) })
    expect(reply).toMatchObject({ status: 413, connection: 'close' })
    expect(JSON.parse(reply.body)).toMatchObject({
      error_code: 'BAD_REQUEST',
      message: expect.stringContaining('104857600 bytes'),
    })
  })

  test('chunked: 413 as soon as the limit is passed', async () => {
    const { url, app } = await startServer({ limits: { bodyBytes: 2 * MB } })
    const reply = await sendAll(url, 30, Buffer.alloc(MB, 32), {})
    expect(reply).toMatchObject({ status: 413, connection: 'close' })
    expect(app.bodies.bufferedBytes).toBe(0)
  })

  test('a client that waits for 100-continue is not asked to send', async () => {
    const { server } = await startServer({ limits: { bodyBytes: 10 } })
    const connection = new RawConnection(server.port)
    connection.write(post('', ['content-length: 11', 'expect: 100-continue']))
    await connection.until(/HTTP\/1\.1 413/)
    expect(connection.received).not.toContain('100 Continue')
  })

  test('a client that waits for 100-continue within the limit is', async () => {
    const { server } = await startServer()
    const connection = new RawConnection(server.port)
    connection.write(post('', [`content-length: ${ONE_ROW.length}`, 'expect: 100-continue']))
    await connection.until(/100 Continue/)
    connection.write(ONE_ROW)
    expect(await connection.until(/predictions/)).toContain('200 OK')
  })

  test('all of them together: 503 with Retry-After', async () => {
    const { server, url, app } = await startServer({ limits: { bufferedBytes: 1000 } })
    const connection = new RawConnection(server.port)
    connection.write(post('x'.repeat(900), ['content-length: 1000']))
    while (app.bodies.bufferedBytes < 900) await delay(5)
    const refused = await score(url, 'x'.repeat(200))
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    connection.socket.destroy()
    while (app.bodies.bufferedBytes > 0) await delay(5)
    expect((await score(url)).status).toBe(200)
  })
})

describe('bodies in pieces', () => {
  test('a body of one-byte chunks is put together', async () => {
    const { server } = await startServer()
    const connection = new RawConnection(server.port)
    const chunks = [...ONE_ROW].map((character) => `1\r\n${character}\r\n`).join('')
    connection.write(post(`${chunks}0\r\n\r\n`, ['transfer-encoding: chunked']))
    expect(await connection.until(/predictions/)).toContain('{"predictions": [10]}')
  })

  test('large bodies arrive whole', async () => {
    const { url } = await startServer()
    const rows = Array.from({ length: 30_000 }, (_, index) => [index % 7, 1])
    const reply = await score(url, JSON.stringify({ inputs: rows }))
    const { predictions } = (await reply.json()) as { predictions: number[] }
    expect(predictions).toEqual(rows.map(([first = 0, second = 0]) => first + second))
  })
})

describe('time', () => {
  test('slow headers are answered 408 and closed', async () => {
    const { server } = await startServer({ limits: { headersTimeoutMs: 300 } })
    const connection = new RawConnection(server.port)
    connection.write('POST /invocations HTTP/1.1\r\nhost: x\r\n')
    expect(await connection.untilClosed()).toMatch(/^HTTP\/1\.1 408 .*"error_code": "BAD_REQUEST"/s)
  })

  test('slow bodies are answered 408 and closed; nobody else waits', async () => {
    const { server, url } = await startServer({ limits: { bodyTimeoutMs: 1000 } })
    const connection = new RawConnection(server.port)
    connection.write(post('{"inputs"', ['content-length: 100']))
    expect((await score(url)).status).toBe(200)
    expect(await connection.untilClosed()).toMatch(/^HTTP\/1\.1 408 .*did not arrive in time/s)
  })
})

describe('what is not HTTP', () => {
  test.each([
    [
      'Content-Length and Transfer-Encoding together',
      post('0\r\n\r\n', ['content-length: 5', 'transfer-encoding: chunked']),
    ],
    ['two lengths', post('{}', ['content-length: 2', 'content-length: 3'])],
    ['a bare line feed', 'GET /ping HTTP/1.1\nhost: x\n\n'],
    ['a space before the colon', 'GET /ping HTTP/1.1\r\nhost : x\r\n\r\n'],
    ['noise', '\u0016\u0003\u0001\u0002\u0000\u0001'],
  ])('%s: 400, and the connection ends', async (_name, text) => {
    const { server } = await startServer()
    const connection = new RawConnection(server.port)
    connection.write(text)
    const answer = await connection.untilClosed()
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*"error_code": "BAD_REQUEST"/s)
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
  })

  test('a flood of headers is answered 431', async () => {
    const { server } = await startServer()
    const connection = new RawConnection(server.port)
    connection.write(`GET /ping HTTP/1.1\r\nhost: x\r\n${'x: y\r\n'.repeat(10_000)}\r\n`)
    expect(await connection.untilClosed()).toMatch(/^HTTP\/1\.1 431 /)
  })

  test('pipelined requests are answered in their order', async () => {
    const { server } = await startServer()
    const connection = new RawConnection(server.port)
    const bodies = [1, 2, 3, 4, 5].map((value) => `{"inputs": [[${value}]]}`)
    connection.write(bodies.map((body) => post(body)).join(''))
    await connection.until(/\[5\]/)
    expect(connection.received.match(/\[\d\]/g)).toEqual(['[1]', '[2]', '[3]', '[4]', '[5]'])
  })
})
