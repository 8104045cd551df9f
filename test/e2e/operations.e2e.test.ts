import {
  cpSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { get } from 'node:https'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { modelPath } from '../fixtures/onnx/onnx-models.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { HeadraceProcess, type ProcessPlan, ROOT, run } from './support/headrace-process.ts'
import { Neighbours } from './support/neighbour.ts'
import { oneComputes } from './support/process-figures.ts'

const IRIS = join(ROOT, 'models/iris/1')
const EXAMPLE = readFileSync(join(IRIS, 'serving_input_example.json'))
const CERTIFICATE = join(ROOT, 'test/server/fixtures/localhost-cert.pem')
const KEY = join(ROOT, 'test/server/fixtures/localhost-key.pem')
const LOOP = modelPath('loop')
const ENDLESS = 2n ** 62n

const running: HeadraceProcess[] = []

afterEach(() => {
  for (const server of running.splice(0)) server.signal('SIGKILL')
})

function serve(args: readonly string[], plan: Partial<ProcessPlan> = {}): HeadraceProcess {
  const server = new HeadraceProcess({ ...plan, args: ['serve', '--port', '0', ...args] })
  running.push(server)
  return server
}

function score(url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  return fetch(`${url}/invocations`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

function loopBody(turns: bigint): string {
  return `{"inputs": {"turns": ${turns}, "x": [1.0]}}`
}

/** Waits until the metrics say so. */
async function counts(url: string, sample: RegExp): Promise<void> {
  const scrape = async () => (await fetch(`${url}/metrics`)).text()
  await expect.poll(scrape, { timeout: 60_000 }).toMatch(sample)
}

/** Far less than the grace time of a server that is not to wait for it. Its native runs never return by themselves. */
async function endsSoon(server: HeadraceProcess): Promise<void> {
  const askedAt = performance.now()
  await server.finished()
  expect(performance.now() - askedAt).toBeLessThan(60_000)
}

describe('a start that fails', () => {
  /** A copy of a good model, spoilt. */
  function spoilt(spoil: (folder: string) => void): string {
    const folder = join(temporaryFolder(), 'model')
    cpSync(IRIS, folder, { recursive: true })
    spoil(folder)
    return folder
  }
  const inPlaceOfModel = (put: (path: string) => void) =>
    spoilt((folder) => {
      rmSync(join(folder, 'model.onnx'))
      put(join(folder, 'model.onnx'))
    })
  const mlmodel = (text: string) => spoilt((folder) => writeFileSync(join(folder, 'MLmodel'), text))

  test.each<readonly [string, () => string, RegExp]>([
    ['no folder', () => '/nowhere/model', /There is no model at \/nowhere\/model/],
    ['no MLmodel file', () => spoilt((folder) => rmSync(join(folder, 'MLmodel'))), /no MLmodel file in/],
    ['a broken MLmodel file', () => mlmodel('flavors: [\n  a: {'), /MLmodel file of '.*' cannot be read/],
    ['an empty MLmodel file', () => mlmodel(''), /MLmodel file of '.*' cannot be read: it is not a map/],
    [
      'another flavor',
      () => mlmodel('flavors:\n  sklearn: {}\n'),
      /its flavors are: sklearn\. Convert it to ONNX/,
    ],
    ['no model file', () => inPlaceOfModel(() => {}), /Model file 'model\.onnx' does not exist/],
    ['a folder as model file', () => inPlaceOfModel((path) => mkdirSync(path)), /not a regular file/],
    [
      'a link out',
      () => inPlaceOfModel((path) => symlinkSync('/etc/passwd', path)),
      /leads out of the model folder/,
    ],
    [
      'a hard link',
      () => spoilt((folder) => linkSync(join(folder, 'model.onnx'), join(folder, 'b'))),
      /hard links/,
    ],
    [
      'an empty model file',
      () => inPlaceOfModel((path) => writeFileSync(path, '')),
      /not an ONNX file, or is damaged/,
    ],
    [
      'noise',
      () => inPlaceOfModel((path) => writeFileSync(path, 'noise')),
      /not an ONNX file, or is damaged/,
    ],
    ['half a model', () => spoilt((folder) => truncateSync(join(folder, 'model.onnx'), 300)), /damaged/],
    ['a newer opset', () => modelPath('newer-opset'), /opset 26\. Export it again with an older opset/],
    ['no registry', () => 'models:/iris@champion', /no registry database at .*headrace models register/],
    ['a URI that is none', () => 'models:/iris', /'models:\/name@alias'/],
    [
      'golden requests that are answered otherwise',
      () =>
        spoilt((folder) => {
          const path = join(folder, 'golden.jsonl')
          writeFileSync(path, readFileSync(path, 'utf8').replaceAll('setosa', 'sibirica'))
        }),
      /does not answer line 1 of its golden\.jsonl as recorded: .* is "setosa" instead of "sibirica"/,
    ],
  ])('says in one line what is wrong and exits with 1: %s', async (_, uri, message) => {
    const args = ['serve', '--port', '0', '-m', uri()]
    const { code, stdout, stderr } = await run({ args, cwd: temporaryFolder() })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^headrace: [^\n]+\n$/)
    expect(stderr).toMatch(message)
  })

  test.each<readonly [string, readonly string[], RegExp, number]>([
    [
      'a host that is not here',
      ['--host', '192.0.2.1'],
      /Cannot listen on 192\.0\.2\.1:0: this machine has no such/,
      1,
    ],
    [
      'a key of another certificate',
      ['--ssl-certfile', CERTIFICATE, '--ssl-keyfile', CERTIFICATE],
      /be used/,
      1,
    ],
    ['a certificate without its key', ['--ssl-certfile', CERTIFICATE], /belong together/, 2],
    [
      'no such certificate',
      ['--ssl-certfile', '/nope.pem', '--ssl-keyfile', KEY],
      /'\/nope\.pem' cannot be read/,
      1,
    ],
  ])('for %s', async (_, args, message, exitCode) => {
    const { code, stderr } = await serve(['-m', IRIS, ...args]).finished()
    expect(code).toBe(exitCode)
    expect(stderr).toMatch(/^headrace: [^\n]+\n$/)
    expect(stderr).toMatch(message)
  })

  test('for a port in use', async () => {
    const { port } = new URL(await serve(['-m', IRIS]).listening())
    const { code, stderr } = await run({ args: ['serve', '-m', IRIS, '-p', port] })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `headrace: Cannot listen on 127.0.0.1:${port}: another program is listening there; choose another port.\n`,
    })
  })

  test('for an API key that would let everybody in', async () => {
    const { code, stderr } = await serve(['-m', IRIS], { env: { HEADRACE_API_KEY: '' } }).finished()
    expect(code).toBe(2)
    expect(stderr).toMatch(/^headrace: HEADRACE_API_KEY: [^\n]+\n$/)
  })
})

