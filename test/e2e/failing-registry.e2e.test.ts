import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import type { BundledModel } from './support/bundled-models.ts'
import { HeadraceProcess, ROOT, run } from './support/headrace-process.ts'
import type { MlflowProcess } from './support/mlflow-process.ts'
import { startMlflowServer } from './support/mlflow-server.ts'
import { registerModels } from './support/registered-models.ts'
import { lineOf, type Mischief, RegistryProxy } from './support/registry-proxy.ts'
import { score, serving } from './support/serving.ts'

const IRIS: BundledModel = {
  name: 'iris',
  version: '1',
  folder: join(ROOT, 'models/iris/2'),
  tolerance: 1e-5,
}
const EXAMPLE: unknown = JSON.parse(readFileSync(join(IRIS.folder, 'serving_input_example.json'), 'utf8'))
const URI = 'models:/iris@champion'
const ALIAS_REQUEST = /registered-models\/alias/
const MODEL_FILE = /^GET .*\/model\.onnx$/

let server: MlflowProcess
let proxy: RegistryProxy
let cache: string
let plan: { readonly cwd: string; readonly env: Record<string, string> }

beforeAll(async () => {
  server = await startMlflowServer()
  await registerModels(server.url, [IRIS])
})
afterAll(() => server?.stop())
beforeEach(async () => {
  proxy = await RegistryProxy.start({ target: server.url })
  cache = join(temporaryFolder(), 'cache')
  plan = {
    cwd: temporaryFolder(),
    env: {
      MLFLOW_TRACKING_URI: proxy.url,
      HEADRACE_CACHE_DIR: cache,
      MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: '0.1',
      MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: '0',
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: '3',
    },
  }
})
afterEach(() => proxy.close())

/** Does something to the first requests whose line matches. */
function befall(pattern: RegExp, times: number, mischief: Mischief): void {
  let left = times
  proxy.mischief = (request) => {
    if (left === 0 || !pattern.test(lineOf(request))) return undefined
    left -= 1
    return mischief
  }
}

async function expectServed(args: readonly string[] = []): Promise<string> {
  return serving({ ...plan, uri: URI, args }, async ({ url, process }) => {
    const { status, reply } = await score(url, EXAMPLE)
    expect(status).toBe(200)
    expect(reply).toMatchObject({ predictions: [{ output_label: 'setosa' }, {}, {}, {}, {}, {}] })
    return process.output
  })
}

/** @returns what a start that failed printed; its last line is the message. */
async function refusal(args: readonly string[] = []): Promise<string> {
  const { code, stdout, stderr } = await run({ ...plan, args: ['serve', '--port', '0', '-m', URI, ...args] })
  expect(code).toBe(1)
  const lines = `${stdout}${stderr}`.trimEnd().split('\n')
  expect(lines.at(-1)).toMatch(/^headrace: /)
  expect(lines.filter((line) => /^\s+at /.test(line))).toEqual([])
  return `${stdout}${stderr}`
}

/** Files of the cache that have the name of one of the model's. */
function cachedModelFiles(): string[] {
  return readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('model.onnx'),
  )
}

/** Sizes of the files that the cache has. */
function cachedBytes(): number[] {
  const entries = readdirSync(cache, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size)
}

describe('a registry that fails now and then', () => {
  test.each<readonly [string, RegExp, Mischief]>([
    ['500', ALIAS_REQUEST, { kind: 'answer', status: 500, body: 'oh' }],
    ['429', ALIAS_REQUEST, { kind: 'answer', status: 429, headers: { 'retry-after': '0' } }],
    ['503 for a file', MODEL_FILE, { kind: 'answer', status: 503 }],
    ['no answer at all', ALIAS_REQUEST, { kind: 'drop' }],
    ['no answer for a file', MODEL_FILE, { kind: 'drop' }],
    ['half of a file', MODEL_FILE, { kind: 'cut', afterBytes: 300 }],
  ])('is asked again after %s', async (_, pattern, mischief) => {
    befall(pattern, 2, mischief)
    await expectServed()
    expect(proxy.count(pattern)).toBe(3)
    expect(cachedModelFiles()).toHaveLength(1)
  })

  test('is asked for the rest of a file, where half of it came', async () => {
    const settled = async () => {
      while (!cachedBytes().includes(300)) await setTimeout(20)
    }
    befall(MODEL_FILE, 1, { kind: 'cut', afterBytes: 300, settled })
    await expectServed()
    expect(proxy.rangesOf(MODEL_FILE)).toEqual([undefined, 'bytes=300-'])
  })

  test('is given the time that Retry-After asks for', async () => {
    befall(ALIAS_REQUEST, 1, { kind: 'answer', status: 429, headers: { 'retry-after': '2' } })
    const startedAt = performance.now()
    await expectServed()
    expect(performance.now() - startedAt).toBeGreaterThan(2000)
  })

  test('is asked again where it falls silent in the middle of a file', async () => {
    befall(MODEL_FILE, 1, { kind: 'stall', afterBytes: 300 })
    // Longer than MLflow takes to answer on a machine that does other things as well.
    plan.env['MLFLOW_HTTP_REQUEST_TIMEOUT'] = '10'
    await expectServed()
    expect(proxy.count(MODEL_FILE)).toBe(2)
  })

  test('may be slow', async () => {
    proxy.mischief = () => ({ kind: 'late', ms: 500 })
    await expectServed()
  })
})

