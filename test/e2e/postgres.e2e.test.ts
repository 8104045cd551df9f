import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openStores } from '../../src/store/open-stores.ts'
import type { Stores } from '../../src/store/stores.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { HeadraceProcess, ROOT, run } from './support/headrace-process.ts'
import { PostgresServer } from './support/postgres.ts'
import { python } from './support/python.ts'

const CHAMPION = join(ROOT, 'models/iris/2')

/** What MLflow wrote, by the ids that it gave. */
interface Written {
  readonly runId: string
  readonly modelId: string
  readonly pendingId: string
  readonly experimentId: string
  readonly artifactUri: string
}

let server: PostgresServer
let uri: string
let folder: string
let written: Written

beforeAll(async () => {
  server = await PostgresServer.start()
  uri = await server.createDatabase()
  folder = temporaryFolder()
  written = JSON.parse((await python(WRITE, { cwd: folder, env: { MLFLOW_TRACKING_URI: uri } })).trim())
})
afterAll(() => server.stop())

const WRITE = `
import json, warnings
warnings.filterwarnings('ignore')
import mlflow, onnx
client = mlflow.MlflowClient()
experiment = client.create_experiment('flowers', tags={'team': 'blue'})
mlflow.set_experiment('flowers')
model = onnx.load('${CHAMPION}/model.onnx')
with mlflow.start_run(run_name='first') as run:
    logged = mlflow.onnx.log_model(model, name='iris', registered_model_name='iris')
    mlflow.log_artifacts('${CHAMPION}', 'plain')
again = mlflow.onnx.log_model(model, name='iris')
mlflow.register_model(again.model_uri, 'iris', tags={'a': 'b'})
client.set_registered_model_alias('iris', 'champion', 1)
client.transition_model_version_stage('iris', '2', 'Production')
client.update_registered_model('iris', description='flowers')
client.create_registered_model('empty')
client.register_prompt(name='hello', template='Hello {{name}}')
pending = client.create_logged_model(experiment, name='later')
print(json.dumps({'runId': run.info.run_id, 'modelId': logged.model_id, 'pendingId': pending.model_id,
  'experimentId': experiment, 'artifactUri': run.info.artifact_uri}))
`