describe('a run that never returns', () => {
  test('is answered 504, holds up nobody, and its thread is replaced', async () => {
    // Longer than a machine may stand still: the neighbours have the same time limit.
    const server = serve(['-m', LOOP, '-w', '2', '-t', '8', '--grace-period', '1'])
    const url = await server.listening()
    const neighbours = new Neighbours(url, loopBody(3n))
    const reply = await score(url, loopBody(ENDLESS))
    expect([reply.status, await reply.text()]).toEqual([504, 'Request processing time exceeded limit'])
    await counts(url, /^headrace_workers_lost_total\{[^}]*\} 1$/m)
    await counts(url, /^headrace_workers\{[^}]*\} 2$/m)
    await counts(url, /^headrace_stuck_workers\{[^}]*\} 1$/m)
    expect(await neighbours.stop()).toMatchObject({ refused: {}, failed: {} })
    expect((await fetch(`${url}/ready`)).status).toBe(200)
    server.signal('SIGTERM')
    await endsSoon(server)
  })

  test('does not keep the process after its grace period', async () => {
    const server = serve(['-m', LOOP, '-w', '1', '--grace-period', '1'])
    const url = await server.listening()
    const lost = score(url, loopBody(ENDLESS)).catch(() => {})
    await oneComputes([server.pid])
    server.signal('SIGTERM')
    await endsSoon(server)
    await lost
  })

  test('does not keep the process after a second signal', async () => {
    const server = serve(['-m', LOOP, '-w', '1', '--grace-period', '150'])
    const url = await server.listening()
    const lost = score(url, loopBody(ENDLESS)).catch(() => {})
    await oneComputes([server.pid])
    server.signal('SIGINT')
    await server.printed(/"stopping"/)
    // Within 200 ms it counts as the same.
    await delay(300)
    server.signal('SIGINT')
    await endsSoon(server)
    await lost
  })
})

