import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { RolloutView } from '../../src/rollout/rollout-view.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { ROOT, run } from './support/headrace-process.ts'
import { RolloutServer, variantOf } from './support/rollout-server.ts'

const ONE = join(ROOT, 'models/iris/1')
const TWO = join(ROOT, 'models/iris/2')
const BODY = readFileSync(join(ONE, 'serving_input_example.json'), 'utf8')
const MODELS = ['-m', `a=${ONE}`, '-m', `b=${TWO}`]
/** Without guards, to which a machine with much to do may look like a slow variant; rollout-guards.e2e.test.ts is theirs. */
const SPLIT = [...MODELS, '--split', 'a=70,b=30', '--rollout', 'flowers', '--guards', 'off']

const running: RolloutServer[] = []

afterEach(async () => {
  for (const server of running.splice(0)) await server.kill()
})

async function served(args: readonly string[], cwd = temporaryFolder()): Promise<RolloutServer> {
  const server = await RolloutServer.start([...SPLIT, ...args], { cwd })
  running.push(server)
  return server
}

/** Once it holds. */
async function shown(server: RolloutServer, holds: (view: RolloutView) => boolean): Promise<RolloutView> {
  for (const begunAt = performance.now(); ; await delay(20)) {
    const view = await server.show('flowers')
    if (holds(view)) return view
    if (performance.now() - begunAt > 30_000) throw new Error(`not in time: ${JSON.stringify(view.variants)}`)
  }
}

const variantIn = ({ variant }: { readonly variant: string }): string => variant
const requestsOf = ({ variants }: RolloutView): number =>
  variants.reduce((sum, { requests }) => sum + requests, 0)
const outcomesOf = ({ variants }: RolloutView): number =>
  variants.reduce((sum, { outcomes }) => sum + outcomes, 0)

describe.each([
  ['alone', ['--listeners', '1']],
  ['in two listeners', ['--listeners', '2']],
  ['in two processes', ['--processes', '2']],
])('a rollout %s', (_, args) => {
  test('has one truth, which any member tells and changes', async () => {
    const server = await served(args)
    const view = await server.show('flowers')
    const keys = Array.from({ length: 60 }, (_, i) => `user ${i}`)
    const answers = await Promise.all(keys.map((key) => server.score(BODY, key)))
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 200))
    expect(answers.map(({ variant }) => variant)).toEqual(keys.map((key) => variantOf(view, key)))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(2)

    const results = await Promise.all(
      answers.map(({ outcomeId }) =>
        server.post('/rollouts/flowers/outcomes', { outcome_id: outcomeId, value: 1 }),
      ),
    )
    expect(results.map(({ body }) => body)).toEqual(keys.map(() => ({ result: 'accepted' })))
    await shown(server, (now) => requestsOf(now) === keys.length && outcomesOf(now) === keys.length)
    const views = await Promise.all(Array.from({ length: 8 }, () => server.show('flowers')))
    for (const each of views) expect([requestsOf(each), outcomesOf(each)]).toEqual([keys.length, keys.length])

    const changed = await server.post('/rollouts/flowers/split', { split: { b: 60 } })
    expect(changed.status).toBe(200)
    const after = await server.show('flowers')
    expect(after.variants.map(({ permille }) => permille)).toEqual([400, 600])
    // Members that were not asked hear of it in the same moment, or the next.
    const again = async () => (await Promise.all(keys.map((key) => server.score(BODY, key)))).map(variantIn)
    await expect.poll(again).toEqual(keys.map((key) => variantOf(after, key)))
    const moved = keys.filter((key) => variantOf(view, key) !== variantOf(after, key))
    expect(moved.every((key) => variantOf(after, key) === 'b')).toBe(true)
  })

  test('loses no acknowledged outcome when it is killed in the middle, and goes on where it was', async () => {
    const folder = temporaryFolder()
    const server = await served(args, folder)
    await server.post('/rollouts/flowers/split', { split: { b: 50 } })
    const acknowledged: string[] = []
    const sent = (async () => {
      for (let i = 0; i < 10_000; i += 1) {
        const { outcomeId } = await server.score(BODY, `user ${i}`)
        const { status } = await server.post('/rollouts/flowers/outcomes', {
          outcome_id: outcomeId,
          value: 0,
        })
        if (status === 200) acknowledged.push(outcomeId)
      }
    })().catch(() => undefined)
    await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(20)
    await server.kill()
    await sent

    const again = await served(args, folder)
    const view = await again.show('flowers')
    expect(view.variants.map(({ permille }) => permille)).toEqual([500, 500])
    // The last may have been written and not acknowledged.
    expect(outcomesOf(view) - acknowledged.length).toBeOneOf([0, 1])
    const outcomes = acknowledged.map((outcomeId) => ({ outcome_id: outcomeId, value: 0 }))
    const { body } = await again.post('/rollouts/flowers/outcomes', { outcomes })
    expect(body).toEqual({ results: outcomes.map(() => ({ result: 'duplicate' })) })
  })

  test('ends in order when it is asked to', async () => {
    const server = await served(args)
    await server.score(BODY, 'somebody')
    const begunAt = performance.now()
    const { code } = await server.process.stop()
    expect(code).toBe(0)
    // Not by the end of a time-out.
    expect(performance.now() - begunAt).toBeLessThan(15_000)
  })
})

