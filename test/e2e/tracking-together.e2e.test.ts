import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { startMlflowServer } from './support/mlflow-server.ts'
import { PostgresServer } from './support/postgres.ts'
import { TrackingCalls } from './support/tracking-calls.ts'
import { TrackingServer } from './support/tracking-server.ts'

const WRITERS = 4
const METRICS = 50

// Three servers one after the other, each of which may take two minutes to start on a machine with much to do.
vi.setConfig({ testTimeout: 400_000 })

interface AnyServer {
  readonly url: string
  stop(): Promise<unknown>
}
type Start = (databaseUri: string, folder: string) => Promise<AnyServer>

const headrace: Start = (backendStoreUri, folder) => TrackingServer.start({ backendStoreUri, folder })
const mlflow: Start = (backendStoreUri, folder) => startMlflowServer({ backendStoreUri, folder })

let postgres: PostgresServer
beforeAll(async () => {
  postgres = await PostgresServer.start()
})
afterAll(() => postgres?.stop())

describe.each([
  ['a SQLite file', async (folder: string) => `sqlite:///${join(folder, 'mlflow.db')}`],
  ['a PostgreSQL database', async () => postgres.createDatabase()],
] as const)('%s', (_, create) => {
  test.each([
    ['MLflow first', [mlflow, headrace, mlflow]],
    ['Headrace first', [headrace, mlflow, headrace]],
  ] as const)('is opened by both servers in turn, %s', async (_order, starts) => {
    const folder = temporaryFolder()
    const uri = await create(folder)
    const names: string[] = []
    for (const [index, start] of starts.entries()) {
      await using server = await opened(start, uri, folder)
      const calls = new TrackingCalls(server.url)
      if (index === 0) await calls.createExperiment('shared')
      else expect(await calls.runNames('1')).toEqual(names)
      const name = `run ${index}`
      const runId = await calls.createRun('1', name)
      names.push(name)
      await calls.post('runs/log-batch', {
        ...{ run_id: runId, params: [{ key: 'p', value: 'ü' }], tags: [{ key: 't', value: '1' }] },
        metrics: [1, 2, 3].map((step) => ({ key: 'm', value: step / 2, timestamp: step, step })),
      })
      await calls.post('registered-models/create', { name: `model ${index}` })
      await useModel(calls, index)
    }
  })

  test.each([
    ['MLflow made it', mlflow, headrace],
    ['Headrace made it', headrace, mlflow],
  ] as const)('is written by both servers at the same time, %s', async (_order, first, second) => {
    const folder = temporaryFolder()
    const uri = await create(folder)
    await using one = await opened(first, uri, folder)
    await using two = await opened(second, uri, folder)
    const calls = [new TrackingCalls(one.url), new TrackingCalls(two.url)] as const
    const experiment = await calls[0].createExperiment('shared')
    const runs = await Promise.all(
      calls.flatMap((client) =>
        Array.from({ length: WRITERS }, (_, index) => write(client, experiment, index)),
      ),
    )
    const wanted = Array.from({ length: METRICS }, (_, step) => step)
    for (const client of calls) {
      expect(await client.runNames(experiment)).toHaveLength(2 * WRITERS)
      for (const runId of runs) expect(await client.history(runId, 'm')).toEqual(wanted)
    }
  })
})

async function opened(start: Start, uri: string, folder: string): Promise<AnyServer & AsyncDisposable> {
  const server = await start(uri, folder)
  return {
    url: server.url,
    stop: () => server.stop(),
    [Symbol.asyncDispose]: async () => {
      await server.stop()
    },
  }
}

/** What the servers before left is there, with what they set. */
async function useModel(calls: TrackingCalls, index: number): Promise<void> {
  for (let before = 0; before <= index; before += 1) {
    await calls.post('registered-models/set-tag', { name: `model ${before}`, key: `by ${index}`, value: 'x' })
    const { registered_model: model } = await calls.get<{ registered_model: { tags: unknown[] } }>(
      'registered-models/get',
      { name: `model ${before}` },
    )
    expect(model.tags).toHaveLength(index - before + 1)
  }
}

async function write(calls: TrackingCalls, experiment: string, writer: number): Promise<string> {
  const runId = await calls.createRun(experiment, `writer ${writer}`)
  for (let step = 0; step < METRICS; step += 1) {
    await calls.post('runs/log-metric', { run_id: runId, key: 'm', value: step, timestamp: step, step })
  }
  return runId
}
