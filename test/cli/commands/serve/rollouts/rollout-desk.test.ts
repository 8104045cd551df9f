import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import type { KeeperParts } from '../../../../../src/cli/commands/serve/rollouts/keeper-parts.ts'
import { RolloutDesk } from '../../../../../src/cli/commands/serve/rollouts/rollout-desk.ts'
import { OutcomeLog } from '../../../../../src/outcomes/outcome-log.ts'
import { openRolloutState } from '../../../../../src/registry-client/rollout-state/open-rollout-state.ts'
import { OutcomeIds } from '../../../../../src/rollout/outcome-ids.ts'
import type {
  ObservedRequest,
  RolloutAnswer,
  RolloutQuestion,
  ThreadMessage,
} from '../../../../../src/rollout/rollout-messages.ts'
import { OBSERVED } from '../../../../../src/rollout/rollout-messages.ts'
import type { RolloutState } from '../../../../../src/rollout/rollout-state.ts'
import { keyNumber } from '../../../../../src/rollout/split/assignment.ts'
import { createLogger } from '../../../../../src/server/logger.ts'
import { PATIENCE } from '../../../../fixtures/patience.ts'
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts'
import { modelsOf, rolloutPlan } from '../../../../rollout/engine/rollout-plans.ts'

const PLAN = rolloutPlan({ a: 500, b: 500 })
const MODELS = modelsOf(PLAN)
const { name: ROLLOUT } = PLAN
const SILENT = createLogger({ level: 'silent', format: 'json' })
const IDS = new OutcomeIds(randomBytes(32))
const MEMBER = 1

const desks: Desk[] = []

afterEach(async () => {
  for (const desk of desks.splice(0)) await desk.end()
})

/** A desk as a thread has it, with what it tells its members. */
class Desk {
  readonly told: { readonly line: number | undefined; readonly message: ThreadMessage }[] = []
  readonly said: string[] = []
  /** When outcomes of before are read. */
  readable: Promise<unknown> = Promise.resolve()
  readonly #desk: RolloutDesk
  #lastId = 0

  constructor(
    folder: string,
    known: ReadonlyMap<string, RolloutState> = new Map(),
    writer = `test-${randomBytes(4).toString('hex')}`,
    plan = PLAN,
  ) {
    const parts: KeeperParts = {
      ...{ ids: IDS, writer, now: Date.now, log: SILENT },
      say: (level, _, sentence) => this.said.push(`${level}: ${sentence}`),
      tell: (message) => this.told.push({ line: undefined, message }),
      openState: ({ name }, onChange) =>
        openRolloutState({
          ...{ rollout: name, registered: undefined, file: join(folder, 'state.json') },
          ...{ access: { log: SILENT }, onChange, log: SILENT },
        }),
      openOutcomes: async (_, rolloutId, options) => {
        await this.readable
        const place = join(folder, 'outcomes', rolloutId)
        return OutcomeLog.open(place, writer, { ...options, log: SILENT, lookMs: 20 })
      },
      openRecord: async () => undefined,
    }
    const reply = (line: number, message: ThreadMessage) => this.told.push({ line, message })
    this.#desk = new RolloutDesk({ plans: [plan], known, parts, reply })
    desks.push(this)
  }

  join(line = MEMBER, models = MODELS): void {
    this.#desk.take(line, { kind: 'join', models })
  }

  observe(requests: readonly ObservedRequest[]): void {
    this.#desk.take(MEMBER, { kind: 'observed', rollout: ROLLOUT, requests })
  }

  async ask(question: RolloutQuestion): Promise<RolloutAnswer> {
    const id = ++this.#lastId
    this.#desk.take(MEMBER, { kind: 'question', id, question })
    for (;;) {
      const found = this.told.find(({ message }) => message.kind !== 'state' && message.id === id)?.message
      if (found?.kind === 'answer') return found.answer
      if (found?.kind === 'failure') throw Object.assign(new Error(found.error.message), found.error)
      await delay(2)
    }
  }

  async show() {
    const told = await this.ask({ ask: 'show', rollout: ROLLOUT })
    if (told.answer !== 'show') throw new Error('another answer')
    return told.view
  }

  async outcomes(...given: readonly (readonly [id: string, value: number])[]) {
    const outcomes = given.map(([outcomeId, value]) => ({ outcomeId, value }))
    const told = await this.ask({ ask: 'outcomes', rollout: ROLLOUT, outcomes })
    if (told.answer !== 'outcomes') throw new Error('another answer')
    return told.results.map(({ result }) => result)
  }

  get states(): readonly RolloutState[] {
    return this.told.flatMap(({ message }) => (message.kind === 'state' ? [message.state] : []))
  }

