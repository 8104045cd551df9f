import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  RolloutHistory,
  type RolloutHistoryInit,
} from '../../../../../../src/cli/commands/serve/rollouts/history/rollout-history.ts'
import { LocalTrees } from '../../../../../../src/cli/tracking/local-trees.ts'
import { StoreTransport } from '../../../../../../src/cli/tracking/store-transport.ts'
import type { ApiTransport, WireCall } from '../../../../../../src/client/api/api-transport.ts'
import { MlflowClient } from '../../../../../../src/client/mlflow-client.ts'
import { unreachable } from '../../../../../../src/core/errors.ts'
import type { Run } from '../../../../../../src/entities/run.ts'
import type { RolloutView } from '../../../../../../src/rollout/rollout-view.ts'
import { openStores } from '../../../../../../src/store/open-stores.ts'
import { temporaryFolder } from '../../../../../fixtures/temporary-folder.ts'
import { rolledBackView, youngView } from '../../../../../rollout/report/sample-views.ts'
import { IRIS_PLAN } from './iris-plan.ts'

/** A tracking server that is away when a test says so. */
class Server implements ApiTransport {
  readonly url = 'sqlite:///mlflow.db'
  isAway = false
  /** What calls that end a run wait for, and how many there were. */
  updating: Promise<void> | undefined
  updates = 0
  readonly #transport: StoreTransport

  constructor(folder: string) {
    const stores = openStores({ databaseUri: this.url, folder, access: 'write' })
    this.#transport = new StoreTransport(this.url, stores)
  }

  async answer(call: WireCall): Promise<string> {
    if (call.path.endsWith('runs/update')) {
      this.updates += 1
      await this.updating
    }
    return this.isAway ? Promise.reject(unreachable('nobody is there')) : this.#transport.answer(call)
  }

  /** A test looks at it after histories have closed it. */
  async close(): Promise<void> {}

  end(): Promise<void> {
    return this.#transport.close()
  }
}

const MINUTE = 60_000

let folder: string
let server: Server
let client: MlflowClient
let now: number
const histories: RolloutHistory[] = []

beforeEach(() => {
  folder = temporaryFolder()
  server = new Server(folder)
  client = new MlflowClient({}, { transport: server, trees: new LocalTrees(places()) })
  now = youngView().startedAt
})

afterEach(async () => {
  await Promise.all(histories.splice(0).map((history) => history.close()))
  await server.end()
})

function places() {
  return { artifactRoot: join(folder, 'mlartifacts'), folders: [folder] }
}

function opened(changes: Partial<RolloutHistoryInit> = {}) {
  const runs: string[] = []
  const told: string[] = []
  const history = new RolloutHistory({
    ...{ plan: IRIS_PLAN, models: [], experiment: 'headrace-rollouts', client, exchangesOutcomes: false },
    outcomeFolder: join(folder, 'outcomes'),
    onRun: (runId) => runs.push(runId),
    tell: (level, message) => told.push(`${level} ${message}`),
    now: () => now,
    ...changes,
  })
  histories.push(history)
  return { history, runs, told }
}

/** A second, which it is otherwise, is too short where other suites have the processor. */
function soon<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000 })
}

async function allRuns(): Promise<readonly Run[]> {
  const experiment = await client.getExperimentByName('headrace-rollouts')
  return experiment === undefined ? [] : client.searchRuns({ experimentIds: [experiment.experimentId] })
}

async function theRun(matches: (run: Run) => boolean = () => true): Promise<Run> {
  return soon(async () => {
    const runs = await allRuns()
    expect(runs).toHaveLength(1)
    const [run] = runs
    if (run === undefined || !matches(run)) throw new Error('not yet')
    return run
  })
}

async function values(run: Run, key: string): Promise<readonly (readonly [number, number])[]> {
  const history = await client.getMetricHistory(run.info.runId, key)
  return history.map(({ value, step }) => [value, Number(step)])
}

function ended(view: RolloutView, runId?: string): RolloutView {
  const { phase, cause, decision } = rolledBackView()
  return { ...view, phase, cause, decision, runId, epoch: view.epoch + 1, changedAt: view.startedAt + MINUTE }
}