describe('the stores on a PostgreSQL database that MLflow made', () => {
  let stores: Stores

  beforeAll(() => {
    stores = openStores({ databaseUri: uri, folder, access: 'read' })
  })
  afterAll(() => stores.close())

  test('read registered models, and leave prompts out', async () => {
    const models = await stores.registry.registeredModels.list()
    expect(models.map(({ name }) => name)).toEqual(['empty', 'iris'])
    const iris = await stores.registry.registeredModels.get('iris')
    expect(iris).toMatchObject({ description: 'flowers', aliases: [{ alias: 'champion', version: '1' }] })
    expect(iris.latestVersions.map(({ version, currentStage }) => [version, currentStage])).toEqual([
      ['1', 'None'],
      ['2', 'Production'],
    ])
    expect(typeof iris.creationTimestamp).toBe('number')
  })

  test('read versions by number, alias, latest and stage', async () => {
    const { registry } = stores
    expect(await registry.modelVersions.get('iris', '1')).toMatchObject({
      status: 'READY',
      runId: written.runId,
      aliases: ['champion'],
      source: `models:/${written.modelId}`,
    })
    expect((await registry.modelVersions.getByAlias('iris', 'champion')).version).toBe('1')
    expect((await registry.modelVersions.getByAlias('iris', 'latest')).version).toBe('2')
    expect(
      (await registry.modelVersions.getLatest('iris', ['production'])).map(({ version }) => version),
    ).toEqual(['2'])
    expect((await registry.modelVersions.ofModel('iris')).map(({ tags }) => tags)).toEqual([
      [{ key: 'a', value: 'b' }],
      [],
    ])
    expect(await registry.modelVersions.getDownloadUri('iris', '1')).toContain(
      `/models/${written.modelId}/artifacts`,
    )
  })

  test.each([
    ['a model', (registry: Stores['registry']) => registry.registeredModels.get('roses')],
    ['a version', (registry: Stores['registry']) => registry.modelVersions.get('iris', '3')],
    ['no number', (registry: Stores['registry']) => registry.modelVersions.get('iris', '99999999999999')],
  ])('say what is not there: %s', async (_, ask) => {
    await expect(ask(stores.registry)).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  test('refuse what no column can hold, and go on', async () => {
    await expect(stores.registry.registeredModels.get('a\0b')).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    await expect(stores.registry.modelVersions.getByAlias('iris', 'nobody')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    })
    expect((await stores.registry.registeredModels.get('iris')).name).toBe('iris')
  })

  test('read runs, experiments and logged models', async () => {
    const { tracking } = stores
    const { runId, modelId, experimentId, artifactUri } = written
    expect(await tracking.runs.getInfo(runId)).toMatchObject({
      runName: 'first',
      status: 'FINISHED',
      experimentId,
      artifactUri,
    })
    expect(await tracking.experiments.get(experimentId)).toMatchObject({
      name: 'flowers',
      tags: expect.arrayContaining([{ key: 'team', value: 'blue' }]),
    })
    expect(await tracking.experiments.findByName('flowers')).toMatchObject({ experimentId })
    expect(await tracking.loggedModels.get(modelId)).toMatchObject({
      name: 'iris',
      status: 'READY',
      sourceRunId: runId,
    })
    expect((await tracking.loggedModels.get(written.pendingId)).status).toBe('PENDING')
    const found = await tracking.loggedModels.ofName({ experimentId, name: 'iris' })
    expect(found).toHaveLength(2)
    expect(found[1]?.modelId).toBe(modelId)
    await expect(tracking.runs.getInfo('nothing')).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
    await expect(tracking.experiments.get('77')).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  test('write nothing where they were opened to read', async () => {
    await expect(stores.registry.registeredModels.create({ name: 'roses' })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    })
  })

  test('go on after the connection broke', async () => {
    await python(
      `
import sqlalchemy, sys
engine = sqlalchemy.create_engine(sys.argv[1])
with engine.connect() as connection:
    connection.execute(sqlalchemy.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'headrace'"))
`,
      { args: [uri] },
    )
    // It is told of the end of its connection a moment later.
    const read = async () => (await stores.registry.registeredModels.get('iris')).name
    await vi.waitFor(async () => expect(await read()).toBe('iris'), { timeout: 10_000 })
  })
})

describe('a PostgreSQL database', () => {
  test.each(['postgresql', 'postgres', 'postgresql+psycopg2', 'postgresql+psycopg'])(
    'is read through a URI that begins with %s:',
    async (scheme) => {
      const { code, stdout } = await headrace(uri.replace('postgresql+psycopg2', scheme), 'list')
      expect({ code, names: stdout.match(/^\w+/gm) }).toEqual({ code: 0, names: ['NAME', 'empty', 'iris'] })
    },
  )

  test.each([
    ['a wrong password', () => uri.replace(/:[^:@]+@/, ':wrong-secret@'), /password authentication failed/],
    ['no such database', () => server.uri('nothing'), /no such database/],
    ['no tables', () => server.uri('postgres'), /mlflow db upgrade/],
    ['encryption that the server has not', () => `${uri}?sslmode=require`, /SSL/],
  ])('is refused in one line that does not hold the password: %s', async (_, target, expected) => {
    const { code, stderr } = await headrace(target(), 'list')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^headrace: [^\n]+\n$/)
    expect(stderr).toMatch(expected)
    expect(stderr).not.toMatch(/secret|p%40ss|p@ss/)
  })

  test('is changed by headrace models', async () => {
    const { code, stderr } = await headrace(uri, 'alias', 'iris', 'second', '2')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { stdout } = await headrace(uri, 'show', 'models:/iris@second', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ version: '2' })
  })

  test('leads to models of every form, which are served from where they lie', async () => {
    for (const model of [
      'models:/iris@champion',
      'models:/iris/Production',
      `models:/${written.modelId}`,
      `runs:/${written.runId}/iris`,
      `runs:/${written.runId}/plain`,
    ]) {
      const { code, stdout, stderr } = await headrace(uri, 'show', model, '--json')
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(JSON.parse(stdout)).toMatchObject({
        path: expect.stringContaining(folder),
        origin: {
          kind: 'local',
          registry: expect.stringMatching(/^postgresql:\/\/127\.0\.0\.1:\d+\/mlflow_1$/),
        },
      })
    }
  })

  test('serves a model by its alias', async () => {
    const serve = new HeadraceProcess({
      args: ['serve', '-m', 'models:/iris@champion', '-p', '0'],
      cwd: folder,
      env: { MLFLOW_TRACKING_URI: uri },
    })
    try {
      const url = await serve.listening()
      const reply = await fetch(`${url}/invocations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ inputs: [[5.1, 3.5, 1.4, 0.2]] }),
      })
      expect(reply.status).toBe(200)
      expect(serve.output).not.toMatch(/p%40ss|p@ss/)
    } finally {
      await serve.stop()
    }
  })

  test('needs a folder for what its MLflow server serves as mlflow-artifacts:/', async () => {
    const proxied = await server.createDatabase()
    await python(
      `
import mlflow, os, onnx, sys
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
SqlAlchemyStore(os.environ['MLFLOW_TRACKING_URI'], 'mlflow-artifacts:/')
client = mlflow.MlflowClient()
client.create_registered_model('iris')
client._get_registry_client().store.create_model_version('iris', 'mlflow-artifacts:/0/iris/2')
`,
      { cwd: folder, env: { MLFLOW_TRACKING_URI: proxied } },
    )
    const missing = await headrace(proxied, 'show', 'models:/iris/1')
    expect(missing.stderr).toMatch(
      /mlflow-artifacts:\/0\/iris\/2, .*--artifacts-destination.*MLFLOW_TRACKING_URI=http/,
    )
    await run({ args: ['models', 'download', CHAMPION, '-d', join(folder, 'root/0/iris/2')], cwd: folder })
    const found = await headrace(proxied, 'show', 'models:/iris/1', '--artifacts-destination', 'root')
    expect({ code: found.code, stderr: found.stderr }).toEqual({ code: 0, stderr: '' })
  })
})

async function headrace(trackingUri: string, ...args: readonly string[]) {
  return run({
    args: ['models', ...args],
    cwd: folder,
    env: { MLFLOW_TRACKING_URI: trackingUri, HEADRACE_CACHE_DIR: join(folder, 'cache') },
  })
}
