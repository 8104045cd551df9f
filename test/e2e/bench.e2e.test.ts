import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { HeadraceProcess, ROOT, run } from './support/headrace-process.ts'
import { startMlflowScoring } from './support/mlflow-server.ts'

const MODEL = `${ROOT}models/iris/2`
const BODY = {
  dataframe_split: {
    columns: ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)'],
    data: [[5.1, 3.5, 1.4, 0.2]],
  },
}
const SHORT = ['--duration', '1s', '--warm-up', '200ms']

const folder = temporaryFolder()
let server: HeadraceProcess
let url = ''

beforeAll(async () => {
  server = new HeadraceProcess({ args: ['serve', '-m', MODEL, '--port', '0', '--listeners', '1'] })
  url = await server.listening()
})

afterAll(() => server.stop())

const bench = (...args: string[]) => run({ args: ['bench', ...args], cwd: folder })

/** What a run wrote. */
interface Result {
  readonly rate: number
  readonly errors: number
  readonly requests: number
  readonly latency_ms: Readonly<Record<string, number>>
  readonly server: { readonly memory_bytes: number } | null
}

function resultOf(text: string): Result {
  return JSON.parse(text)
}

describe('headrace bench', () => {
  test('needs a URL alone', async () => {
    const { code, stdout } = await bench(url, ...SHORT)
    expect(stdout).toMatch(/1 connection/)
    expect(stdout).toMatch(/32 connections/)
    expect(stdout).toMatch(/poisson/)
    expect(code).toBe(0)
  })

  test('sends a body as it stands, and writes what it measured', async () => {
    const body = join(folder, 'body.json')
    const result = join(folder, 'out.json')
    writeFileSync(body, JSON.stringify(BODY))
    const load = ['--rate', '200', '--duration', '2s', '--warm-up', '200ms']
    const { code } = await bench(`${url}/invocations`, ...load, '--payload', body, '--json', result)
    expect(code).toBe(0)
    const { rate, errors, requests, latency_ms, server: used } = resultOf(readFileSync(result, 'utf8'))
    expect(errors).toBe(0)
    expect(requests).toBeGreaterThan(300)
    expect(rate).toBeGreaterThan(150)
    expect(Object.keys(latency_ms)).toEqual(expect.arrayContaining(['p50', 'p90', 'p99', 'p99_9', 'max']))
    expect(latency_ms['p50']).toBeGreaterThan(0)
    if (process.platform === 'linux') expect(used?.memory_bytes).toBeGreaterThan(50e6)
  })

  test('starts a server itself, with flags of its own, and ends it', async () => {
    const { code, stdout } = await bench(
      '-m',
      `flowers=${MODEL}`,
      '--rate',
      '100',
      ...SHORT,
      '--json',
      '-',
      '--',
      '--listeners',
      '1',
    )
    expect(code).toBe(0)
    expect(resultOf(stdout).errors).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ target: { name: 'flowers' } })
  })

  test('compares two', async () => {
    const { code, stdout } = await bench(url, url, '--connections', '4', '--rounds', '3', ...SHORT)
    expect(stdout).toMatch(/faster|[Nn]o difference/)
    expect(code).toBe(0)
  })

  test('finds the largest rate within a limit', async () => {
    const { code, stdout } = await bench(
      url,
      '--find-max',
      '--p99',
      '500ms',
      '--duration',
      '500ms',
      '--json',
      '-',
    )
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ find_max: { rate: expect.any(Number), limit: { ms: 500 } } })
  })

  test('speaks gRPC with a server of its own', async () => {
    const { code, stdout } = await bench(
      '-m',
      MODEL,
      '--protocol',
      'grpc',
      '--rate',
      '50',
      ...SHORT,
      '--json',
      '-',
    )
    expect(code).toBe(0)
    expect(resultOf(stdout)).toMatchObject({ errors: 0 })
  })

  test('says with its exit code whether what was asserted holds', async () => {
    const load = [url, '--connections', '1', ...SHORT]
    const held = await bench(...load, '--assert', 'p50<10s,errors<1%')
    expect(held).toMatchObject({ code: 0 })
    const broken = await bench(...load, '--assert', 'p50<1us')
    expect(broken.stdout).toMatch(/p50<1us/)
    expect(broken).toMatchObject({ code: 1 })
  })

  test.each([
    [[], /Nothing is named/],
    [
      ['http://127.0.0.1:1', '--rate', '5', '--connections', '2'],
      /--connections and --rate are different loads/,
    ],
    [['http://127.0.0.1:1', '--p99', '20ms'], /--find-max and --p99 belong together/],
    [['http://127.0.0.1:1', '--', '--listeners', '2'], /there is none/],
  ])('tells what is wrong with %j', async (args, expected) => {
    const { code, stderr } = await bench(...args)
    expect(stderr).toMatch(expected)
    expect(code).toBe(2)
  })

  test('writes its files though nobody reads its table to the end', async () => {
    const script = `"$0" src/cli/main.ts bench ${url} --connections 1 --duration 200ms --warm-up 0 --json "$1" | true`
    const result = join(folder, 'unread.json')
    const { stderr } = spawnSync('sh', ['-c', script, process.execPath, result], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    expect(stderr).not.toMatch(/EPIPE/)
    expect(resultOf(readFileSync(result, 'utf8')).errors).toBe(0)
  })

  test('tells why a server of its own does not start', async () => {
    const { code, stderr } = await bench('-m', MODEL, '--rate', '5', '--', '--worker', '3')
    expect(stderr).toMatch(
      /headrace: The server of \S+iris\/2 did not start: error: unknown option '--worker'/,
    )
    expect(code).toBe(1)
  })

  test('tells where nothing answers', async () => {
    const { code, stderr } = await bench('http://127.0.0.1:1')
    expect(stderr).toMatch(/127\.0\.0\.1:1/)
    expect(code).toBe(1)
  })

  test('ends by Ctrl-C with what was measured by then', async () => {
    const long = new HeadraceProcess({
      args: ['bench', url, '--duration', '4s', '--warm-up', '200ms'],
      cwd: folder,
    })
    await long.printed(/32 connections/)
    const { code, stdout } = await long.stop()
    expect(stdout).toMatch(/1 connection/)
    expect(stdout).toMatch(/stopped/)
    expect(code).toBe(130)
  })

  test('says by Ctrl-C that nothing was measured where that is so', async () => {
    const long = new HeadraceProcess({
      args: ['bench', url, '--rate', '5', '--duration', '60s'],
      cwd: folder,
    })
    await long.printed(/5 requests a second/)
    const { code, stderr } = await long.stop()
    expect(stderr).toMatch(/headrace: Stopped before anything was measured\n$/)
    expect(code).toBe(130)
  })

  test('shows what a search found by then when it is stopped', async () => {
    const long = new HeadraceProcess({
      args: ['bench', url, '--find-max', '--p99', '500ms', '--duration', '1s'],
      cwd: folder,
    })
    await long.printed(/(poisson arrivals\n.*){2}/s)
    const { code, stdout } = await long.stop()
    expect(stdout).toMatch(/stopped/)
    expect(stdout).toMatch(/99 % within 500 ms|No rate could be judged/)
    expect(code).toBe(130)
  })

  test.each([
    ['Ctrl-C', ['SIGINT']],
    ['Ctrl-C, and once more at once', ['SIGINT', 'SIGINT']],
    ['the end of its terminal', ['SIGHUP']],
    ['a kill that it cannot know of', ['SIGKILL']],
  ] as const)('leaves no server behind by %s', async (_, signals) => {
    const started = new HeadraceProcess({ args: ['bench', '-m', MODEL, '--duration', '30s'], cwd: folder })
    await started.printed(/one connection/)
    const children = await childrenOf(started.pid)
    expect(children.length).toBeGreaterThan(0)
    for (const signal of signals) started.signal(signal)
    await started.finished()
    const alive = () => children.filter((pid) => existsSync(`/proc/${pid}`))
    await expect.poll(alive, { timeout: 15_000 }).toEqual([])
  })

  test('fails where a search finds no rate of which something is asserted', async () => {
    const load = ['--find-max', '--p99', '1us', '--duration', '200ms', '--assert', 'p99<20ms']
    const { code, stdout } = await bench(url, ...load)
    expect(stdout).toMatch(/p99<20ms: it was not measured/)
    expect(code).toBe(1)
  })

  test.each([
    ['--json', '/nowhere/out.json'],
    ['--html', '.'],
  ])('says before it measures that %s %s cannot be written', async (flag, file) => {
    const { code, stdout, stderr } = await bench(url, flag, file)
    expect(stderr).toMatch(/^headrace: The result cannot be written to [^\n]*\n$/)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })
})

test('headrace bench measures a real mlflow models serve without a flag', async () => {
  const mlflow = await startMlflowScoring(MODEL)
  try {
    const { code, stdout, stderr } = await bench(mlflow.url, ...SHORT)
    expect(stdout, stderr).toMatch(/poisson/)
    expect(code, stdout).toBe(0)
  } finally {
    await mlflow.stop()
  }
})

function childrenOf(pid: number): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const listing = spawn('ps', ['-o', 'pid=', '--ppid', String(pid)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let text = ''
    listing.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    listing.on('close', () =>
      resolve(
        text
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== ''),
      ),
    )
  })
}
