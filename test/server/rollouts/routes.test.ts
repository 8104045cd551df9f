import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { RolloutDesk } from '../../../src/cli/commands/serve/rollouts/rollout-desk.ts'
import { OutcomeLog } from '../../../src/outcomes/outcome-log.ts'
import { openRolloutState } from '../../../src/registry-client/rollout-state/open-rollout-state.ts'
import { OutcomeIds } from '../../../src/rollout/outcome-ids.ts'
import type { RolloutChannel } from '../../../src/rollout/rollout-channel.ts'
import type { MemberMessage, ThreadMessage } from '../../../src/rollout/rollout-messages.ts'
import { ControlGuard } from '../../../src/server/control-guard.ts'
import { createLogger } from '../../../src/server/logger.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { FakeModels, fakeModel } from '../support/fake-model.ts'
import { startServer } from '../support/running.ts'
import { OUTCOME_KEY, rolloutPlan } from './support.ts'

const SILENT = createLogger({ level: 'silent', format: 'json' })
const PLAN = rolloutPlan()
const TOKEN = 'sesame'

const desks: RolloutDesk[] = []

afterEach(async () => {
  for (const desk of desks.splice(0)) await desk.end()
})

/** What keeps rollouts, without a thread between. */
class DeskChannel implements RolloutChannel {
  onMessage: (message: ThreadMessage) => void = () => {}
  readonly #desk: RolloutDesk

  constructor() {
    const folder = temporaryFolder()
    const writer = `test-${randomBytes(4).toString('hex')}`
    this.#desk = new RolloutDesk({
      plans: [PLAN],
      known: new Map(),
      parts: {
        ...{ ids: new OutcomeIds(OUTCOME_KEY), writer, now: Date.now, log: SILENT },
        say: () => {},
        tell: (message) => this.onMessage(message),
        openState: ({ name }, onChange) =>
          openRolloutState({
            ...{ rollout: name, registered: undefined, file: join(folder, 'state.json') },
            ...{ access: { log: SILENT }, onChange, log: SILENT },
          }),
        openOutcomes: (_, rolloutId, options) =>
          OutcomeLog.open(join(folder, rolloutId), writer, { ...options, log: SILENT }),
        openRecord: async () => undefined,
      },
      reply: (_, message) => this.onMessage(message),
    })
    desks.push(this.#desk)
  }

  send(message: MemberMessage): void {
    this.#desk.take(0, message)
  }
}