  async end(): Promise<void> {
    await this.#desk.end()
  }
}

/** Of an answer to a key, in step 0. */
async function outcomeId(desk: Desk, key: string, variant = 0, issuedAt = Date.now()): Promise<string> {
  const { id: rolloutId } = await desk.show()
  const nonce = randomBytes(4).readUInt32BE()
  return IDS.issue({ rolloutId, variant, step: 0, key: keyNumber(rolloutId, key), issuedAt, nonce })
}

async function begun(folder = temporaryFolder()): Promise<Desk> {
  const desk = new Desk(folder)
  desk.join()
  await desk.show()
  return desk
}

test('while outcomes of before are read requests are counted, and an operator is obeyed', async () => {
  const desk = new Desk(temporaryFolder())
  const read = Promise.withResolvers<void>()
  desk.readable = read.promise
  desk.join()
  while (desk.states.length === 0) await delay(2)
  desk.observe([[1, 0, 7, 3, 0]])
  const shown = desk.show()
  await desk.ask({ ask: 'abort', rollout: ROLLOUT, cause: 'enough' })
  expect(desk.states.at(-1)).toMatchObject({ phase: 'aborted', cause: 'enough' })
  read.resolve()
  expect((await shown).variants[1]).toMatchObject({ requests: 1 })
})

test('the page about a rollout is written where it is kept', async () => {
  const desk = await begun()
  const told = await desk.ask({ ask: 'report', rollout: ROLLOUT })
  expect(told).toMatchObject({ answer: 'report', page: expect.stringMatching(/^<!doctype html>/) })
})

test('states come to the member that joins; questions before anybody has joined are not answered', async () => {
  const desk = new Desk(temporaryFolder())
  await expect(desk.show()).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
  desk.join(MEMBER, MODELS.slice(0, 1))
  await expect(desk.show()).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
  desk.join()
  expect(await desk.show()).toMatchObject({ name: ROLLOUT, phase: 'running', epoch: 1 })
  desk.join(
    7,
    MODELS.map((model) => ({ ...model, version: '77' })),
  )
  expect(desk.told.at(-1)).toMatchObject({
    line: 7,
    message: { kind: 'state', rollout: ROLLOUT, models: MODELS },
  })
  await expect(desk.ask({ ask: 'show', rollout: 'other' })).rejects.toMatchObject({
    code: 'RESOURCE_DOES_NOT_EXIST',
    message: `There is no rollout 'other' here; there is ${ROLLOUT}.`,
  })
})

test('an outcome counts once, whoever asks again and after a restart too', async () => {
  const folder = temporaryFolder()
  const desk = await begun(folder)
  const [a, b] = [await outcomeId(desk, 'u1'), await outcomeId(desk, 'u2', 1)]
  expect(await desk.outcomes([a, 1])).toEqual(['accepted'])
  expect(await desk.outcomes([a, 1], [b, 0], [b, 1])).toEqual(['duplicate', 'accepted', 'duplicate'])
  expect((await desk.show()).variants.map(({ outcomes }) => outcomes)).toEqual([1, 1])
  await desk.end()
  const again = await begun(folder)
  expect(await again.outcomes([b, 0])).toEqual(['duplicate'])
  expect((await again.show()).variants).toMatchObject([
    { outcomes: 1, outcomeMean: 1 },
    { outcomes: 1, outcomeMean: 0 },
  ])
})

test('what is no outcome of this rollout is refused, and nothing else of the request is', async () => {
  const desk = await begun()
  const good = await outcomeId(desk, 'u1')
  const late = await outcomeId(desk, 'u2', 0, Date.now() - (PLAN.outcome.windowSeconds + 60) * 1000)
  const [rolloutId, key, issuedAt] = ['0123456789abcdef', 1, Date.now()]
  const foreign = IDS.issue({ rolloutId, variant: 0, step: 0, key, issuedAt, nonce: 1 })
  const unkeyed = new OutcomeIds(randomBytes(32))
  const forged = unkeyed.issue({ rolloutId, variant: 0, step: 0, key, issuedAt, nonce: 1 })
  const results = await desk.outcomes(['', 1], [forged, 1], [foreign, 1], [late, 1], [good, 0.5], [good, 1])
  expect(results).toEqual([...Array.from({ length: 5 }, () => 'refused'), 'accepted'])
  expect((await desk.show()).variants.map(({ outcomes }) => outcomes)).toEqual([1, 0])
})

