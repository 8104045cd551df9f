import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ArtifactRoutes } from '../../../src/server/tracking/artifacts/artifact-routes.ts'
import { RawConnection } from '../support/raw-connection.ts'
import { postJson, sharedTracking, startTracking } from './support/running-tracking.ts'

const shared = sharedTracking()
const FILES = '/api/2.0/mlflow-artifacts/artifacts'

function put(path: string, body: string | Uint8Array = 'hello'): Promise<Response> {
  return fetch(`${shared.url}${FILES}/${path}`, { method: 'PUT', body: Buffer.from(body) })
}

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${shared.url}${FILES}/${path}`, { headers })
}

/** As no HTTP client would write it: clients take `..` away. */
async function raw(verb: string, path: string, body = ''): Promise<string> {
  const connection = new RawConnection(shared.server.port)
  connection.write(
    `${verb} ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  return connection.untilClosed()
}

async function newRun(location?: string): Promise<{ runId: string; root: string }> {
  const api = `${shared.url}/api/2.0/mlflow`
  const name = `e${Math.random()}`
  const made = await postJson(`${api}/experiments/create`, { name, artifact_location: location })
  const { experiment_id } = (await made.json()) as { experiment_id: string }
  const reply = await postJson(`${api}/runs/create`, { experiment_id })
  const { run } = (await reply.json()) as { run: { info: { run_id: string; artifact_uri: string } } }
  return { runId: run.info.run_id, root: run.info.artifact_uri }
}

describe('artifacts through the server', () => {
  test('come back as they were sent, as a file to be saved and nothing to be run', async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251))
    expect((await put('safe/page.html', bytes)).status).toBe(200)
    const reply = await get('safe/page.html')
    expect(Buffer.from(await reply.arrayBuffer())).toEqual(bytes)
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'content-type': 'text/html',
      'content-disposition': 'attachment; filename=page.html',
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'content-length': '70000',
    })
  })

  test.each([
    ['bytes=1-3', 206, 'ell', 'bytes 1-3/5'],
    ['bytes=3-', 206, 'lo', 'bytes 3-4/5'],
    ['bytes=-2', 206, 'lo', 'bytes 3-4/5'],
    ['bytes=-9', 206, 'hello', 'bytes 0-4/5'],
    ['bytes=0-99', 206, 'hello', 'bytes 0-4/5'],
    ['bytes=5-', 416, '', 'bytes */5'],
    ['bytes=-0', 416, '', 'bytes */5'],
    ['bytes=3-1', 200, 'hello', null],
    ['bytes=0-0,2-2', 200, 'hello', null],
    ['lines=1-2', 200, 'hello', null],
  ])('are sent in part: %s', async (range, status, text, contentRange) => {
    await put('parts.txt')
    const reply = await get('parts.txt', { range })
    expect([reply.status, await reply.text(), reply.headers.get('content-range')]).toEqual([
      status,
      text,
      contentRange,
    ])
  })

  test('go on where a client stopped, unless they have changed', async () => {
    await put('resume.txt', 'first one')
    const etag = (await get('resume.txt')).headers.get('etag') ?? ''
    const resume = { range: 'bytes=6-', 'if-range': etag }
    expect(await (await get('resume.txt', resume)).text()).toBe('one')
    expect((await get('resume.txt', { 'if-none-match': etag })).status).toBe(304)
    await put('resume.txt', 'other one')
    expect(await (await get('resume.txt', resume)).text()).toBe('other one')
  })

  test('may come in chunks, and after a client has asked whether they may', async () => {
    const connection = new RawConnection(shared.server.port)
    connection.write(
      `PUT ${FILES}/chunked.txt HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ntransfer-encoding: chunked\r\n\r\n`,
    )
    await connection.until(/HTTP\/1.1 100 /)
    connection.write('3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n')
    await connection.until(/HTTP\/1.1 200 /)
    expect(await (await get('chunked.txt')).text()).toBe('abcde')
  })

  test('that break off leave nothing', async () => {
    const connection = new RawConnection(shared.server.port)
    connection.write(
      `PUT ${FILES}/broken/a.bin HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf`,
    )
    const folder = join(shared.folder, 'artifacts/broken')
    while (!existsSync(folder)) await new Promise((next) => setTimeout(next, 5))
    connection.socket.destroy()
    while (existsSync(folder)) await new Promise((next) => setTimeout(next, 5))
    expect((await get('broken/a.bin')).status).toBe(404)
  })

  test('HEAD and OPTIONS tell of them, other verbs are refused', async () => {
    await put('verbs.txt')
    const url = `${shared.url}${FILES}/verbs.txt`
    const head = await fetch(url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '5'])
    const options = await fetch(url, { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, DELETE, PUT, OPTIONS, HEAD'])
    expect((await fetch(url, { method: 'POST' })).status).toBe(405)
    expect((await fetch(`${shared.url}${FILES}`, { method: 'DELETE' })).status).toBe(405)
    expect((await fetch(`${shared.url}${FILES}/`, { method: 'DELETE' })).status).toBe(404)
  })

  test.each([
    '../secret',
    '..%2fsecret',
    '%2e%2e/secret',
    '%252e%252e%252fsecret',
    'x/../../secret',
    '/etc/passwd',
    '%2fetc%2fpasswd',
    'file:///etc/passwd',
    'C:%5cx',
    '%5c%5chost%5cshare%5cx',
    '%23',
    `${'n/'.repeat(4000)}x`,
    'n'.repeat(300),
    '.artifact.uploading.x',
    '.',
  ])('no path leads out, by any verb: %j', async (path) => {
    writeFileSync(join(shared.folder, 'secret'), 'secret')
    const before = readdirSync(shared.folder)
    for (const verb of ['GET', 'PUT', 'DELETE', 'HEAD']) {
      const reply = await raw(verb, `${FILES}/${path}`, verb === 'PUT' ? 'attack' : '')
      // What is not there is removed already.
      if (verb !== 'DELETE' || !reply.endsWith('\r\n\r\n{}')) expect(reply).toMatch(/^HTTP\/1.1 4\d\d /)
      expect(reply).not.toContain('root:')
    }
    const list = await fetch(`${shared.url}${FILES}?path=${path}`)
    expect([200, 400, 431]).toContain(list.status)
    expect(readFileSync(join(shared.folder, 'secret'), 'utf8')).toBe('secret')
    expect(readdirSync(shared.folder)).toEqual(before)
    expect((await fetch(`${shared.url}/health`)).status).toBe(200)
  })

  test('a link that leads out is not followed', async () => {
    mkdirSync(join(shared.folder, 'artifacts'), { recursive: true })
    symlinkSync('/etc', join(shared.folder, 'artifacts/etc'))
    for (const reply of [await get('etc/passwd'), await put('etc/attack'), await get('etc')]) {
      expect(reply.status).toBe(400)
      expect(await reply.text()).toContain('outside the artifact directory')
    }
  })
})