test('worker threads that die are replaced, and no request notices while they do not run one', async () => {
  const deaths = temporaryFolder()
  const preload = new URL('./support/dying-worker.mjs', import.meta.url).href
  const server = serve(['-m', IRIS, '--placement', 'pool', '-w', '2'], {
    env: { NODE_OPTIONS: `--import=${preload}`, HEADRACE_TEST_DEATHS: deaths },
  })
  const url = await server.listening()
  const neighbours = new Neighbours(url, EXAMPLE, 4)
  for (let death = 0; death < 3; death += 1) {
    writeFileSync(join(deaths, String(death)), '')
    await counts(url, new RegExp(`^headrace_worker_restarts_total\\{[^}]*\\} ${death + 1}$`, 'm'))
    await counts(url, /^headrace_workers\{[^}]*\} 2$/m)
    await neighbours.heard(neighbours.seen.answered + 100)
  }
  expect(await neighbours.stop()).toMatchObject({ refused: {}, failed: {} })
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toMatch(/^headrace_worker_restarts_total\{[^}]*\} 3$/m)
  expect((await server.stop()).code).toBe(0)
})

test.each(['::1', 'localhost', '0.0.0.0'])('listens on %s', async (host) => {
  const server = serve(['-m', IRIS, '--host', host])
  const url = await server.listening()
  expect((await fetch(`${url}/ping`)).status).toBe(200)
  expect((await server.stop()).code).toBe(0)
})

test('serves over TLS', async () => {
  const server = serve(['-m', IRIS, '--ssl-certfile', CERTIFICATE, '--ssl-keyfile', KEY])
  const url = await server.listening()
  const status = await new Promise((resolve, reject) => {
    const options = { ca: readFileSync(CERTIFICATE), servername: 'localhost' }
    get(`${url}/ready`, options, (reply) => resolve(reply.statusCode)).once('error', reject)
  })
  expect([new URL(url).protocol, status]).toEqual(['https:', 200])
  expect((await server.stop()).code).toBe(0)
})

test('logs one JSON object a line, and neither bodies nor keys', async () => {
  const server = serve(['-m', IRIS, '--access-log', '--log-level', 'debug'], {
    env: { HEADRACE_API_KEY: 'hush-hush' },
  })
  const url = await server.listening()
  const authorization = 'Bearer hush-hush'
  await score(url, EXAMPLE, { authorization })
  await score(url, '{"inputs": 424242', { authorization })
  await score(url, '{"inputs": [["424242"]]}', { authorization })
  await score(url, EXAMPLE, { authorization: 'Bearer not-hush-hush' })
  await fetch(`${url}/a%0Ab?key=hush-hush`)
  const { stderr } = await server.stop()
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { path?: string; status?: number })
  expect(lines.filter(({ path }) => path === '/invocations').map(({ status }) => status)).toEqual([
    ...[200, 400, 400, 401],
  ])
  expect(stderr).not.toMatch(/424242|hush/)
})

test('metrics are what Prometheus reads: declared, escaped, cumulated, growing', async () => {
  const folder = join(temporaryFolder(), 'a "quoted"\\name')
  cpSync(IRIS, folder, { recursive: true })
  const server = serve(['-m', folder])
  const url = await server.listening()
  const before = samples(await (await fetch(`${url}/metrics`)).text())
  for (let request = 0; request < 20; request += 1) await (await score(url, EXAMPLE)).text()
  const after = samples(await (await fetch(`${url}/metrics`)).text())
  for (const [series, value] of before) {
    if (/_(total|bucket|count|sum)\b/.test(series) && series.startsWith('headrace_')) {
      expect(after.get(series), series).toBeGreaterThanOrEqual(value)
    }
  }
  const name = 'a \\"quoted\\"\\\\name'
  expect(after.get(`headrace_requests_total{model="${name}",version="1",code="200"}`)).toBe(20)
  const buckets = [...after].filter(
    ([series]) =>
      series.startsWith('headrace_request_stage_seconds_bucket') &&
      series.includes('stage="total"') &&
      series.includes(name),
  )
  const counts = buckets.map(([, count]) => count)
  expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  expect(counts.at(-1)).toBe(20)
})

/** The samples of a scrape by their series; fails where a line is none, or its metric has no HELP and TYPE. */
function samples(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  const declared = new Set<string>()
  for (const line of text.split('\n')) {
    const [, keyword, metric] = /^# (HELP|TYPE) (\w+) \S/.exec(line) ?? []
    if (keyword === 'TYPE') declared.add(metric!)
    if (keyword !== undefined || line === '') continue
    const [, series, name, value] =
      /^((\w+)(?:\{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)*\})?) (\S+)$/.exec(line) ?? []
    expect(series, line).toBeDefined()
    expect(declared.has(name!) || declared.has(name!.replace(/_(bucket|sum|count)$/, '')), line).toBe(true)
    expect(found.has(series!), line).toBe(false)
    found.set(series!, Number(value))
  }
  return found
}