describe('a registry that fails for good', () => {
  test.each<readonly [string, RegExp, Mischief, RegExp]>([
    ['500', ALIAS_REQUEST, { kind: 'answer', status: 500, body: 'oh' }, /500/],
    ['429', ALIAS_REQUEST, { kind: 'answer', status: 429 }, /429|too many/i],
    [
      'a page in place of JSON',
      ALIAS_REQUEST,
      { kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Log in</html>' },
      /MLflow/,
    ],
    ['no byte of a file', MODEL_FILE, { kind: 'cut', afterBytes: 0 }, /model\.onnx/],
  ])(
    'is given up with a clear message, and nothing is taken for a model: %s',
    async (_, pattern, mischief, message) => {
      befall(pattern, Number.POSITIVE_INFINITY, mischief)
      expect(await refusal()).toMatch(message)
      proxy.mischief = () => undefined
      await proxy.close()
      // What is there must not be served: no whole model ever arrived.
      await refusal(['--offline'])
      await proxy.open()
      await expectServed()
    },
  )

  test('is gone: the message names it', async () => {
    await proxy.close()
    expect(await refusal()).toContain(proxy.url)
  })
})

describe('a registry that lies about its files', () => {
  test.each([
    '../escaped',
    '/tmp/headrace-escaped',
    'a/../../../escaped',
    '..\\escaped',
    'C:escaped',
    'MLmodel/../../escaped',
    'mlMODEL',
    'nul\0escaped',
  ])('leads nowhere by the name %j', async (path) => {
    const files = [
      { path: 'MLmodel', is_dir: false, file_size: 10 },
      { path, is_dir: false, file_size: 10 },
    ]
    const headers = { 'content-type': 'application/json' }
    befall(/artifacts\?path=/, Number.POSITIVE_INFINITY, {
      ...{ kind: 'answer', status: 200, headers, body: JSON.stringify({ files }) },
    })
    expect(await refusal()).toMatch(/headrace: models:\/iris@champion cannot be served: [^\n]+/)
    expect(proxy.count(/^GET .*\/artifacts\/.*escaped/)).toBe(0)
    const written = readdirSync(join(cache, '..'), { recursive: true, encoding: 'utf8' })
    expect(written.filter((name) => name.includes('escaped'))).toEqual([])
  })
})

describe('a registry that is gone after a model was downloaded', () => {
  beforeEach(async () => {
    await expectServed()
    proxy.seen.length = 0
  })

  test('is not missed, and the start says so', async () => {
    await proxy.close()
    const startedAt = performance.now()
    const output = await expectServed()
    // One connection that is not answered would take 120 s.
    expect(performance.now() - startedAt).toBeLessThan(60_000)
    expect(output).toContain(proxy.url)
    expect(output).toMatch(/cache|offline/i)
  })

  test('is not asked where --offline is given', async () => {
    await expectServed(['--offline'])
    expect(proxy.seen).toEqual([])
  })

  test('has another model, which --offline names what there is for', async () => {
    const { code, stderr } = await run({
      ...plan,
      args: ['serve', '--port', '0', '-m', 'models:/iris/7', '--offline'],
    })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^headrace: [^\n]*models:\/iris@champion[^\n]*\n$/)
  })

  test('is asked for nothing but what the version is and the list of its files', async () => {
    await expectServed()
    expect(proxy.count(MODEL_FILE)).toBe(0)
    expect(proxy.count(ALIAS_REQUEST)).toBe(1)
  })
})

describe('a download', () => {
  test('that was killed in the middle of a file is made whole by the next start', async () => {
    befall(MODEL_FILE, 1, { kind: 'stall', afterBytes: 300 })
    const first = new HeadraceProcess({ ...plan, args: ['serve', '--port', '0', '-m', URI] })
    while (proxy.count(MODEL_FILE) === 0) await setTimeout(20)
    await expect.poll(() => cachedBytes(), { timeout: 60_000 }).toContain(300)
    first.signal('SIGKILL')
    await first.finished()
    await refusal(['--offline'])
    await expectServed()
    expect(proxy.rangesOf(MODEL_FILE)).toEqual([undefined, 'bytes=300-'])
  })

  test('is made once for two servers that start together, and both serve', async () => {
    proxy.mischief = (request) => (MODEL_FILE.test(lineOf(request)) ? { kind: 'late', ms: 2000 } : undefined)
    await Promise.all([expectServed(), expectServed()])
    expect(proxy.count(MODEL_FILE)).toBe(1)
  })
})