describe('artifacts of runs and models', () => {
  test('are listed and fetched where clients write them themselves', async () => {
    const { runId, root } = await newRun(`file://${shared.folder}/shared`)
    const folder = root.replace('file://', '')
    mkdirSync(join(folder, 'model'), { recursive: true })
    writeFileSync(join(folder, 'model/MLmodel'), 'flavors: {}')
    const list = await fetch(`${shared.url}/api/2.0/mlflow/artifacts/list?run_id=${runId}&path=model`)
    expect(await list.json()).toEqual({
      root_uri: root,
      files: [{ path: 'model/MLmodel', is_dir: false, file_size: 11 }],
    })
    const file = await fetch(`${shared.url}/get-artifact?run_id=${runId}&path=model/MLmodel`)
    expect([file.headers.get('content-type'), await file.text()]).toEqual(['text/plain', 'flavors: {}'])
  })

  test('are not written where the server was told nothing of', async () => {
    const { runId } = await newRun(join(shared.folder, 'elsewhere'))
    const upload = `${shared.url}/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${runId}&path=a/b.txt`
    expect((await fetch(upload, { method: 'POST', body: Buffer.from('x') })).status).toBe(403)
    expect(existsSync(join(shared.folder, 'elsewhere'))).toBe(false)
  })

  test('are taken from pages, up to 10 MB', async () => {
    const { runId } = await newRun()
    const upload = `${shared.url}/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${runId}&path=a/b.txt`
    const post = async (body: Buffer): Promise<number> =>
      (await fetch(upload, { method: 'POST', body })).status
    expect(await post(Buffer.from('page'))).toBe(200)
    expect(await post(Buffer.alloc(0))).toBe(400)
    expect(await post(Buffer.alloc(10 * 1024 * 1024 + 1))).toBe(400)
    const file = await fetch(`${shared.url}/get-artifact?run_id=${runId}&path=a/b.txt`)
    expect(await file.text()).toBe('page')
  })

  test('in a store that is not read are told so', async () => {
    const { runId } = await newRun('s3://bucket/key')
    const reply = await fetch(`${shared.url}/api/2.0/mlflow/artifacts/list?run_id=${runId}`)
    expect([reply.status, await reply.json()]).toMatchObject([501, { error_code: 'NOT_IMPLEMENTED' }])
  })

  test('of a logged model are listed and fetched', async () => {
    const api = `${shared.url}/api/2.0/mlflow/logged-models`
    const made = await postJson(api, { experiment_id: '0', name: 'iris' })
    const { model } = (await made.json()) as { model: { info: { model_id: string } } }
    const id = model.info.model_id
    await put(`0/models/${id}/artifacts/MLmodel`, 'flavors: {}')
    const list = await fetch(`${api}/${id}/artifacts/directories`)
    expect(await list.json()).toMatchObject({ files: [{ path: 'MLmodel', file_size: 11 }] })
    const files = `${shared.url}/ajax-api/2.0/mlflow/logged-models/${id}/artifacts/files`
    expect(await (await fetch(`${files}?artifact_file_path=MLmodel`)).text()).toBe('flavors: {}')
    expect((await fetch(`${files}?artifact_file_path=../x`)).status).toBe(400)
    expect((await fetch(files)).status).toBe(400)
  })
})

