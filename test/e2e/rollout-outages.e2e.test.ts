import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { isRecord } from '../../src/core/record.ts'
import type { RolloutView } from '../../src/rollout/rollout-view.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { ROOT, run } from './support/headrace-process.ts'
import { RolloutServer, variantOf } from './support/rollout-server.ts'
import { TrackingServer } from './support/tracking-server.ts'

const ONE = join(ROOT, 'models/iris/1')
const TWO = join(ROOT, 'models/iris/2')
const BODY = readFileSync(join(ONE, 'serving_input_example.json'), 'utf8')
/** Without guards, to which a machine with much to do may look like a slow variant. */
const FLAGS = ['--split', 'a=70,b=30', '--rollout', 'flowers', '--guards', 'off', '--listeners', '1']
const REGISTERED = ['-m', 'a=models:/iris@champion', '-m', 'b=models:/iris@challenger', ...FLAGS]
const ROLLOUT = '/models/flowers/invocations'
const KEY = { HEADRACE_OUTCOME_KEY: 'the same on all machines' }

const running: { kill(): Promise<unknown> }[] = []

afterEach(async () => {
  for (const server of running.splice(0).reverse()) await server.kill()
})

async function tracked(folder = temporaryFolder(), port = '0'): Promise<TrackingServer> {
  const tracking = await TrackingServer.start({ folder, args: ['-p', port] })
  running.push({ kill: () => tracking.stop() })
  return tracking
}

async function registered({ url }: TrackingServer): Promise<void> {
  for (const [model, alias] of [
    [ONE, 'champion'],
    [TWO, 'challenger'],
  ] as const) {
    const args = ['models', 'register', model, '-n', 'iris', '-a', alias]
    const { code, stderr } = await run({ args, env: { MLFLOW_TRACKING_URI: url } })
    if (code !== 0) throw new Error(stderr)
  }
}

/** A replica on a machine of its own. */
async function machine({ url }: TrackingServer, key: Partial<typeof KEY> = KEY): Promise<RolloutServer> {
  const folder = temporaryFolder()
  const env = { ...key, MLFLOW_TRACKING_URI: url, HEADRACE_CACHE_DIR: join(folder, 'cache') }
  const server = await RolloutServer.start(REGISTERED, { cwd: folder, env })
  running.push(server)
  return server
}

/** Answers of different keys, whose outcomes are reported at once. @returns their ids */
async function withOutcomes(server: RolloutServer, keys: number, prefix: string): Promise<readonly string[]> {
  const ids: string[] = []
  for (let i = 0; i < keys; i += 1) ids.push((await server.score(BODY, `${prefix} ${i}`, ROLLOUT)).outcomeId)
  expect(await report(server, ids)).toEqual(ids.map(() => 'accepted'))
  return ids
}

async function report(server: RolloutServer, ids: readonly string[]): Promise<readonly unknown[]> {
  const outcomes = ids.map((id) => ({ outcome_id: id, value: 1 }))
  const { body } = await server.post('/rollouts/flowers/outcomes', { outcomes })
  const results: unknown = isRecord(body) ? body['results'] : undefined
  return Array.isArray(results) ? results.map((each) => (isRecord(each) ? each['result'] : each)) : []
}

const outcomesOf = ({ variants }: RolloutView): number =>
  variants.reduce((sum, { outcomes }) => sum + outcomes, 0)

async function shown(server: RolloutServer, holds: (view: RolloutView) => boolean): Promise<RolloutView> {
  for (const begunAt = performance.now(); ; await delay(50)) {
    const view = await server.show('flowers').catch(() => undefined)
    if (view !== undefined && holds(view)) return view
    if (performance.now() - begunAt > 30_000) throw new Error(`not in time: ${JSON.stringify(view)}`)
  }
}

function timesPrinted({ process }: RolloutServer, pattern: RegExp): number {
  return process.output.match(new RegExp(pattern, 'g'))?.length ?? 0
}

