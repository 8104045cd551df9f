/**
 * What do requests notice of a swap? A server that watches its registry (`--watch`, SQLite) is asked in an open loop that
 * leaves half of it free: before, while its alias moves from version to version without a pause, and afterwards; inline with
 * one listener and with two, and in a pool. Every version is a load with a trial, as users have it. Target: no request fails,
 * and p99 meanwhile is at most 1.5 times that of before. Memory with the first version, and when 20 swaps are over and the last
 * version that was replaced is ended. The registry's versions are made ahead, and swaps are seen in the server's log: what this process
 * does meanwhile takes time of the core that the load generator has. With `--short`, two rounds of 8 s; with `--quick`, shortly and
 * from the sources.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { generateLoad } from '../../src/bench/generator/generate-load.ts'
import type { Percentiles } from '../../src/bench/measurement.ts'
import { openStores } from '../../src/store/open-stores.ts'
import { headrace, MODELS } from '../lib/peers.ts'
import { pinThisProcess } from '../lib/pin.ts'
import { installed, KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine, median } from '../lib/report.ts'
import { Server } from '../lib/server.ts'
import { makeNetwork, rowsBody, SMALL_CONVOLUTION } from '../workloads/networks.ts'

const SHORT = process.argv.includes('--short')
const ROUNDS = QUICK ? 1 : SHORT ? 2 : 5
const DURATION_MS = QUICK ? 4_000 : SHORT ? 8_000 : 20_000
const SWAPS_FOR_MEMORY = QUICK ? 3 : 20
const SWAP_TIMEOUT_MS = 90_000
const SWAPPED = 'Another version is served'
/** A version that was replaced stays loaded so long. */
const KEPT_MINUTES = '0.05'

interface Case {
  readonly name: string
  readonly port: number
  readonly model: string
  readonly body: string
  readonly flags: readonly string[]
  readonly ratePerSecond: number
}

interface Round {
  readonly before: Percentiles
  readonly meanwhile: Percentiles
  readonly after: Percentiles
  readonly failed: number
  /** Of the second part, in milliseconds. */
  readonly swapMs: readonly number[]
}

const install = installed()
const folder = mkdtempSync(join(tmpdir(), 'headrace-swap-'))
const tiny = { model: join(MODELS, 'tiny'), body: readFileSync(join(MODELS, 'tiny.body.json'), 'utf8') }
const CASES: readonly Case[] = [
  { ...tiny, name: 'inline, one listener', port: 25_111, flags: ['--listeners', '1'], ratePerSecond: 4_000 },
  { ...tiny, name: 'inline, two listeners', port: 25_112, flags: ['--listeners', '2'], ratePerSecond: 4_000 },
  {
    ...{ name: 'pool', port: 25_113, ratePerSecond: 300 },
    model: makeNetwork(folder, SMALL_CONVOLUTION),
    body: rowsBody(SMALL_CONVOLUTION, 1),
    flags: ['--listeners', '1', '--placement', 'pool', '--workers', '2'],
  },
]

/** More than there are swaps. */
const VERSIONS = 200

/** A registry whose alias can be moved, with versions of one model. */
class Registry {
  readonly cwd: string
  readonly #stores
  #version = 0

  constructor(cwd: string) {
    this.cwd = cwd
    this.#stores = openStores({ databaseUri: 'sqlite:///mlflow.db', folder: cwd, access: 'write' })
  }

  static async create(model: string): Promise<Registry> {
    const registry = new Registry(mkdtempSync(join(folder, 'registry-')))
    const { modelVersions, registeredModels } = registry.#stores.registry
    await registeredModels.create({ name: 'model' })
    for (let version = 0; version < VERSIONS; version += 1) {
      await modelVersions.create({ name: 'model', source: model })
    }
    await registry.moveOn()
    return registry
  }