describe('a server that takes no artifacts', () => {
  test('says so, and lists none that lie behind servers', async () => {
    const { url } = await startTracking({
      streamed: new ArtifactRoutes({
        destination: undefined,
        ask: async () => 'mlflow-artifacts:/0/run/artifacts',
        staticPrefix: '',
      }),
    })
    for (const verb of ['GET', 'PUT', 'DELETE']) {
      const reply = await fetch(`${url}${FILES}/a.txt`, { method: verb })
      expect([reply.status, await reply.text()]).toEqual([
        503,
        expect.stringMatching(/--(no-)?serve-artifacts/),
      ])
    }
    expect((await fetch(`${url}/get-artifact?run_id=x&path=a`)).status).toBe(400)
  })
})

test('a server with artifacts only has no runs to ask for', async () => {
  const { url, folder } = await startTracking({
    executor: undefined,
    streamed: new ArtifactRoutes({ destination: '/nonexistent', ask: undefined, staticPrefix: '' }),
  })
  expect(folder).toBeTruthy()
  const reply = await fetch(`${url}/get-artifact?run_id=x&path=a`)
  expect([reply.status, await reply.text()]).toEqual([503, expect.stringContaining('--artifacts-only')])
})

describe('what fails on the way', () => {
  test('is in the log with its cause, of which the client is told nothing', async () => {
    const log = new LogLines()
    const ask = async (): Promise<string> => {
      throw new Error('the lid of /secret/place is stuck')
    }
    const streamed = new ArtifactRoutes({ destination: undefined, ask, staticPrefix: '' })
    const { url } = await startTracking({ streamed, logger: log.logger })
    const reply = await fetch(`${url}/get-artifact?run_id=x&path=a`)
    const body = (await reply.json()) as { error_code: string; message: string }
    expect([reply.status, body.error_code]).toEqual([500, 'INTERNAL_ERROR'])
    expect(body.message).not.toContain('lid')
    expect(body.message).toContain(reply.headers.get('x-request-id'))
    await expect.poll(() => log.text).toContain('the lid of /secret/place is stuck')
  })

  test('cuts an answer off whose file gets shorter, and the log says it', async () => {
    const log = new LogLines()
    const destination = mkdtempSync(join(tmpdir(), 'headrace-shorter-'))
    onTestFinished(() => rmSync(destination, { recursive: true }))
    const file = join(destination, 'big')
    writeFileSync(file, '')
    truncateSync(file, 256 * 1024 * 1024)
    const streamed = new ArtifactRoutes({ destination, ask: undefined, staticPrefix: '' })
    const { url } = await startTracking({ streamed, logger: log.logger })
    const reply = await fetch(`${url}${FILES}/big`)
    truncateSync(file, 1024)
    await expect(reply.arrayBuffer()).rejects.toThrow()
    await expect.poll(() => log.text).toContain('got shorter')
  })
})

/** A log that is kept. */
class LogLines {
  text = ''
  readonly logger = pino({ level: 'warn' }, this)

  write(line: string): void {
    this.text += line
  }
}
