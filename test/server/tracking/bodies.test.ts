import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { RawConnection } from '../support/raw-connection.ts'
import { postJson, sharedTracking, startTracking } from './support/running-tracking.ts'

const shared = sharedTracking()

const CREATE = '/api/2.0/mlflow/experiments/create'

async function create(url: string, init: RequestInit): Promise<[number, unknown]> {
  const reply = await fetch(`${url}${CREATE}`, { method: 'POST', ...init })
  return [reply.status, await reply.json()]
}

const json = { 'content-type': 'application/json' }
const missingName = [400, expect.objectContaining({ message: expect.stringContaining("parameter 'name'") })]

describe('bodies', () => {
  test('need a type where they are posted', async () => {
    const { url } = shared
    expect(await create(url, { headers: { 'content-type': 'text/plain' }, body: '{"name": "a"}' })).toEqual([
      400,
      expect.objectContaining({ message: "Bad Request. Content-Type must be one of ['application/json']." }),
    ])
    expect((await create(url, { body: new Uint8Array([123, 125]) }))[1]).toMatchObject({
      message: 'Bad Request. Content-Type header is missing.',
    })
  })

  test.each([
    ['no JSON', '{'],
    ['empty', ''],
    ['not UTF-8', Buffer.from('7b226e616d65223a22ff227d', 'hex')],
    ['nested 100,000 deep', '['.repeat(100_000)],
    ['an object nested 50,000 deep', '{"a":'.repeat(50_000)],
  ])('that are %s are answered 4xx', async (_, body) => {
    const { url } = shared
    const [status] = await create(url, { headers: json, body })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect((await fetch(`${url}/api/2.0/mlflow/experiments/get?experiment_id=0`)).status).toBe(200)
  })

  test('that are nothing count as no fields', async () => {
    const { url } = shared
    expect(await create(url, { headers: json, body: '' })).toEqual(missingName)
  })

  test('that are nested too deep never count as no fields', async () => {
    const { url } = shared
    const body = `{"experiment_ids":${'['.repeat(1000)}${']'.repeat(1000)}}`
    const reply = await fetch(`${url}/api/2.0/mlflow/runs/search`, { method: 'POST', headers: json, body })
    expect([reply.status, await reply.json()]).toMatchObject([400, { error_code: 'BAD_REQUEST' }])
  })

  test('may be compressed', async () => {
    const { url } = shared
    const body = gzipSync('{"name": "small on the wire"}')
    expect((await create(url, { headers: { ...json, 'content-encoding': 'gzip' }, body }))[0]).toBe(200)
    const bomb = gzipSync(Buffer.alloc(110 * 1024 * 1024, 32))
    expect((await create(url, { headers: { ...json, 'content-encoding': 'gzip' }, body: bomb }))[0]).toBe(413)
  })

  test('larger than the limit are answered 413, and the server goes on', async () => {
    const { url } = await startTracking({ limits: { bodyBytes: 1000 } })
    const [status, error] = await create(url, { headers: json, body: ' '.repeat(2000) })
    expect([status, error]).toEqual([413, expect.objectContaining({ error_code: 'BAD_REQUEST' })])
    expect((await postJson(`${url}${CREATE}`, { name: 'next' })).status).toBe(200)
  })

  test('that do not come are waited for only so long', async () => {
    const { server } = await startTracking({ limits: { bodyTimeoutMs: 200 } })
    const connection = new RawConnection(server.port)
    connection.write(
      `POST ${CREATE} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`,
    )
    expect(await connection.untilClosed()).toMatch(/^HTTP\/1.1 408 /)
  })

  test('of DELETE and PATCH need no type', async () => {
    const { url } = shared
    const model = `${url}/api/2.0/mlflow/registered-models`
    await postJson(`${model}/create`, { name: 'iris' })
    const patched = await fetch(`${model}/update`, {
      method: 'PATCH',
      body: new TextEncoder().encode('{"name": "iris", "description": "flowers"}'),
    })
    expect(patched.status).toBe(200)
    const deleted = await fetch(`${model}/delete`, {
      method: 'DELETE',
      body: new TextEncoder().encode('{"name": "iris"}'),
    })
    expect(deleted.status).toBe(200)
  })

  test('of a GET without a query hold its fields', async () => {
    const { server } = shared
    const connection = new RawConnection(server.port)
    const body = '{"experiment_id": "0"}'
    connection.write(
      `GET /api/2.0/mlflow/experiments/get HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    expect(await connection.untilClosed()).toContain('"name": "Default"')
  })

  test('of a batch as large as MLflow allows are taken', async () => {
    const { url } = shared
    const api = `${url}/api/2.0/mlflow`
    const created = await postJson(`${api}/runs/create`, { experiment_id: '0' })
    const { run } = (await created.json()) as { run: { info: { run_id: string } } }
    const params = Array.from({ length: 100 }, (_, i) => ({ key: `p${i}`, value: 'ü'.repeat(6000) }))
    const tags = Array.from({ length: 100 }, (_, i) => ({ key: `t${i}`, value: '😀'.repeat(2000) }))
    const metrics = Array.from({ length: 800 }, (_, i) => ({ key: `m${i}`, value: i, timestamp: i, step: i }))
    const reply = await postJson(`${api}/runs/log-batch`, { run_id: run.info.run_id, metrics, params, tags })
    expect(reply.status).toBe(200)
  })
})

describe('requests that are no HTTP', () => {
  test.each([
    ['two lengths', 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a folded header', 'GET / HTTP/1.1\r\nhost: localhost\r\nx: a\r\n b\r\n\r\n'],
  ])('with %s are answered 400 and the connection ends', async (_, text) => {
    const { server } = shared
    const connection = new RawConnection(server.port)
    connection.write(text)
    const reply = await connection.untilClosed()
    expect(reply).toMatch(/^HTTP\/1.1 400 /)
    expect(reply.match(/HTTP\/1.1/g)).toHaveLength(1)
  })

  test('with headers of 200 KB are answered 431', async () => {
    const { server } = shared
    const connection = new RawConnection(server.port)
    connection.write(`GET /health HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(200_000)}\r\n\r\n`)
    expect(await connection.untilClosed()).toMatch(/^HTTP\/1.1 431 /)
  })

  test('whose headers do not come are ended', async () => {
    const { server } = await startTracking({ limits: { headersTimeoutMs: 300 } })
    const connection = new RawConnection(server.port)
    connection.write('GET /health HTTP/1.1\r\nhost: loc')
    expect(await connection.untilClosed()).toMatch(/^(HTTP\/1.1 408 |$)/)
  })
})
