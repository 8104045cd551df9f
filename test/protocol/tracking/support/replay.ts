import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readJson } from '../../../../src/protocols/mlflow-scoring/json/read-json.ts'
import type { PyValue } from '../../../../src/protocols/mlflow-scoring/python/python-value.ts'
import { DIFFERENCES } from '../differences.ts'
import { type ExpectedAnswer, readScenarios, type Scenario, type Step } from './scenario.ts'
import { type Answer, sendStep } from './send-step.ts'
import { valueAt } from './template.ts'
import { type Replay, verdict } from './verdict.ts'

export interface ReplayedServer {
  readonly url: string
  stop(): Promise<unknown>
}

/**
 * One test a request, on one server for all scenarios but the isolated ones, which get an empty one each.
 * @param answers of MLflow on a database of the same kind, by step, where they are others than the recorded ones
 */
export function describeReplay(
  start: () => Promise<ReplayedServer>,
  answers: ReadonlyMap<string, ExpectedAnswer> = new Map(),
): void {
  const scenarios = readScenarios().map((scenario) => withAnswers(scenario, answers))
  describe('on one server', () => {
    const url = serverOf(start)
    for (const scenario of scenarios.filter(({ isolated }) => !isolated)) describeScenario(scenario, url)
  })
  for (const scenario of scenarios.filter(({ isolated }) => isolated)) {
    describe('on a server of its own', () => describeScenario(scenario, serverOf(start)))
  }
}

function withAnswers(scenario: Scenario, answers: ReadonlyMap<string, ExpectedAnswer>): Scenario {
  const steps = scenario.steps.map((step) => ({ ...step, expect: answers.get(step.id) ?? step.expect }))
  return { ...scenario, steps }
}

function serverOf(start: () => Promise<ReplayedServer>): () => string {
  let server: ReplayedServer | undefined
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server?.stop())
  return () => server?.url ?? ''
}

function describeScenario({ name, steps }: Scenario, url: () => string): void {
  describe(name, () => {
    const replay: Replay = {
      variables: new Map<string, PyValue>([['u', `u${randomBytes(5).toString('hex')}`]]),
      startedMs: Date.now(),
    }
    test.each(steps)('$id $verb $path', (step) => replayStep(url(), step, replay))
  })
}

async function replayStep(url: string, step: Step, replay: Replay): Promise<void> {
  await delay(step.waitMs)
  const answer = await sendStep(url, step, replay.variables)
  capture(step, answer, replay)
  expect(difference(step, answer, replay)).toBeUndefined()
}

function difference(step: Step, answer: Answer, replay: Replay): string | undefined {
  const found = verdict(step.expect, answer, replay)
  if (found === undefined) return undefined
  if (step.also !== undefined && verdict(step.also, answer, replay) === undefined) return undefined
  const intended = DIFFERENCES[step.id]
  return intended !== undefined && answer.status === intended.status ? undefined : found
}

function capture({ save }: Step, { status, body }: Answer, { variables }: Replay): void {
  if (status >= 400) return
  for (const [name, path] of Object.entries(save))
    variables.set(name, valueAt(readJson(body.toString()), path))
}
