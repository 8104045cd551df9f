import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import {
  apiCall,
  openSocket,
  type RawAnswer,
  type RawRequest,
  sendBytes,
  sendRequest,
} from './support/raw-request.ts'
import * as attacks from './support/tracking-attacks.ts'
import { TrackingServer } from './support/tracking-server.ts'

const SECRET = 'nobody may read this'
/** Longer ones would cost whoever logs them. */
const MAX_REFUSAL_LENGTH = 16_384

let server: TrackingServer
let runId: string
const folder = temporaryFolder()

beforeAll(async () => {
  mkdirSync(join(folder, 'mlartifacts'))
  writeFileSync(join(folder, 'outside.txt'), SECRET)
  mkdirSync(join(folder, 'beyond'))
  writeFileSync(join(folder, 'beyond/outside.txt'), SECRET)
  symlinkSync(join(folder, 'beyond'), join(folder, 'mlartifacts/link'))
  server = await TrackingServer.start({ folder })
  runId = (await call('runs/create', { experiment_id: '0' })).run.info.run_id
  await call('registered-models/create', { name: 'attacked' })
})
afterAll(() => server?.stop())

describe.each([
  ['a source that leads elsewhere', attacks.SOURCE_ATTACKS],
  ['a path that leads out of the artifacts', attacks.PATH_ATTACKS],
  ['a listing of what is outside', attacks.LISTING_ATTACKS],
  ['a request of another site', attacks.ORIGIN_ATTACKS],
  ['a body', attacks.BODY_ATTACKS],
  ['a name without bounds', attacks.LONG_ATTACKS],
  ['a search', attacks.SEARCH_ATTACKS],
])('%s is refused:', (_, table) => {
  test.each(table)('%s', async (_, request) => {
    expectRefusal(await sendRequest(server.url, aimed(request)))
    await expectHealthy()
  })
})

describe('a file stays within the artifacts, whatever its name:', () => {
  test.each(attacks.STRANGE_NAMES)('%s', async (name) => {
    const path = `/api/2.0/mlflow-artifacts/artifacts/${name}`
    const body = `content of ${name}`
    const { status } = await sendRequest(server.url, { verb: 'PUT', path, body })
    expect([200, 400]).toContain(status)
    const { text } = await sendRequest(server.url, { path })
    if (status === 200) expect(text).toContain(body)
    expect(text).not.toContain(SECRET)
    expect(readFileSync(join(folder, 'outside.txt'), 'utf8')).toBe(SECRET)
  })
})

