import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { poissonArrivals } from '../../src/bench/generator/arrivals.ts'
import { seededRandom } from '../../src/core/seeded-random.ts'
import type { RolloutView } from '../../src/rollout/rollout-view.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { ROOT, run } from './support/headrace-process.ts'
import { RolloutServer } from './support/rollout-server.ts'

const BODY = readFileSync(join(ROOT, 'models/iris/1/serving_input_example.json'), 'utf8')
/** Of each of two loads, with other shares. */
const REQUESTS = 100_000
const USERS = 25_000
const RATE_PER_SECOND = 4_000
const CONNECTIONS = 32

const running: RolloutServer[] = []

afterEach(async () => {
  for (const server of running.splice(0)) await server.kill()
})

/** The bundled iris, with its versions under the aliases of a rollout. */
async function registry(): Promise<string> {
  const folder = temporaryFolder()
  for (const [version, alias] of [
    ['1', 'champion'],
    ['2', 'challenger'],
  ] as const) {
    const args = ['models', 'register', join(ROOT, 'models/iris', version), '-n', 'iris', '-a', alias]
    expect(await run({ args, cwd: folder })).toMatchObject({ code: 0 })
  }
  return folder
}

/** As docs/rollouts.md has it, and not as the code does. */
function variantOf({ assignment }: RolloutView, key: string): string | undefined {
  const digits = createHash('sha256').update(`${assignment.seed}:${key}`).digest('hex').slice(0, 13)
  const slot = Math.floor((Number.parseInt(digits, 16) / 2 ** 52) * 1000)
  return assignment.slots.find(({ end }) => slot < end)?.variant
}

/** What was answered to each request, in the order of their arrival. */
async function load(pool: Pool, seed: number): Promise<readonly string[]> {
  const arrivals = poissonArrivals(RATE_PER_SECOND, seededRandom(seed))
  const answers: Promise<string>[] = []
  const startedAt = performance.now()
  for (let next = arrivals(); answers.length < REQUESTS; ) {
    for (; next <= performance.now() - startedAt && answers.length < REQUESTS; next = arrivals()) {
      answers.push(answerTo(pool, `user ${answers.length % USERS}`))
    }
    await delay(1)
  }
  return Promise.all(answers)
}

async function answerTo(pool: Pool, key: string): Promise<string> {
  const headers = { 'content-type': 'application/json', 'x-headrace-key': key }
  const reply = await pool.request({ method: 'POST', path: '/invocations', headers, body: BODY })
  await reply.body.dump()
  const version = reply.headers['x-headrace-model-version']
  return `${reply.statusCode} ${reply.headers['x-headrace-variant']} ${version}`
}

/** Asks until all listeners give this answer: the one that was not told of a change hears of it. @returns what was answered. */
async function heardByAll(pool: Pool, key: string, answer: string): Promise<readonly string[]> {
  const heard: string[] = []
  for (;;) {
    const round = await Promise.all(Array.from({ length: 2 * CONNECTIONS }, () => answerTo(pool, key)))
    heard.push(...round)
    if (round.every((each) => each === answer)) return heard
  }
}

const VERSIONS: Readonly<Record<string, string>> = { a: '1', b: '2' }
const keys = Array.from({ length: REQUESTS }, (_, i) => `user ${i % USERS}`)

/** What the documented hash says, with the status and the version of the variant. */
const recomputed = (view: RolloutView): readonly string[] =>
  keys.map((key) => {
    const variant = variantOf(view, key) ?? ''
    return `200 ${variant} ${VERSIONS[variant]}`
  })

const different = (answers: readonly string[], others: readonly string[]): readonly string[] =>
  answers.filter((answer, i) => answer !== others[i])

const ofVariant = (answers: readonly string[], name: string): number =>
  answers.filter((answer) => answer.split(' ')[1] === name).length

/** Many times what it takes, for a machine that does other things as well. */
const LOADED = { timeout: 900_000 }

test(
  '200,000 requests of an open loop are answered by the variants that anyone can compute, and counted',
  LOADED,
  async () => {
    const models = ['-m', 'a=models:/iris@champion', '-m', 'b=models:/iris@challenger']
    const args = [...models, '--split', 'a=90,b=10', '--guards', 'off', '--listeners', '2']
    const server = await RolloutServer.start(args, { cwd: await registry() })
    running.push(server)
    const pool = new Pool(server.url, { connections: CONNECTIONS })

    const before = await server.show('iris')
    const first = await load(pool, 1)
    expect(different(first, recomputed(before))).toEqual([])

    expect((await server.post('/rollouts/iris/split', { split: { b: 25 } })).status).toBe(200)
    const after = await server.show('iris')
    const moved = keys.find((key) => variantOf(before, key) !== variantOf(after, key)) ?? ''
    const meanwhile = await heardByAll(pool, moved, '200 b 2')
    const second = await load(pool, 2)
    expect(different(second, recomputed(after))).toEqual([])
    // Only users whom the change has to move: all of them to b.
    expect(different(second, first).length).toBe(ofVariant(second, 'b') - ofVariant(first, 'b'))
    await pool.close()

    const expected = ['a', 'b'].map((name) => ofVariant([...first, ...meanwhile, ...second], name))
    await expect
      .poll(async () => (await server.show('iris')).variants.map(({ requests }) => requests), {
        timeout: 60_000,
      })
      .toEqual(expected)
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    for (const [i, name] of ['a', 'b'].entries()) {
      const labels = `rollout="iris",variant="${name}",result="ok"`
      expect(metrics).toContain(`headrace_rollout_requests_total{${labels}} ${expected[i]}\n`)
    }
  },
)
