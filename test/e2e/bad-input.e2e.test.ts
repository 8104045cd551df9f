import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { HeadraceProcess, ROOT } from './support/headrace-process.ts'
import { Neighbours } from './support/neighbour.ts'

const IRIS = join(ROOT, 'models/iris/1')
const EXAMPLE = readFileSync(join(IRIS, 'serving_input_example.json'))
const COLUMNS = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']
const JSON_TYPE = 'application/json'
const PARQUET = 'application/vnd.apache.parquet'
const MB = 1024 * 1024

type Body = string | Uint8Array<ArrayBuffer>

function split(columns: readonly string[], ...data: readonly unknown[]): string {
  return JSON.stringify({ dataframe_split: { columns, data } })
}

function parquet(rows: number): Uint8Array<ArrayBuffer> {
  const columnData = COLUMNS.map((name) => ({ name, data: new Float64Array(rows), type: 'DOUBLE' as const }))
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}

/** What a client may send by mistake or on purpose: body, content type, the status it has to get. */
const BAD: readonly (readonly [name: string, body: () => Body, type: string, status: number])[] = [
  ['no body', () => '', JSON_TYPE, 400],
  ['broken JSON', () => '{"inputs": [[1, 2', JSON_TYPE, 400],
  ['no dictionary', () => '[1]', JSON_TYPE, 400],
  ['two forms', () => '{"inputs": [[1, 2, 3, 4]], "instances": [[1, 2, 3, 4]]}', JSON_TYPE, 400],
  [
    'arrays nested 10,000 deep',
    () => `{"inputs": ${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
    JSON_TYPE,
    400,
  ],
  [
    'objects nested 10,000 deep',
    () => '{"a":'.repeat(10_000) + '1'.concat('}'.repeat(10_000)),
    JSON_TYPE,
    400,
  ],
  ['an integer of a million digits', () => `{"inputs": [[${'9'.repeat(1_000_000)}]]}`, JSON_TYPE, 400],
  [
    'keys named __proto__',
    () => '{"dataframe_records": [{"__proto__": 1, "constructor": 2}]}',
    JSON_TYPE,
    400,
  ],
  ['a form named __proto__', () => '{"__proto__": {"inputs": [[1, 2, 3, 4]]}}', JSON_TYPE, 400],
  ['a rank too many', () => '{"inputs": [[[[1, 2, 3, 4]]]]}', JSON_TYPE, 400],
  ['ragged rows', () => '{"inputs": [[1, 2, 3, 4], [1]]}', JSON_TYPE, 400],
  ['a missing column', () => split(COLUMNS.slice(1), [1, 2, 3]), JSON_TYPE, 400],
  ['text for numbers', () => split(COLUMNS, ['a', 'b', 'c', 'd']), JSON_TYPE, 400],
  ['rows that are no rows', () => split(COLUMNS, 1, null, {}), JSON_TYPE, 400],
  ['bytes that are not UTF-8', () => Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d), JSON_TYPE, 400],
  ['a content type of its own', () => '{}', 'text/html', 415],
  ['another charset', () => '{}', 'application/json; charset=latin1', 415],
  ['parquet that is none', () => 'PAR1 nothing PAR1', PARQUET, 400],
  ['half a parquet file', () => parquet(1000).slice(0, parquet(1000).length / 2), PARQUET, 400],
  ['a parquet file without its footer', () => parquet(1000).slice(0, -8), PARQUET, 400],
  ['CSV with too many cells in a row', () => 'a,b\n1,2,3\n1\n', 'text/csv', 400],
  ['CSV that is not UTF-8', () => Uint8Array.of(0x61, 0x0a, 0xff, 0xfe), 'text/csv', 400],
]

/** What MLflow takes though it looks odd. */
const ODD: readonly (readonly [name: string, body: string])[] = [
  [
    'NaN tokens',
    `{"dataframe_split": {"columns": ${JSON.stringify(COLUMNS)}, "data": [[NaN, 1, Infinity, -Infinity]]}}`,
  ],
  ['1e400', `{"dataframe_split": {"columns": ${JSON.stringify(COLUMNS)}, "data": [[1e400, 1, 2, 3]]}}`],
  ['a column that the model does not know', split([...COLUMNS, 'more'], [1, 2, 3, 4, 5])],
]

describe.each(['inline', 'pool'])('bad input, %s', (placement) => {
  let server: HeadraceProcess
  let url = ''
  let neighbours: Neighbours

  beforeAll(async () => {
    server = new HeadraceProcess({
      args: ['serve', '-m', IRIS, '-p', '0', '-w', '2', '--placement', placement],
    })
    url = await server.listening()
    neighbours = new Neighbours(url, EXAMPLE)
  })

  afterAll(async () => {
    const { answered, refused, failed } = await neighbours.stop()
    expect(answered).toBeGreaterThan(0)
    expect({ refused, failed }).toEqual({ refused: {}, failed: {} })
    expect((await server.stop()).code).toBe(0)
  })

  test.each(BAD)('%s', async (_, body, type, status) => {
    const reply = await send(url, body(), type)
    const text = await reply.text()
    expect([reply.status, text.length < 9000]).toEqual([status, true])
    if (status === 400)
      expect(JSON.parse(text)).toMatchObject({ error_code: expect.any(String), message: expect.any(String) })
  })

  test.each(ODD)('takes %s', async (_, body) => {
    expect((await send(url, body, JSON_TYPE)).status).toBe(200)
  })

  test('a body over the limit is refused, and its sender gets to read that', async () => {
    expect((await send(url, new Uint8Array(120 * MB), JSON_TYPE)).status).toBe(413)
  })

  test('a chunked body over the limit is refused as well', async () => {
    const chunk = new Uint8Array(MB)
    let left = 120
    const stream = new ReadableStream({
      pull: (controller) => (left-- > 0 ? controller.enqueue(chunk) : controller.close()),
    })
    const headers = { 'content-type': JSON_TYPE }
    const init = { method: 'POST', body: stream, headers, duplex: 'half' } as const
    expect((await fetch(`${url}/invocations`, init)).status).toBe(413)
  })

  test('clients that leave at any moment cost nothing', async () => {
    const { hostname, port } = new URL(url)
    const head = `POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: ${EXAMPLE.length}\r\n\r\n`
    const whole = Buffer.concat([Buffer.from(head), EXAMPLE])
    for (let leaving = 0; leaving < 300; leaving += 1) {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {})
      const cut = Math.floor((leaving / 299) * whole.length)
      await new Promise((resolve) => socket.write(whole.subarray(0, cut), resolve))
      if (leaving % 2 === 0) socket.resetAndDestroy()
      else socket.destroy()
    }
    const nothingIsKept = async () => {
      const metrics = await (await fetch(`${url}/metrics`)).text()
      expect(metrics).toMatch(/^headrace_request_body_buffered_bytes 0$/m)
      expect(metrics).toMatch(/^headrace_queue_length\{[^}]*\} 0$/m)
    }
    await vi.waitFor(nothingIsKept, { timeout: 60_000, interval: 100 })
  })

  test('requests that are not HTTP are answered 400, and what comes after them is not read', async () => {
    const ping = 'GET /ping HTTP/1.1\r\nhost: x\r\n\r\n'
    for (const bad of [
      'POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      'GET /ping HTTP/1.1\nhost: x\n\n',
      'POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
      'GET /ping HTTP/1.1\r\nhost: x\r\n folded: y\r\n\r\n',
    ]) {
      const answers = await exchange(url, bad + ping)
      expect(answers.match(/^HTTP\/1\.1 \d+/gm), bad).toEqual(['HTTP/1.1 400'])
    }
    expect(await exchange(url, `GET /ping HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(200_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431/,
    )
  })

  test('headers that do not come to an end are given up', async () => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.write('POST /invocations HTTP/1.1\r\nhost: x\r\n')
    const dripping = setInterval(() => socket.write('x: y\r\n'), 1000)
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', () => {})
    await new Promise((resolve) => socket.once('close', resolve))
    clearInterval(dripping)
    expect(answer).toMatch(/^HTTP\/1\.1 408/)
  })
})

function send(url: string, body: Body, type: string) {
  return fetch(`${url}/invocations`, { method: 'POST', body, headers: { 'content-type': type } })
}

/** Writes all of it and reads until the server closes the connection. */
function exchange(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', () => {})
    socket.once('close', () => resolve(answer))
    socket.write(text)
  })
}
