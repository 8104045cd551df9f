import { Command } from 'commander'
import { beforeEach, describe, expect, test } from 'vitest'
import { ServingRecord } from '../../../../src/cli/commands/serve/track/serving-record.ts'
import { settingParams } from '../../../../src/cli/commands/serve/track/setting-params.ts'
import { SERVE_SETTINGS, type ServeSettings } from '../../../../src/cli/config.ts'
import { addSettings } from '../../../../src/cli/setting.ts'
import { LocalTrees } from '../../../../src/cli/tracking/local-trees.ts'
import { StoreTransport } from '../../../../src/cli/tracking/store-transport.ts'
import type { ApiTransport, WireCall } from '../../../../src/client/api/api-transport.ts'
import { MlflowClient } from '../../../../src/client/mlflow-client.ts'
import { unavailable, unreachable } from '../../../../src/core/errors.ts'
import { openStores } from '../../../../src/store/open-stores.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'
import { FiguresOfRequests } from './support/figures-of-requests.ts'

/** A tracking server that is away when a test says so. */
class Server implements ApiTransport {
  readonly url = 'sqlite:///mlflow.db'
  isAway = false
  isLocked = false
  readonly #transport: StoreTransport

  constructor() {
    const folder = temporaryFolder()
    const stores = openStores({ databaseUri: this.url, folder, access: 'write' })
    this.#transport = new StoreTransport(this.url, stores)
  }

  answer(call: WireCall): Promise<string> {
    if (this.isLocked && call.path.endsWith('/log-batch')) {
      return Promise.reject(unavailable('database is locked'))
    }
    return this.isAway ? Promise.reject(unreachable('nobody is there')) : this.#transport.answer(call)
  }

  close(): Promise<void> {
    return this.#transport.close()
  }
}

function settingsOf(...args: readonly string[]): ServeSettings {
  const command = new Command().helpOption('--help').action(() => {})
  addSettings(command, SERVE_SETTINGS)
  return command.parse([...args], { from: 'user' }).opts<ServeSettings>()
}

const START = 1_000_000

let server: Server
let client: MlflowClient
let figures: FiguresOfRequests
let told: string[]
let record: ServingRecord

beforeEach(() => {
  server = new Server()
  const trees = new LocalTrees({ artifactRoot: undefined, folders: [] })
  client = new MlflowClient({}, { transport: server, trees })
  figures = new FiguresOfRequests()
  told = []
  const settings = settingsOf('-m', 'models:/iris@champion', '--track-run-name', 'tuesday')
  record = new ServingRecord(
    { settings, experiment: 'serving', startedAt: START },
    client,
    (level, message) => told.push(`${level} ${message}`),
  )
})

async function run() {
  const { experimentId = '' } = (await client.getExperimentByName('serving')) ?? {}
  const [found] = await client.searchRuns({ experimentIds: [experimentId] })
  return found
}

describe('the run of a server', () => {
  test('has its settings, its models and what it did', async () => {
    await record.record(await figures.gather(), START + 1000)
    for (let count = 0; count < 4; count++) figures.answer(200, 5)
    await record.record(await figures.gather(), START + 3000)
    await record.end(await figures.gather(), START + 4000, 'FINISHED')
    const { info, data } = (await run()) ?? {}
    expect(info).toMatchObject({
      runName: 'tuesday',
      status: 'FINISHED',
      startTime: START,
      endTime: START + 4000,
    })
    expect(data?.params).toContainEqual({ key: 'modelUri', value: 'models:/iris@champion' })
    expect(data?.tags).toContainEqual({
      key: 'headrace.model.iris.1',
      value: 'models:/iris@champion (version 1, onnxruntime, pool)',
    })
    const history = await client.getMetricHistory(info?.runId ?? '', 'iris/requests_per_second')
    expect(history.map(({ value, step, timestamp }) => [value, step, timestamp])).toEqual([
      [2, 3, START + 3000],
      [0, 4, START + 4000],
    ])
  })

  test('goes on when the tracking server is back, and says once that it was away', async () => {
    server.isAway = true
    for (let second = 1; second <= 5; second++) {
      figures.answer(200, 5)
      await record.record(await figures.gather(), START + 1000 * second)
    }
    expect(told).toEqual(['warn What is served is not recorded for now: nobody is there'])
    server.isAway = false
    await record.record(await figures.gather(), START + 6000)
    expect(told).toHaveLength(3)
    const history = await client.getMetricHistory((await run())?.info.runId ?? '', 'iris/requests')
    expect(history.map(({ value }) => value)).toEqual([1, 1, 1, 1, 0])
  })

  test('has the logged model of what is served as an input, also where the server was away at first', async () => {
    const experimentId = await client.createExperiment('training')
    const { modelId } = await client.createLoggedModel(experimentId, { name: 'iris' })
    await client.createRegisteredModel('iris')
    await client.createModelVersion('iris', `models:/${modelId}`, { modelId })
    server.isAway = true
    await record.record(await figures.gather(), START + 1000)
    server.isAway = false
    await record.record(await figures.gather(), START + 2000)
    expect((await run())?.inputs?.modelInputs).toEqual([{ modelId }])
  })

  test('has the points of a time in which the database was locked', async () => {
    await record.record(await figures.gather(), START + 1000)
    server.isLocked = true
    figures.answer(200, 5)
    await record.record(await figures.gather(), START + 2000)
    server.isLocked = false
    await record.record(await figures.gather(), START + 3000)
    const history = await client.getMetricHistory((await run())?.info.runId ?? '', 'iris/requests')
    expect(history.map(({ value }) => value)).toEqual([1, 0])
  })

  test('does not remember a server that is away for days point by point', async () => {
    server.isAway = true
    const looked = await figures.gather()
    for (let second = 1; second <= 12_000; second++) await record.record(looked, START + 1000 * second)
    server.isAway = false
    await record.record(looked, START + 12_001_000)
    expect(told.at(-1)).toMatch(/\d+ points of the time before are lost/)
    expect((await run())?.data.params).toContainEqual({ key: 'port', value: '5000' })
  })

  test('has no secrets among its params', () => {
    const settings = settingsOf(
      ...['-m', 'https://user:secret@host/model', '--api-key', 'secret', '--control-token', 'secret'],
      ...['--tracking-uri', 'postgresql://user:secret@host/db'],
    )
    const params = settingParams(settings)
    expect(JSON.stringify(params)).not.toContain('secret')
    expect(params).toContainEqual({ key: 'modelUri', value: 'https://host/model' })
  })
})