describe('requests that two servers read differently are refused:', () => {
  const start =
    'POST /api/2.0/mlflow/experiments/search HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n'
  const hidden =
    'GET /api/2.0/mlflow/experiments/get?experiment_id=0 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n'

  test.each([
    [
      'a length and chunks',
      `${start}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    ['two lengths', `${start}Content-Length: 2\r\nContent-Length: 60\r\n\r\n{}${hidden}`],
    ['a length with a sign', `${start}Content-Length: +2\r\n\r\n{}${hidden}`],
    ['a spaced field name', `${start}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['chunks under another name', `${start}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`],
    [
      'a chunk size that is none',
      `${start}Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n${hidden}`,
    ],
    ['bare line feeds', `${start.replaceAll('\r\n', '\n')}Content-Length: 2\n\n{}${hidden}`],
    ['a folded field', `${start}X-A: 1\r\n folded\r\nContent-Length: 2\r\n\r\n{}${hidden}`],
    ['a NUL in a field', `${start}X-A: \0\r\nContent-Length: 2\r\n\r\n{}${hidden}`],
  ])('%s', async (_, bytes) => {
    const answer = await sendBytes(server.url, bytes)
    expectRefusal(answer)
    expect(answer.answers).toBe(1)
    await expectHealthy()
  })

  test.each([
    ['a field of 200 KB', `X-A: ${'a'.repeat(200_000)}`],
    ['2,000 fields', Array.from({ length: 2000 }, (_, index) => `X-${index}: ${index}`).join('\r\n')],
  ])('%s', async (_, header) => {
    const answer = await sendRequest(server.url, {
      path: '/api/2.0/mlflow/experiments/get?experiment_id=0',
      headers: [header],
    })
    expect([431, 400, undefined]).toContain(answer.status)
    await expectHealthy()
  })

  test('an address of 200 KB', async () => {
    const { status } = await sendRequest(server.url, { path: `/${'a'.repeat(200_000)}` })
    expect([431, 414, 400, undefined]).toContain(status)
    await expectHealthy()
  })
})

describe('a server under attack', () => {
  test('answers others while 900 bodies do not end', async () => {
    const head = `POST /api/2.0/mlflow/experiments/create HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`
    const sockets = await Promise.all(Array.from({ length: 900 }, () => openSocket(server.url)))
    for (const socket of sockets) {
      socket.on('error', () => undefined)
      socket.write(head)
    }
    await expectHealthy()
    expect((await call('experiments/search', { max_results: 1 })).experiments).toHaveLength(1)
    for (const socket of sockets) socket.destroy()
  })

  test('refuses a body beyond its limit, and no other request suffers', async () => {
    const { status } = await sendRequest(
      server.url,
      apiCall('experiments/create', Buffer.alloc(150_000_000, 0x20)),
    )
    expect([413, 400, undefined]).toContain(status)
    await expectHealthy()
  })

  test('reads a body of tiny chunks', async () => {
    const head = `POST /api/2.0/mlflow/experiments/create HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`
    const { status } = await sendBytes(server.url, `${head}${'1\r\n \r\n'.repeat(500_000)}0\r\n\r\n`)
    expect([400, 413]).toContain(status)
    await expectHealthy()
  })

  test.each([200, 2000])('does not fall over a filter of %i terms', async (terms) => {
    for (const term of ["params.p = '1'", 'metrics.m > 1', "tags.t LIKE '%'", "attributes.status = 'x'"]) {
      const filter = Array.from({ length: terms }, () => term).join(' AND ')
      const { status } = await sendRequest(
        server.url,
        apiCall('runs/search', JSON.stringify({ experiment_ids: ['0'], filter })),
      )
      expect(status).toBeGreaterThanOrEqual(200)
      expect(status).toBeLessThan(500)
    }
    await expectHealthy()
  })

  test('is not kept busy by a pattern', async () => {
    await call('runs/set-tag', { run_id: runId, key: 't', value: 'a'.repeat(7000) })
    for (const operator of ['LIKE', 'ILIKE']) {
      const filter = `tags.t ${operator} '${'%a'.repeat(2000)}%b'`
      const { status } = await sendRequest(
        server.url,
        apiCall('runs/search', JSON.stringify({ experiment_ids: ['0'], filter })),
      )
      expect(status).toBeLessThan(500)
    }
    await expectHealthy()
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('keeps %s as data', async (name) => {
    await sendRequest(
      server.url,
      apiCall('runs/set-tag', `{"run_id": "${runId}", "key": "${name}", "value": "${name}"}`),
    )
    await sendRequest(
      server.url,
      apiCall('runs/set-tag', `{"${name}": {"x": 1}, "run_id": "${runId}", "key": "other", "value": "1"}`),
    )
    const reply = await fetch(`${server.url}/api/2.0/mlflow/runs/get?run_id=${runId}`)
    const { run } = (await reply.json()) as { run: { data: { tags: { key: string; value: string }[] } } }
    expect(run.data.tags).toContainEqual({ key: name, value: name })
  })

  test('hands out files as what no browser runs', async () => {
    for (const name of ['a.html', 'a.svg', 'a.js', 'a.xhtml', 'a.htm', 'a.xml']) {
      const path = `${server.url}/api/2.0/mlflow-artifacts/artifacts/${name}`
      expect((await fetch(path, { method: 'PUT', body: '<script>alert(1)</script>' })).status).toBe(200)
      const { headers } = await fetch(path)
      expect(headers.get('content-disposition')).toMatch(/^attachment/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  test('reads nothing from where an experiment says that its artifacts are', async () => {
    for (const location of [
      'file:///etc',
      '/etc',
      'mlflow-artifacts:/../../../etc',
      `file://${folder}/beyond`,
    ]) {
      const created = await sendRequest(
        server.url,
        apiCall(
          'experiments/create',
          JSON.stringify({ name: `at ${location}`, artifact_location: location }),
        ),
      )
      expect(created.status).toBeLessThan(500)
      if (created.status !== 200) continue
      const [, experiment] = /"experiment_id": "(\d+)"/.exec(created.text) ?? []
      const { run } = await call('runs/create', { experiment_id: experiment })
      const { info } = run
      for (const path of ['../../../etc/passwd', '../outside.txt', '%2e%2e/outside.txt']) {
        for (const target of [
          `/get-artifact?run_id=${info.run_id}&path=${path}`,
          `/api/2.0/mlflow/artifacts/list?run_id=${info.run_id}&path=${path}`,
        ]) {
          const answer = await sendRequest(server.url, { path: target })
          expectRefusal(answer)
          expect(answer.text).not.toMatch(/root:|nobody may/)
        }
      }
    }
  })

  test('closes connections that do not send their headers in time', async () => {
    const socket = await openSocket(server.url)
    socket.on('error', () => undefined)
    socket.resume()
    socket.write('GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ')
    const drip = setInterval(() => socket.write('a'), 1000)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await closed
    clearInterval(drip)
  })

  test('has harmed nothing in the end', async () => {
    expect(readFileSync(join(folder, 'outside.txt'), 'utf8')).toBe(SECRET)
    expect(readFileSync(join(folder, 'beyond/outside.txt'), 'utf8')).toBe(SECRET)
    expect(existsSync(join(folder, 'mlartifacts/link/a'))).toBe(false)
    await call('runs/log-metric', { run_id: runId, key: 'alive', value: 1, timestamp: 1 })
    expect((await fetch(`${server.url}/api/2.0/mlflow/runs/get?run_id=${runId}`)).status).toBe(200)
  })
})

/** Refused by its own fault, in few words that tell nothing about the server. */
function expectRefusal({ status, text }: RawAnswer): void {
  expect({ status, text: text.slice(0, 400) }).toEqual({
    status: expect.any(Number),
    text: expect.any(String),
  })
  expect(status, text.slice(0, 400)).toBeGreaterThanOrEqual(400)
  expect(status, text.slice(0, 400)).toBeLessThan(500)
  expect(text.length).toBeLessThan(MAX_REFUSAL_LENGTH)
  expect(text).not.toContain(SECRET)
  expect(text).not.toContain(folder)
  expect(text).not.toMatch(/node_modules|\n\s+at |SQLITE_|\.ts:\d+/)
}

function aimed(request: RawRequest): RawRequest {
  const aim = (text: string) => text.replaceAll('RUN', runId).replaceAll('MODEL', 'attacked')
  const { body, path } = request
  return { ...request, path: aim(path), ...(typeof body === 'string' ? { body: aim(body) } : {}) }
}

async function expectHealthy(): Promise<void> {
  const reply = await fetch(`${server.url}/health`, { signal: AbortSignal.timeout(10_000) })
  expect(reply.status).toBe(200)
}

/** What the calls of these tests answer, of which each has its part. */
interface Called {
  readonly run: { readonly info: { readonly run_id: string } }
  readonly experiments: readonly unknown[]
}

async function call(path: string, body: object): Promise<Called> {
  const reply = await fetch(`${server.url}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(reply.status).toBe(200)
  return (await reply.json()) as Called
}