/** @returns asks the server: `POST` where there is a body. */
async function serve({ token }: { readonly token?: string } = {}) {
  const models = new FakeModels(
    fakeModel({ name: 'a', version: '3' }),
    fakeModel({ name: 'b', version: '4' }),
  )
  const { url } = await startServer({
    models,
    rollouts: { plans: [PLAN], channel: new DeskChannel(), outcomeKey: OUTCOME_KEY },
    controlGuard: new ControlGuard({ host: token === undefined ? '127.0.0.1' : '0.0.0.0', token }),
  })
  const ask = async (
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
  ) => {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
    const reply = await fetch(`${url}${path}`, {
      headers,
      ...(text === undefined ? {} : { method: 'POST', body: text }),
    })
    const answer = await reply.text()
    const isJson = reply.headers.get('content-type')?.startsWith('application/json') ?? false
    return { status: reply.status, answer: isJson ? JSON.parse(answer) : answer, headers: reply.headers }
  }
  const outcomeId = async (): Promise<string> => {
    const reply = await fetch(`${url}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-headrace-key': randomBytes(8).toString('hex') },
      body: JSON.stringify({ inputs: [[1, 2]] }),
    })
    return reply.headers.get('x-headrace-outcome-id') ?? ''
  }
  return { url, ask, outcomeId }
}

describe('looking at rollouts', () => {
  test('all of them, one of them, and its report', async () => {
    const { ask } = await serve()
    const list = await ask('/rollouts')
    expect(list).toMatchObject({ status: 200, answer: { rollouts: [{ name: 'iris', phase: 'running' }] } })
    const { name, id, variants } = list.answer.rollouts[0]
    expect((await ask('/rollouts/iris')).answer).toMatchObject({ name, id, variants })
    const report = await ask('/rollouts/iris/report')
    expect(report.answer).toContain('<!doctype html>')
    expect(report.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('one that is not there is not found, and what is there is named', async () => {
    const { ask } = await serve()
    for (const path of ['/rollouts/rose', '/rollouts/rose/report']) {
      expect(await ask(path)).toMatchObject({
        status: 404,
        answer: { message: "There is no rollout 'rose' here; there is iris." },
      })
    }
  })

  test('a server without rollouts says so', async () => {
    const { url } = await startServer({})
    const reply = await fetch(`${url}/rollouts`)
    expect(reply.status).toBe(404)
    expect(await reply.text()).toContain('--split')
  })
})

describe('directing a rollout', () => {
  test('the split is set, a variant promoted, and the rollout begun again', async () => {
    const { ask } = await serve()
    const set = await ask('/rollouts/iris/split', { split: { b: 30 } })
    expect(set.answer).toMatchObject({ variants: [{ name: 'a' }, { name: 'b' }], phase: 'running' })
    expect((await ask('/rollouts/iris/promote', { variant: 'b' })).answer).toMatchObject({
      phase: 'promoted',
    })
    expect(await ask('/rollouts/iris/split', { split: { b: 10 } })).toMatchObject({ status: 409 })
    expect((await ask('/rollouts/iris/restart', '')).answer).toMatchObject({ phase: 'running' })
    expect((await ask('/rollouts/iris/abort', { cause: 'enough' })).answer).toMatchObject({ cause: 'enough' })
  })

  test.each<[path: string, body: unknown, says: string]>([
    ['split', '{', 'The request body is not JSON'],
    ['split', '[]', 'not a JSON object'],
    ['split', {}, "'split' is not an object"],
    ['split', { split: {} }, "'split' names no variant"],
    ['split', { split: { b: 101 } }, "'split.b' is not a percentage"],
    ['split', { split: { b: 0.05 } }, 'shares go by tenths of a percent'],
    ['split', { split: { b: 1e-9 } }, 'shares go by tenths of a percent'],
    ['split', { split: { c: 10 } }, "'c'"],
    ['split', { split: { a: 50, b: 10 } }, '60'],
    ['split', { split: { b: 10 }, force: true }, "'force' is not a member"],
    ['promote', {}, "'variant' is not the name of one"],
    ['promote', { variant: 'c' }, "'c'"],
    ['abort', { cause: 7 }, "'cause' is not a text"],
    ['abort', { cause: 'x'.repeat(301) }, 'at most 300'],
    ['restart', { now: true }, "'now' is not a member"],
  ])('%s refuses %j', async (path, body, says) => {
    const { ask } = await serve()
    const { status, answer } = await ask(`/rollouts/iris/${path}`, body)
    expect(status).toBe(400)
    expect(answer.message).toContain(says)
    expect((await ask('/rollouts/iris')).answer).toMatchObject({ phase: 'running', epoch: 1 })
  })

  test('needs the token where others can ask, as looking does', async () => {
    const { ask } = await serve({ token: TOKEN })
    for (const path of ['/rollouts', '/rollouts/iris', '/rollouts/iris/report']) {
      expect(await ask(path)).toMatchObject({ status: 401 })
    }
    expect(await ask('/rollouts/iris/abort', {})).toMatchObject({ status: 401 })
    const shown = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    expect(await ask('/rollouts/iris/abort', {}, shown)).toMatchObject({ status: 200 })
  })

  test('is not done by a form of some page', async () => {
    const { ask } = await serve()
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(await ask('/rollouts/iris/abort', '{}', form)).toMatchObject({ status: 403 })
  })
})

describe('outcomes', () => {
  test('are taken once each, by whoever may score', async () => {
    const { ask, outcomeId } = await serve({ token: TOKEN })
    const given = { outcome_id: await outcomeId(), value: 1 }
    const post = () => ask('/rollouts/iris/outcomes', given)
    expect(await post()).toMatchObject({ status: 200, answer: { result: 'accepted' } })
    expect(await post()).toMatchObject({ status: 200, answer: { result: 'duplicate' } })
  })

  test('of a list each has an answer of its own', async () => {
    const { ask, outcomeId } = await serve()
    const outcomes = [
      { outcome_id: await outcomeId(), value: 0 },
      { outcome_id: 'made up', value: 1 },
    ]
    expect(await ask('/rollouts/iris/outcomes', { outcomes })).toMatchObject({
      status: 200,
      answer: { results: [{ result: 'accepted' }, { result: 'refused', why: expect.any(String) }] },
    })
  })

  test.each<[body: unknown, status: number, says: string]>([
    [{ value: 1 }, 400, "'outcome_id' is missing"],
    [{ outcome_id: 7, value: 1 }, 400, "'outcome_id' is not a text"],
    [{ outcome_id: 'x'.repeat(201), value: 1 }, 400, 'too long'],
    [{ outcome_id: 'made up', value: 1 }, 400, 'outcome'],
    [{ outcome_id: 'x' }, 400, "'value' is missing"],
    ['{"outcome_id": "x", "value": 1e999}', 400, 'not a finite number'],
    [{ outcome_id: 'x', value: 1, why: '' }, 400, "'why' is not a member"],
    [{ outcomes: {} }, 400, "'outcomes' is not a list"],
    [{ outcomes: [1] }, 400, "'outcomes[0]' is not an object"],
    [{ outcomes: [{ outcome_id: 'x' }] }, 400, "'outcomes[0].value' is missing"],
    [{ outcomes: Array(1001).fill({ outcome_id: 'x', value: 1 }) }, 400, 'at most 1000'],
    [' '.repeat(600_000), 413, ''],
  ])('%j is refused', async (body, status, says) => {
    const { ask } = await serve()
    const reply = await ask('/rollouts/iris/outcomes', body)
    expect(reply.status).toBe(status)
    expect(reply.answer.message).toContain(says)
  })
})