test('requests go on while the rollout thread crashes, it comes back, and no acknowledged outcome is lost', async () => {
  const folder = temporaryFolder()
  const deaths = join(folder, 'deaths')
  mkdirSync(deaths)
  const preload = new URL('./support/crashing-rollouts.mjs', import.meta.url).href
  const env = { NODE_OPTIONS: `--import ${preload}`, HEADRACE_TEST_DEATHS: deaths }
  const args = ['-m', `a=${ONE}`, '-m', `b=${TWO}`, ...FLAGS]
  const server = await RolloutServer.start(args, { cwd: folder, env })
  running.push(server)
  await server.post('/rollouts/flowers/split', { split: { b: 50 } })
  const before = await server.show('flowers')

  const acknowledged: string[] = []
  const statuses = new Set<number>()
  const strangers: string[] = []
  let isOver = false
  const load = (async () => {
    for (let i = 0; !isOver; i += 1) {
      const { status, variant, outcomeId } = await server.score(BODY, `user ${i}`)
      statuses.add(status)
      if (variant !== variantOf(before, `user ${i}`)) strangers.push(`user ${i}`)
      const { status: taken } = await server.post('/rollouts/flowers/outcomes', {
        outcome_id: outcomeId,
        value: 1,
      })
      if (taken === 200) acknowledged.push(outcomeId)
      else expect(taken).toBe(503)
    }
  })()
  for (let death = 1; death <= 3; death += 1) {
    const known = acknowledged.length
    await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(known + 20)
    writeFileSync(join(deaths, `${death}`), '')
    await expect.poll(() => timesPrinted(server, /The rollout thread ended/), { timeout: 30_000 }).toBe(death)
  }
  const known = acknowledged.length
  await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(known + 20)
  isOver = true
  await load

  expect([...statuses]).toEqual([200])
  expect(strangers).toEqual([])
  expect(server.process.output).toContain('the thread is made to crash')
  const { assignment } = await server.show('flowers')
  expect(assignment).toEqual(before.assignment)
  const latest = acknowledged.slice(-1000)
  expect(await report(server, latest)).toEqual(latest.map(() => 'duplicate'))
  // Those that were written when their acknowledgement was lost count as well: one for each crash at most.
  const view = await shown(server, (now) => outcomesOf(now) >= acknowledged.length)
  expect(outcomesOf(view) - acknowledged.length).toBeLessThanOrEqual(3)
})

test('machines with nothing in common but a tracking server count each other’s outcomes, each once', async () => {
  const tracking = await tracked()
  await registered(tracking)
  // One after the other, so that they begin the same rollout.
  const a = await machine(tracking)
  const b = await machine(tracking)
  const [ofA, ofB] = await Promise.all([withOutcomes(a, 20, 'of a'), withOutcomes(b, 30, 'of b')])
  const [told = ''] = ofA
  // To the other machine too, which may know of it by now.
  expect((await report(b, [told]))[0]).toBeOneOf(['accepted', 'duplicate'])

  const counted = async () => Promise.all([a, b].map(async (each) => outcomesOf(await each.show('flowers'))))
  for (let permille = 301; permille < 340 && (await counted()).some((count) => count < 50); permille += 1) {
    // Each change writes to the run, which would otherwise be done once a minute.
    await a.post('/rollouts/flowers/split', { split: { b: permille / 10 } })
    await delay(1500)
  }
  expect(await counted()).toEqual([50, 50])
  expect(await report(a, ofB)).toEqual(ofB.map(() => 'duplicate'))
  expect(await report(b, ofA)).toEqual(ofA.map(() => 'duplicate'))
  expect(await counted()).toEqual([50, 50])
  expect(timesPrinted(a, /HEADRACE_OUTCOME_KEY/)).toBe(0)
})

test('a replica with a key of its own says so; a registry that is away is told of once, and once when it is back', async () => {
  const tracking = await tracked()
  await registered(tracking)
  const server = await machine(tracking, {})
  await server.process.printed(/Set HEADRACE_OUTCOME_KEY to the same text on all/)
  await tracking.stop()
  await server.process.printed(/registry that is watched does not answer/)
  // Long enough for several looks.
  await delay(8000)
  expect((await server.score(BODY, 'somebody')).status).toBe(200)
  await tracked(tracking.folder, new URL(tracking.url).port)
  await server.process.printed(/The registry answers again/)
  expect(timesPrinted(server, /registry that is watched does not answer/)).toBe(1)
  expect(timesPrinted(server, /The registry answers again/)).toBe(1)
  expect(timesPrinted(server, /Asking again/)).toBe(0)
})
