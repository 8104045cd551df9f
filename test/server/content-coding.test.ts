import { deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Tensor, TensorMap } from '../../src/core/tensor.ts'
import { SumPredictor } from '../fixtures/predictors.ts'
import { FakeModels, fakeModel } from './support/fake-model.ts'
import { RawConnection } from './support/raw-connection.ts'
import { type Headers, ONE_ROW, score, startServer } from './support/running.ts'

const MEGABYTE = 1024 * 1024

type Octets = Uint8Array<ArrayBuffer>

function octets(buffer: Buffer): Octets {
  return Uint8Array.from(buffer)
}

/** Rows of one request, as MLflow's `inputs`. */
function rowsText(rows: number): string {
  return JSON.stringify({ inputs: Array.from({ length: rows }, (_, row) => [row, 1]) })
}

const V2_PATH = '/v2/models/sums/infer'
const V2_ROW = JSON.stringify({ inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', data: [1, 2] }] })

describe('a compressed request', () => {
  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['identity', Buffer.from],
    ['', Buffer.from],
  ] as const)('%s is inflated', async (coding, compress) => {
    const { url } = await startServer()
    const headers = { 'content-encoding': coding }
    const reply = await score(url, octets(compress(Buffer.from(ONE_ROW))), headers)
    expect([reply.status, await reply.text()]).toEqual([200, '{"predictions": [10]}'])
    const v2 = await fetch(url + V2_PATH, {
      method: 'POST',
      body: octets(compress(Buffer.from(V2_ROW))),
      headers,
    })
    expect([v2.status, await v2.json()]).toMatchObject([200, { outputs: [{ data: [3] }, {}] }])
  })

  test('of megabytes is inflated in another thread', async () => {
    const { url, app } = await startServer()
    const rows = 50_000
    const text = Buffer.from(rowsText(rows))
    for (const compress of [gzipSync, deflateSync, deflateRawSync]) {
      const coding = compress === gzipSync ? 'gzip' : 'deflate'
      const reply = await score(url, octets(compress(text)), {
        'content-encoding': coding,
      })
      const { predictions } = (await reply.json()) as { predictions: number[] }
      expect([predictions.length, predictions.at(-1)]).toEqual([rows, rows])
    }
    expect(app.bodies.bufferedBytes).toBe(0)
  })

  test('that is large itself is inflated too', async () => {
    const { url } = await startServer()
    const values = Array.from({ length: 400_000 }, () => Math.random())
    const text = JSON.stringify({
      inputs: [{ name: 'x', shape: [1, values.length], datatype: 'FP32', data: values }],
    })
    const body = octets(gzipSync(text))
    expect(body.length).toBeGreaterThan(MEGABYTE)
    const reply = await fetch(url + V2_PATH, {
      method: 'POST',
      body,
      headers: { 'content-encoding': 'gzip' },
    })
    expect([reply.status, await reply.json()]).toMatchObject([200, { outputs: [{ shape: [1] }, {}] }])
  })

  test('has its length of JSON counted in the inflated body', async () => {
    const { url } = await startServer()
    const json = Buffer.from(
      JSON.stringify({
        inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', parameters: { binary_data_size: 8 } }],
      }),
    )
    const body = Buffer.concat([json, Buffer.from(Float32Array.of(4, 5).buffer)])
    const reply = await fetch(url + V2_PATH, {
      method: 'POST',
      body: octets(gzipSync(body)),
      headers: { 'content-encoding': 'gzip', 'inference-header-content-length': String(json.length) },
    })
    expect(await reply.json()).toMatchObject({ outputs: [{ data: [9] }, {}] })
  })

  test.each(['br', 'zstd', 'compress', 'gzip, gzip', 'gzip, identity', 'nonsense'])(
    'of the coding %j is 415 and says what is taken',
    async (coding) => {
      const { url } = await startServer()
      const headers = { 'content-encoding': coding }
      const reply = await score(url, ONE_ROW, headers)
      expect([reply.status, reply.headers.get('accept-encoding')]).toEqual([415, 'gzip, deflate, identity'])
      expect(await reply.json()).toMatchObject({ message: expect.stringContaining(coding) })
      const v2 = await fetch(url + V2_PATH, { method: 'POST', body: V2_ROW, headers })
      expect([v2.status, await v2.json()]).toEqual([415, { error: expect.stringContaining(coding) }])
    },
  )

  const whole = gzipSync(Buffer.from(ONE_ROW))
  test.each([
    ['that is not compressed', 'gzip', Buffer.from(ONE_ROW)],
    ['cut short', 'gzip', whole.subarray(0, -4)],
    ['cut in its beginning', 'gzip', whole.subarray(0, 5)],
    ['of nothing', 'gzip', Buffer.alloc(0)],
    ['with a wrong check', 'gzip', Buffer.concat([whole.subarray(0, -8), Buffer.alloc(8, 1)])],
    ['of another coding', 'deflate', whole],
    ['of nothing', 'deflate', Buffer.alloc(0)],
    ['large and broken', 'gzip', Buffer.concat([gzipSync(randomText(MEGABYTE)).subarray(0, -100)])],
  ])('%s (%s) is 400, and the connection goes on', async (_name, coding, body) => {
    const { url, app } = await startServer()
    const reply = await score(url, octets(body), { 'content-encoding': coding })
    expect([reply.status, await reply.json()]).toMatchObject([
      400,
      { error_code: 'BAD_REQUEST', message: expect.stringContaining(coding) },
    ])
    expect((await score(url)).status).toBe(200)
    expect(app.bodies.bufferedBytes).toBe(0)
  })

  test('that would be larger than a body may be is 413, whether it came so or became so', async () => {
    const { url, app } = await startServer({ limits: { bodyBytes: MEGABYTE } })
    const bomb = octets(gzipSync(Buffer.alloc(100 * MEGABYTE)))
    expect(bomb.length).toBeLessThan(MEGABYTE)
    const before = process.memoryUsage().rss
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => score(url, bomb, { 'content-encoding': 'gzip' })),
    )
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * MEGABYTE)
    for (const reply of replies) {
      expect([reply.status, await reply.json()]).toMatchObject([
        413,
        { message: expect.stringContaining('inflated') },
      ])
    }
    const small = octets(gzipSync(Buffer.alloc(2 * MEGABYTE)))
    const v2 = await fetch(url + V2_PATH, {
      method: 'POST',
      body: small,
      headers: { 'content-encoding': 'gzip' },
    })
    expect([v2.status, await v2.json()]).toEqual([413, { error: expect.stringContaining(String(MEGABYTE)) }])
    expect(app.bodies.bufferedBytes).toBe(0)
    expect((await score(url)).status).toBe(200)
  })

  test('counts with what came out of it against the bound of all bodies', async () => {
    const { url, app } = await startServer({ limits: { bufferedBytes: 4 * MEGABYTE } })
    const body = octets(gzipSync(Buffer.from(`{"inputs": [[${'1,'.repeat(1_500_000)}1]]}`)))
    const headers = { 'content-encoding': 'gzip' }
    const replies = await Promise.all(Array.from({ length: 8 }, () => score(url, body, headers)))
    const statuses = replies.map(({ status }) => status)
    expect(statuses).toContain(503)
    expect(statuses.every((status) => status === 200 || status === 503)).toBe(true)
    expect((await score(url, body, headers)).status).toBe(200)
    expect(app.bodies.bufferedBytes).toBe(0)
  })

  test('of a client that leaves meanwhile is forgotten', async () => {
    const { server, app } = await startServer()
    const connection = new RawConnection(server.port)
    const body = gzipSync(Buffer.alloc(50 * MEGABYTE))
    connection.write(
      `POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n` +
        `content-length: ${body.length}\r\n\r\n`,
    )
    connection.socket.end(body, () => connection.socket.destroy())
    await connection.untilClosed()
    while (app.registry.size > 0 || app.bodies.bufferedBytes > 0) await new Promise(setImmediate)
  })
})