describe('who may look at and change rollouts', () => {
  test('over the network: who shows the control token; outcomes need what scoring needs', async () => {
    const server = await served(['--listeners', '1', '--control-token', 'secret'])
    const bearer = { authorization: 'Bearer secret' }
    expect((await server.get('/rollouts/flowers')).status).toBe(401)
    expect((await server.get('/rollouts/flowers/report')).status).toBe(401)
    expect((await server.get('/rollouts/flowers', bearer)).status).toBe(200)
    expect((await server.post('/rollouts/flowers/abort', {})).status).toBe(401)
    const { outcomeId } = await server.score(BODY, 'somebody')
    const outcome = { outcome_id: outcomeId, value: 1 }
    expect((await server.post('/rollouts/flowers/outcomes', outcome)).status).toBe(200)
    const told = await run({ args: ['rollout', 'show', server.url] })
    expect(told).toMatchObject({ code: 1, stdout: '' })
    expect(told.stderr).toContain('--control-token or HEADRACE_CONTROL_TOKEN')
    const shows = await run({
      args: ['rollout', 'show', server.url, '--json'],
      env: { HEADRACE_CONTROL_TOKEN: 'secret' },
    })
    expect(JSON.parse(shows.stdout)).toMatchObject({ name: 'flowers', phase: 'running' })
    const file = join(temporaryFolder(), 'report.html')
    const saved = await run({
      args: ['rollout', 'report', server.url, '-o', file, '--control-token', 'secret'],
    })
    expect(saved).toMatchObject({ code: 0, stdout: `The report is in ${file}\n` })
    // A link that is relative would lead nowhere from a file.
    expect(readFileSync(file, 'utf8').match(/href="[^"]*"/g)).toEqual([
      `href="${server.url}/rollouts/flowers"`,
      `href="${server.url}/rollouts"`,
    ])
  })

  test('on one machine: its programs, but no page of another site', async () => {
    const server = await served(['--listeners', '1', '--api-key', 'key-of-the-server'])
    const key = { 'x-api-key': 'key-of-the-server' }
    expect((await server.get('/rollouts')).status).toBe(401)
    expect((await server.get('/rollouts', key)).status).toBe(200)
    const foreign = await server.get('/rollouts/flowers', { ...key, 'sec-fetch-site': 'cross-site' })
    expect([foreign.status, foreign.message]).toEqual([
      403,
      expect.stringContaining('Rollouts are not shown and changed from pages of another site'),
    ])
  })
})

test('what makes no sense is answered with what is wrong, and where', async () => {
  const server = await served(['--listeners', '1'])
  const wrong = [
    ['outcomes', {}, "'outcome_id' is missing"],
    ['outcomes', { outcome_id: 'x', value: '1' }, "'value' is not a finite number."],
    [
      'outcomes',
      { outcome_id: 'x', value: 1 },
      'The outcome id is damaged, or was issued under another key.',
    ],
    ['outcomes', { outcomes: [{ outcome_id: 'x', value: 1 }, {}] }, "'outcomes[1].outcome_id' is missing"],
    ['outcomes', { outcomes: Array.from({ length: 1001 }, () => ({})) }, "'outcomes' has 1001 items"],
    ['outcomes', { outcome_id: 'x', valeu: 1 }, "'valeu' is not a member of an outcome"],
    ['split', {}, "'split' is not an object"],
    ['split', { split: { b: '50' } }, "'split.b' is not a percentage from 0 to 100."],
    ['split', { split: { b: 0.05 } }, 'shares go by tenths of a percent'],
    ['split', { split: { c: 5 } }, "has no variant 'c'; it has 'a' and 'b'"],
    ['promote', {}, "'variant' is not the name of one"],
    ['abort', { cause: 5 }, "'cause' is not a text."],
    ['restart', { now: true }, "'now' is not a member of this request."],
  ] as const
  for (const [path, body, message] of wrong) {
    const reply = await server.post(`/rollouts/flowers/${path}`, body)
    expect([reply.status, reply.message]).toEqual([400, expect.stringContaining(message)])
  }
  expect(await server.get('/rollouts/none')).toMatchObject({
    status: 404,
    message: "There is no rollout 'none' here; there is flowers.",
  })
  expect((await server.post('/rollouts/flowers/restart', {})).status).toBe(409)
})