test('a number beyond what statistics can count is no outcome', async () => {
  const numeric = { ...PLAN, outcome: { ...PLAN.outcome, kind: 'numeric' as const } }
  const desk = new Desk(temporaryFolder(), new Map(), 'test', numeric)
  desk.join()
  const ids = await Promise.all(['u1', 'u2', 'u3'].map((key) => outcomeId(desk, key)))
  const results = await desk.outcomes([ids[0]!, 1e155], [ids[1]!, -1e308], [ids[2]!, -1e100])
  expect(results).toEqual(['refused', 'refused', 'accepted'])
})

test('an outcome that cannot be made durable is not acknowledged, and later it can', async () => {
  const folder = temporaryFolder()
  const inTheWay = join(folder, 'outcomes')
  writeFileSync(inTheWay, '')
  const desk = await begun(folder)
  const id = await outcomeId(desk, 'u1')
  await expect(desk.outcomes([id, 1])).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
  expect((await desk.show()).variants[0]?.outcomes).toBe(0)
  rmSync(inTheWay)
  expect(await desk.outcomes([id, 1])).toEqual(['accepted'])
})

test('a variant that fails loses its keys before the answer that shows it, and so it stays after a restart', async () => {
  const folder = temporaryFolder()
  const desk = await begun(folder)
  const before = desk.told.length
  desk.observe(Array.from({ length: 60 }, (_, key) => [1, 0, key, 5, OBSERVED.error] as const))
  expect(desk.told[before]).toMatchObject({ message: { kind: 'state', state: { phase: 'rolled-back' } } })
  expect(await desk.show()).toMatchObject({
    phase: 'rolled-back',
    variants: [{ permille: 1000 }, { permille: 0 }],
  })
  await desk.end()
  const again = new Desk(folder)
  again.join()
  await again.show()
  expect(again.states.map(({ phase }) => phase)).not.toContain('running')
})

test('a thread that is started again goes on with what its members know, where nothing else is known', async () => {
  const desk = await begun()
  desk.observe(Array.from({ length: 60 }, (_, key) => [1, 0, key, 5, OBSERVED.error] as const))
  const [last] = desk.states.slice(-1)
  const again = new Desk(temporaryFolder(), new Map([[ROLLOUT, last!]]))
  again.join()
  expect(await again.show()).toMatchObject({ phase: 'rolled-back', epoch: last?.epoch })
  const warned = (said: readonly string[]) => said.filter((line) => line.startsWith('warn: '))
  expect(warned(desk.said)).toEqual([
    expect.stringMatching(/was rolled back: .* from step 1 on: variant b: /),
  ])
  expect(warned(again.said)).toEqual([expect.stringMatching(/; it was rolled back, in step 1 /)])
})

test('two that share a state follow each other, and count each other’s outcomes', async () => {
  const folder = temporaryFolder()
  const [a, b] = [await begun(folder), await begun(folder)]
  const permille = { [PLAN.variants[1]!.name]: 100 }
  await a.ask({ ask: 'set', rollout: ROLLOUT, permille })
  await a.outcomes([await outcomeId(a, 'u1'), 1])
  const startedAt = performance.now()
  for (;;) {
    const { variants } = await b.show()
    if (variants[1]?.permille === 100 && variants[0]?.outcomes === 1) break
    expect(performance.now() - startedAt).toBeLessThan(30_000)
    await delay(10)
  }
  await b.ask({ ask: 'promote', rollout: ROLLOUT, variant: PLAN.variants[1]!.name })
  while ((await a.show()).phase !== 'promoted') {
    expect(performance.now() - startedAt).toBeLessThan(60_000)
    await delay(10)
  }
  expect(b.said).toContainEqual(expect.stringMatching(/^info: Rollout .* from step 1 on, by test-/))
  expect(a.said).toContainEqual(
    expect.stringMatching(/^info: Rollout .* promoted: .* from step 2 on, by test-/),
  )
})

test('what an operator wants is not lost to what another replica has just changed', async () => {
  const folder = temporaryFolder()
  const [first, second] = ['test-b', 'test-a'].map((writer) => {
    const desk = new Desk(folder, new Map(), writer)
    desk.join()
    return desk
  })
  await first!.ask({ ask: 'show', rollout: ROLLOUT })
  await second!.ask({ ask: 'show', rollout: ROLLOUT })
  await first!.ask({ ask: 'set', rollout: ROLLOUT, permille: { b: 300 } })
  const aborted = await second!.ask({ ask: 'abort', rollout: ROLLOUT, cause: '' })
  expect(aborted).toMatchObject({ view: { phase: 'aborted', step: 2 } })
  await vi.waitFor(async () => {
    const shown = await first!.ask({ ask: 'show', rollout: ROLLOUT })
    expect(shown).toMatchObject({ view: { phase: 'aborted', step: 2 } })
  }, PATIENCE)
})