/** Gives as many values as it was given. */
class EchoPredictor extends SumPredictor {
  protected override compute(x: Float32Array): TensorMap {
    return new Map<string, Tensor>([['sum', { datatype: 'FP32', shape: [x.length], data: x }]])
  }
}

describe('a reply', () => {
  const models = () => new FakeModels(fakeModel({ predictor: new EchoPredictor() }))

  /** What came over the wire: `fetch` would inflate it. */
  async function received(port: number, values: number, headers: Headers) {
    const { request } = await import('node:http')
    const body = JSON.stringify({ inputs: Array.from({ length: values }, (_, index) => [index % 10]) })
    return await new Promise<{ coding: string | undefined; vary: string | undefined; octets: Buffer }>(
      (resolve, reject) => {
        const sent = request(
          {
            port,
            path: '/invocations',
            method: 'POST',
            headers: { 'content-type': 'application/json', ...headers },
          },
          (reply) => {
            const chunks: Buffer[] = []
            reply.on('data', (chunk: Buffer) => chunks.push(chunk))
            reply.on('end', () => {
              const { 'content-encoding': coding, vary } = reply.headers
              resolve({ coding, vary, octets: Buffer.concat(chunks) })
            })
          },
        )
        sent.on('error', reject)
        sent.end(body)
      },
    )
  }

  test.each([
    ['gzip', 'gzip'],
    ['gzip, deflate', 'gzip'],
    ['deflate', 'deflate'],
    ['deflate, gzip;q=0.5', 'deflate'],
    ['gzip;q=0, deflate', 'deflate'],
    ['br, *', 'gzip'],
    ['*;q=0.1, gzip;q=0', 'deflate'],
    ['identity, gzip;q=0.5', undefined],
    ['gzip;q=0', undefined],
    ['gzip;q=nonsense', undefined],
    ['br', undefined],
    ['', undefined],
  ])('to %j is %s', async (accepted, coding) => {
    const { server } = await startServer({ models: models() })
    for (const values of [1000, 20_000]) {
      const reply = await received(server.port, values, { 'accept-encoding': accepted })
      expect([reply.coding, reply.vary]).toEqual([coding, 'Accept-Encoding'])
      const inflate = coding === 'gzip' ? gunzipSync : inflateSync
      const text = String(coding === undefined ? reply.octets : inflate(reply.octets))
      const { predictions } = JSON.parse(text) as { predictions: number[] }
      expect([predictions.length, predictions[7]]).toEqual([values, 7])
    }
  })

  test('that is small, or that nobody wants compressed, is sent as it is', async () => {
    const { server } = await startServer({ models: models() })
    const small = await received(server.port, 10, { 'accept-encoding': 'gzip' })
    expect([small.coding, small.vary]).toEqual([undefined, undefined])
    expect((await received(server.port, 1000, {})).coding).toBeUndefined()
  })

  test('of values that do not shrink is sent as it is', async () => {
    const { url } = await startServer({ models: models() })
    const values = Array.from({ length: 20_000 }, () => Math.random())
    for (const data of [values, values.map(() => 1)]) {
      const reply = await fetch(url + V2_PATH, {
        method: 'POST',
        body: JSON.stringify({
          parameters: { binary_data_output: true },
          inputs: [{ name: 'x', shape: [values.length, 1], datatype: 'FP32', data }],
          outputs: [{ name: 'sum' }],
        }),
        headers: { 'accept-encoding': 'gzip' },
      })
      expect(reply.headers.get('content-encoding')).toBe(data === values ? null : 'gzip')
      const octets = Buffer.from(await reply.arrayBuffer())
      const length = Number(reply.headers.get('inference-header-content-length'))
      expect(octets.length).toBe(length + 4 * values.length)
      expect(octets.readFloatLE(length + 400)).toBe(Math.fround(data[100] as number))
    }
  })
})

function randomText(bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes / 16 }, () => Math.random().toFixed(14)).join())
}