describe('the run of a rollout', () => {
  test('has its plan, its models and how it stood, each minute and at each step', async () => {
    const { history, runs } = opened()
    const view = youngView()
    for (let second = 0; second <= 60; second++) {
      history.note({ ...view, runId: runs[0] })
      await theRun()
      now += 1000
    }
    history.note({ ...view, step: 1, runId: runs[0] })
    const run = await soon(async () => {
      const found = await theRun()
      expect(await values(found, 'step')).toHaveLength(3)
      return found
    })
    expect(run.info).toMatchObject({ runName: view.name, status: 'RUNNING', startTime: view.startedAt })
    expect(runs).toEqual([run.info.runId])
    expect(run.data.params).toContainEqual({ key: 'split', value: 'champion=90,challenger=10' })
    expect(run.data.params).toContainEqual({ key: 'guards.errors.floor', value: '0.02' })
    expect(run.data.tags).toContainEqual({
      key: 'headrace.variant.challenger',
      value: 'models:/iris@challenger (version 4)',
    })
    expect(await values(run, 'challenger/requests')).toEqual([
      [121, 0],
      [121, 60],
      [121, 61],
    ])
    expect(await values(run, 'champion/percent')).toHaveLength(3)
  })

  test('goes on where the clock was set back', async () => {
    const { history } = opened()
    history.note(youngView())
    now -= 60 * MINUTE
    history.note(youngView())
    const run = await theRun()
    await soon(async () => expect(await values(run, 'step')).toHaveLength(2))
  })

  test('ends with the report, the outcomes and a status', async () => {
    const { history, runs } = opened()
    const outcomes = join(folder, 'outcomes')
    mkdirSync(outcomes)
    writeFileSync(join(outcomes, 'host-1-abc.jsonl'), '{"outcome_id":"x"}\n')
    history.note(youngView())
    await theRun()
    history.note(ended(youngView(), runs[0]))
    const run = await theRun(({ info }) => info.status !== 'RUNNING')
    expect(run.info).toMatchObject({ status: 'FAILED', endTime: youngView().startedAt + MINUTE })
    const copy = await client.downloadArtifacts(run.info.runId)
    const page = readFileSync(join(copy, 'report.html'), 'utf8')
    expect(page).toContain('<!doctype html>')
    expect(page).not.toContain('href=')
    expect(JSON.parse(readFileSync(join(copy, 'report.json'), 'utf8'))).toMatchObject({
      phase: 'rolled-back',
    })
    expect(readFileSync(join(copy, 'outcomes', 'host-1-abc.jsonl'), 'utf8')).toBe('{"outcome_id":"x"}\n')
    expect(run.data.tags).toContainEqual({ key: 'mlflow.note.content', value: rolledBackView().decision })
  })

  test('is one of several replicas that begin at the same time', async () => {
    const replicas = [opened(), opened(), opened()]
    for (const { history } of replicas) history.note(youngView())
    const run = await soon(async () => {
      for (const { runs } of replicas) expect(runs).toHaveLength(1)
      return theRun()
    })
    for (const { runs } of replicas) expect(runs).toEqual([run.info.runId])
  })

  test('goes on after a restart, and is not ended twice', async () => {
    const first = opened()
    first.history.note(youngView())
    const { info } = await theRun()
    await first.history.close()
    const second = opened()
    second.history.note({ ...youngView(), runId: info.runId })
    second.history.note(ended(youngView(), info.runId))
    const { info: over } = await theRun(({ info: { status } }) => status === 'FAILED')
    await second.history.close()
    const third = opened()
    now += 60 * MINUTE
    third.history.note({ ...ended(youngView(), info.runId), changedAt: now, variants: [] })
    await third.history.close()
    expect((await theRun()).info).toEqual(over)
  })

  test('that begins again is another one', async () => {
    const { history, runs } = opened()
    history.note(youngView())
    await theRun()
    history.note(ended(youngView(), runs[0]))
    await theRun(({ info }) => info.status === 'FAILED')
    // The state still names the run of before.
    const again = { ...youngView(), startedAt: youngView().startedAt + 5 * MINUTE, runId: runs[0] }
    history.note(again)
    await soon(() => expect(runs).toHaveLength(2))
    history.note({ ...again, step: 3, runId: runs[1] })
    await soon(async () => {
      const run = (await allRuns()).find(({ info }) => info.runId === runs[1])
      expect(run === undefined ? [] : (await values(run, 'step')).map(([step]) => step)).toEqual([0, 3])
    })
    expect(await allRuns()).toHaveLength(2)
  })

  test('that begins again before its end leaves no run behind that runs', async () => {
    const { history, runs } = opened()
    history.note(youngView())
    const before = await theRun()
    history.note({ ...youngView(), startedAt: now + MINUTE, runId: before.info.runId })
    await soon(async () => {
      expect(runs).toHaveLength(2)
      expect((await client.getRun(before.info.runId)).info).toMatchObject({ status: 'KILLED', endTime: now })
    })
    expect((await client.getRun(runs[1]!)).info.status).toBe('RUNNING')
  })

  test('ends the run of another rollout whose name it has, unless that is over or gone', async () => {
    const { experimentId } = await client.getExperiment(await client.createExperiment('headrace-rollouts'))
    const { info } = await client.createRun(experimentId)
    const { history } = opened({ takenFrom: info.runId })
    history.note(youngView())
    await soon(async () => expect((await client.getRun(info.runId)).info.status).toBe('KILLED'))
    await client.setTerminated(info.runId, 'FINISHED')
    const later = opened({ takenFrom: info.runId })
    later.history.note(youngView())
    await later.history.close()
    expect((await client.getRun(info.runId)).info.status).toBe('FINISHED')
    const { history: last, told } = opened({ takenFrom: '0'.repeat(32) })
    last.note(youngView())
    await last.close()
    expect(told).toEqual([])
  })

  test('whose report was being written when it began again has a report of its own', async () => {
    const { history, runs } = opened()
    history.note(youngView())
    await theRun()
    const update = Promise.withResolvers<void>()
    server.updating = update.promise
    history.note(ended(youngView(), runs[0]))
    await soon(() => expect(server.updates).toBe(1))
    const again = { ...youngView(), startedAt: youngView().startedAt + MINUTE }
    history.note(again)
    update.resolve()
    await soon(() => expect(runs).toHaveLength(2))
    history.note({ ...ended(again, runs[1]) })
    await soon(async () => expect((await client.getRun(runs[1]!)).info.status).toBe('FAILED'))
    expect((await client.getRun(runs[0]!)).info.status).toBe('FAILED')
  })

  test('has what replicas of other machines did under their names', async () => {
    const { history } = opened()
    const { experimentId } = await client.getExperiment(await client.createExperiment('headrace-rollouts'))
    const { info } = await client.createRun(experimentId, { tags: { 'headrace.host': 'elsewhere' } })
    history.note({ ...youngView(), runId: info.runId })
    history.note(ended(youngView(), info.runId))
    const run = await theRun(({ info: { status } }) => status === 'FAILED')
    expect(await values(run, `replicas/${hostname()}/challenger/requests`)).not.toEqual([])
    expect(await values(run, 'challenger/requests')).toEqual([])
    const copy = await client.downloadArtifacts(run.info.runId)
    expect(readFileSync(join(copy, 'replicas', hostname(), 'report.json'), 'utf8')).toBe(
      readFileSync(join(copy, 'report.json'), 'utf8'),
    )
  })

  test('brings outcomes to replicas of other machines, which do not send them back', async () => {
    const folders = ['one', 'two'].map((name) => join(folder, name))
    for (const [index, place] of folders.entries()) {
      mkdirSync(place)
      writeFileSync(join(place, `host${index}-1-abc.jsonl`), `{"outcome_id":"${index}"}\n`)
    }
    const replicas = folders.map((outcomeFolder) => opened({ outcomeFolder, exchangesOutcomes: true }))
    await soon(() => {
      for (const { history, runs } of replicas) history.note({ ...youngView(), runId: runs[0] })
      now += MINUTE
      expect(readdirSync(folders[0] ?? '').sort()).toEqual(['host0-1-abc.jsonl', 'host1-1-abc.copy.jsonl'])
      expect(readdirSync(folders[1] ?? '').sort()).toEqual(['host0-1-abc.copy.jsonl', 'host1-1-abc.jsonl'])
    })
    const { info } = await theRun()
    const there = await client.listArtifacts(info.runId, 'outcomes')
    expect(there.map(({ path }) => path).sort()).toEqual([
      'outcomes/host0-1-abc.jsonl',
      'outcomes/host1-1-abc.jsonl',
    ])
  })

  test('is written when the tracking server is back, which is told once', async () => {
    const { history, told } = opened()
    server.isAway = true
    for (let minute = 0; minute < 3; minute++) {
      history.note(youngView())
      await soon(() => expect(told).toHaveLength(1))
      now += MINUTE
    }
    expect(told[0]).toContain('is not recorded for now: nobody is there')
    server.isAway = false
    history.note(youngView())
    const run = await theRun()
    await soon(async () => expect(await values(run, 'step')).toHaveLength(4))
    expect(told).toHaveLength(3)
    expect(told.join('\n')).toMatch(/The history of the rollout \S+ is recorded again by /)
  })

  test('holds nobody up at the end of a server', { retry: 4 }, async () => {
    const never: ApiTransport = { url: 'x', answer: () => new Promise(() => {}), close: async () => {} }
    const { history } = opened({
      client: new MlflowClient({}, { transport: never, trees: new LocalTrees(places()) }),
    })
    history.note(youngView())
    const before = performance.now()
    await history.close()
    expect(performance.now() - before).toBeLessThan(2000)
  })
})