  /** @returns the version that the alias means now. */
  async moveOn(): Promise<string> {
    this.#version += 1
    await this.#stores.registry.registeredModels.setAlias('model', 'champion', String(this.#version))
    return String(this.#version)
  }

  close(): Promise<void> {
    return this.#stores.close()
  }
}

pinThisProcess('3')
console.log(machine())
try {
  for (const each of CASES) await study(each)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function study({ name, port, model, body, flags, ratePerSecond }: Case): Promise<void> {
  const registry = await Registry.create(model)
  const args = ['-m', 'models:/model@champion', '--watch', '--keep-previous', KEPT_MINUTES, ...flags]
  const server = new Server({ ...headrace(install, args, { port, body, cwd: registry.cwd }), name })
  try {
    await server.firstPrediction()
    const offer = () => offered(new URL(server.url).origin, body, ratePerSecond)
    await offer()
    const memoryBefore = await settledBytes(server)
    const rounds: Round[] = []
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measure(server, registry, offer))
    for (let swap = 0; swap < SWAPS_FOR_MEMORY; swap += 1) await swapped(server, registry)
    const memoryAfter = await settledBytes(server)
    report(name, rounds, { memoryBefore, memoryAfter })
    if (KEPT)
      keep(`swap-${name.replaceAll(/\W+/g, '-')}`, { ratePerSecond, rounds, memoryBefore, memoryAfter })
  } finally {
    await server.stop()
    await registry.close()
  }
}

interface Offered {
  readonly latency: Percentiles
  readonly failed: number
}

async function offered(origin: string, body: string, ratePerSecond: number): Promise<Offered> {
  const headers = { 'content-type': 'application/json' }
  const requests = [{ name: 'score', path: '/invocations', headers, body }]
  const { total } = await generateLoad({ origin, requests, ratePerSecond, durationMs: DURATION_MS })
  return { latency: total.latencyMs, failed: total.offered - (total.answers[200] ?? 0) }
}

async function measure(server: Server, registry: Registry, offer: () => Promise<Offered>): Promise<Round> {
  const before = await offer()
  const swapMs: number[] = []
  let isOver = false
  const load = offer().finally(() => {
    isOver = true
  })
  while (!isOver) swapMs.push(await swapped(server, registry))
  const meanwhile = await load
  await sleep(500)
  const after = await offer()
  return {
    ...{ before: before.latency, meanwhile: meanwhile.latency, after: after.latency, swapMs },
    failed: before.failed + meanwhile.failed + after.failed,
  }
}

/** Moves the alias. @returns how long it took until the new version was served. */
async function swapped(server: Server, registry: Registry): Promise<number> {
  const begun = performance.now()
  const version = await registry.moveOn()
  while (performance.now() < begun + SWAP_TIMEOUT_MS) {
    await sleep(20)
    if (hasServed(server, version)) return performance.now() - begun
  }
  throw new Error(`Version ${version} was not served:\n${server.log}`)
}

function hasServed(server: Server, version: string): boolean {
  const lines = server.log.split('\n')
  return lines.some((line) => line.includes(SWAPPED) && line.includes(`"modelVersion":"${version}"`))
}

/** Once the version that was replaced last is ended, and threads and heaps have come to rest. */
async function settledBytes(server: Server): Promise<number> {
  await sleep(Number(KEPT_MINUTES) * 60_000 + 2_000)
  return server.proportionalBytes()
}

function report(
  name: string,
  rounds: readonly Round[],
  memory: { readonly memoryBefore: number; readonly memoryAfter: number },
): void {
  const ratio = median(rounds.map(({ before, meanwhile }) => meanwhile.p99 / before.p99))
  const p99 = (part: 'before' | 'meanwhile' | 'after'): string =>
    median(rounds.map((round) => round[part].p99)).toFixed(2)
  const swaps = rounds.flatMap(({ swapMs }) => swapMs)
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0)
  console.log(
    `${name}: p99 ${p99('before')} -> ${p99('meanwhile')} -> ${p99('after')} ms (${ratio.toFixed(2)} times), ` +
      `${rounds.reduce((sum, { failed }) => sum + failed, 0)} failed, ${swaps.length} swaps of ` +
      `${median(swaps).toFixed(0)} ms; memory ${megabytes(memory.memoryBefore)} -> ${megabytes(memory.memoryAfter)} MB`,
  )
  for (const { before, meanwhile, after } of rounds) {
    console.log(
      '  p50, p99.9, max',
      [before, meanwhile, after].map(({ p50, p999, max }) => [p50, p999, max]),
    )
  }
}
