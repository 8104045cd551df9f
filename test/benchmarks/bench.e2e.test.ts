import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ScenarioResult } from '../../benchmarks/contest/result.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const BENCH = join(ROOT, 'benchmarks/bench.ts')

const folder = mkdtempSync(join(tmpdir(), 'headrace-bench-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function bench(args: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
  return spawnSync(process.execPath, [BENCH, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 580_000,
  })
}

describe('a quick run of one scenario', () => {
  const out = join(folder, 'out')
  let ended: Ended
  let result: ScenarioResult

  beforeAll(() => {
    const peers = 'headrace:default,headrace:tuned,mlflow:tuned,mosec:default,node-fixed,engine'
    // An empty home: peers that are to be installed there are missing.
    const home = mkdtempSync(join(folder, 'home-'))
    ended = bench(['tiny', '--quick', '--peers', peers, '--out', out], { HEADRACE_BENCH_HOME: home })
    result = JSON.parse(readFileSync(join(out, 'results/tiny.json'), 'utf8')) as ScenarioResult
  })

  test('loads every server that is there, by closed and open loops', () => {
    expect(ended.status, ended.stdout + ended.stderr).toBe(0)
    const servers = result.contestants.filter(({ kind }) => kind === 'server')
    expect(servers.map(({ peer }) => peer).sort()).toEqual(['headrace', 'headrace', 'mlflow'])
    for (const { config, rounds, largestRate, requestBytes, replyBytes } of servers) {
      const [round] = rounds
      expect(round!.loads.map(({ connections }) => connections)).toEqual([1, 8, 64])
      for (const load of round!.loads) {
        expect(load.failed).toBe(0)
        expect(load.requests).toBeGreaterThan(0)
        expect(load.p99Us).toBeGreaterThanOrEqual(load.p50Us)
        expect(load.serverSeconds).toBeGreaterThan(0)
      }
      expect(round!.startMs).toBeGreaterThan(0)
      expect(round!.memory.rssBytes).toBeGreaterThan(20e6)
      expect(requestBytes).toBeGreaterThan(0)
      expect(replyBytes).toBeGreaterThan(0)
      if (config === 'tuned') expect(largestRate!.steps.length).toBeGreaterThan(0)
      else expect(largestRate).toBeUndefined()
    }
  })

  test('counts references and the bare engine apart', () => {
    const kinds = Object.fromEntries(result.contestants.map(({ peer, kind }) => [peer, kind]))
    expect(kinds).toMatchObject({ 'node-fixed': 'reference', engine: 'engine' })
    const engine = result.contestants.find(({ kind }) => kind === 'engine')
    expect(engine!.rounds[0]!.loads[0]!.requestsPerSecond).toBeGreaterThan(100)
  })

  test('names a peer that is not installed, with what to do', () => {
    const [mosec] = result.absent
    expect(mosec).toMatchObject({ peer: 'mosec', config: 'default' })
    expect(mosec!.reason).toMatch(/not installed: npm run bench -- install --peers mosec/)
  })

  test('says what it ran on', () => {
    expect(result.machine.line).toMatch(/cores of .* Linux .* Node v/)
    expect(Object.keys(result.versions)).toEqual(expect.arrayContaining([expect.stringMatching(/mlflow/)]))
    expect(result.settings).toMatchObject({ quick: true, rounds: 1 })
  })

  test('writes a report with plots', () => {
    const page = readFileSync(join(out, 'results.md'), 'utf8')
    for (const title of ['Headrace', 'mlflow', 'mosec']) expect(page).toContain(title)
    const plots = readdirSync(join(out, 'results')).filter((file) => file.endsWith('.svg'))
    expect(plots.length).toBeGreaterThan(0)
    for (const plot of plots) expect(readFileSync(join(out, 'results', plot), 'utf8')).toMatch(/^<svg/)
  })

  test('leaves no process behind', () => {
    const listing = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    expect(listing).not.toContain('headrace-bench-tiny-')
  })
})

describe('rounds that are added', () => {
  const out = join(folder, 'parts')
  const file = join(out, 'results/tiny.json')
  const part = (...options: readonly string[]) =>
    bench(['tiny', '--quick', '--no-largest-rate', '--out', out, ...options])
  const kept = () => JSON.parse(readFileSync(file, 'utf8')) as ScenarioResult

  test('stand beside those that are kept', () => {
    expect(part('--peers', 'node-fixed', '--add').status).toBe(0)
    expect(part('--peers', 'node-fixed,node-echo:default', '--add').status).toBe(0)
    const rounds = kept().contestants.map(({ peer, rounds: { length } }) => `${peer} ${length}`)
    expect(rounds).toEqual(['node-fixed 2', 'node-echo 1'])
    expect(kept().settings.rounds).toBe(2)
  })

  test('are refused before anything is started where they would not belong to them', () => {
    const before = { ...kept(), date: '2026-01-01T00:00:00.000Z' }
    writeFileSync(file, JSON.stringify(before))
    const { status, stdout, stderr } = part('--peers', 'node-fixed', '--add')
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/tiny: cannot be added to what is kept: day 2026-01-01 is kept, /)
    expect(kept()).toEqual(before)
  })
})

test('a profile says where the time of Headrace goes', () => {
  const out = join(folder, 'profile')
  const ended = bench(['tiny', '--quick', '--profile', '--out', out])
  expect(ended.status, ended.stdout + ended.stderr).toBe(0)
  const files = readdirSync(join(out, 'profiles/tiny'))
  expect(files.some((file) => file.endsWith('.cpuprofile'))).toBe(true)
  const summary = readFileSync(join(out, 'profiles/tiny/summary.md'), 'utf8')
  expect(summary).toMatch(/% \| `headrace server/)
  expect(summary).toMatch(/% \| `node:internal|% \| `node:/)
})

describe('the command line', () => {
  test.each([
    [['nowhere'], 'There is no scenario nowhere. There are '],
    [['tiny', '--peers', 'triton'], 'There is no peer triton. There are '],
    [['tiny', '--configs', 'tunde'], 'There is no configuration tunde. There are '],
    [['tiny', '--rounds', '0'], '--rounds must be a positive integer'],
    [['studies/../bench'], 'There is no studies/../bench.'],
  ])('refuses %j', (args, message) => {
    const { status, stderr } = bench([...args, '--quick'])
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)])
  })

  test('lists scenarios, peers, studies and micro-benchmarks', () => {
    const { stdout } = bench(['list'])
    for (const name of ['tiny', 'image-binary', 'headrace:tuned', 'studies/start', 'micro/batcher']) {
      expect(stdout).toContain(name)
    }
  })

  test('keeps nothing of a quick run unless told where', () => {
    const before = existsSync(join(ROOT, 'benchmarks/results.md'))
    const { status } = bench(['tiny', '--quick', '--peers', 'node-fixed', '--no-largest-rate'])
    expect([status, existsSync(join(ROOT, 'benchmarks/results.md'))]).toEqual([0, before])
  })
})
