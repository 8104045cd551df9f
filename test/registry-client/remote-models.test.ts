import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ModelResolver, ModelResolverOptions } from '../../src/registry-client/model-resolver.ts'
import type { Stores } from '../../src/store/stores.ts'
import type { WebServer } from '../client/support/web-server.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { clientOf, modelFolder, openRegistry } from './fixtures/model-folder.ts'
import { startStoreServer } from './fixtures/store-server.ts'

const RUN = 'a'.repeat(32)

/** The machine with the server, and the one with Headrace. */
let there: string
let here: string
let stores: Stores
let server: WebServer
const clients: ModelResolver[] = []

beforeEach(async () => {
  there = temporaryFolder()
  here = temporaryFolder()
  stores = openRegistry(there)
  server = await startStoreServer(stores, join(there, 'mlartifacts'))
  await stores.registry.registeredModels.create({ name: 'iris' })
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
  await stores.close()
})

/** A client on this machine whose registry and tracking store the server is. */
function client(options: Partial<ModelResolverOptions> & { readonly url?: string } = {}): ModelResolver {
  const { url = server.url, ...others } = options
  const location = { uri: url, folder: here }
  const locations = { registry: location, tracking: location }
  const made = clientOf(here, { locations, access: { maxRetries: 0 }, ...others })
  clients.push(made)
  return made
}

/** Puts a model where the server's artifacts are. @returns its URI */
function upload(path: string, content?: string): string {
  mkdirSync(join(there, 'mlartifacts', path, '..'), { recursive: true })
  cpSync(modelFolder(content), join(there, 'mlartifacts', path), { recursive: true })
  return `mlflow-artifacts:/${path}`
}

async function register(source: string): Promise<string> {
  return (await stores.registry.modelVersions.create({ name: 'iris', source })).version
}

/** A run whose artifacts are at `uri`, in the experiment that it belongs to. */
async function addRun(uri: string): Promise<string> {
  const { experimentId } = await stores.tracking.experiments.create('trees', 'mlflow-artifacts:/1')
  const raw = new Database(join(there, 'mlflow.db'))
  raw
    .prepare(
      `INSERT INTO runs (run_uuid, name, experiment_id, artifact_uri, status, lifecycle_stage)
       VALUES (?, 'first', ?, ?, 'FINISHED', 'active')`,
    )
    .run(RUN, Number(experimentId), uri)
  raw.close()
  return experimentId
}

async function addLoggedModel(experimentId: string, name: string, sourceRunId = RUN): Promise<string> {
  const { modelId } = await stores.tracking.loggedModels.create({ experimentId, name, sourceRunId })
  await stores.tracking.loggedModels.finalize(modelId, 'READY')
  return modelId
}

function weightsOf({ path }: { readonly path: string }): string {
  return readFileSync(join(path, 'model.onnx'), 'utf8')
}

describe('a model of a server', () => {
  test('is fetched once, and known by its alias and version', async () => {
    await register(upload('0/iris'))
    await stores.registry.registeredModels.setAlias('iris', 'champion', '1')
    const first = await client().resolve('models:/iris/champion')
    expect(first).toMatchObject({
      uri: 'models:/iris/champion',
      canonicalUri: 'models:/iris@champion',
      name: 'iris',
      version: '1',
      alias: 'champion',
      origin: { kind: 'downloaded', location: 'mlflow-artifacts:/0/iris', registry: server.url },
    })
    expect(weightsOf(first)).toBe('weights')
    const second = await client().resolve('models:/iris/1')
    expect(second).toMatchObject({
      canonicalUri: 'models:/iris/1',
      path: first.path,
      origin: { kind: 'cached' },
    })
  })

  test('is the new one after its alias moved', async () => {
    await register(upload('0/a', 'one'))
    await register(upload('0/b', 'two'))
    await stores.registry.registeredModels.setAlias('iris', 'champion', '1')
    expect(weightsOf(await client().resolve('models:/iris@champion'))).toBe('one')
    await stores.registry.registeredModels.setAlias('iris', 'champion', '2')
    const moved = await client().resolve('models:/iris@champion')
    expect([weightsOf(moved), moved.version]).toEqual(['two', '2'])
  })

  test('is found by latest, by stage and by its logged model', async () => {
    await register(upload('0/iris'))
    await stores.registry.modelVersions.transitionStage({
      ...{ name: 'iris', version: '1', stage: 'Staging', archiveExistingVersions: false },
    })
    const { experimentId } = await stores.tracking.experiments.create('trees', 'mlflow-artifacts:/1')
    const modelId = await addLoggedModel(experimentId, 'oak')
    upload(`1/models/${modelId}/artifacts`, 'oak')
    for (const uri of ['models:/iris/latest', 'models:/iris/staging']) {
      expect(await client().resolve(uri)).toMatchObject({ canonicalUri: 'models:/iris/1' })
    }
    const oak = await client().resolve(`models:/${modelId}`)
    expect([oak.name, oak.version, weightsOf(oak)]).toEqual(['oak', undefined, 'oak'])
  })

  test('shows nowhere what the registry was told as a password', async () => {
    await register(upload('0/iris'))
    const url = server.url.replace('//', '//ann:secret@')
    const model = await client({ url }).resolve('models:/iris/1')
    expect(JSON.stringify(model)).not.toContain('secret')
    expect(server.requests[0]?.headers.authorization).toMatch(/^Basic /)
  })

  test('is named with what is there instead, where it is not', async () => {
    await register(upload('0/iris'))
    await expect(client().resolve('models:/iris@nobody')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: "Registered model alias nobody not found. 'iris' has the versions 1 and no aliases.",
    })
  })

  test('is read in place where the server names a folder of this machine', async () => {
    const path = modelFolder()
    await register(`file://${path}`)
    expect(await client().resolve('models:/iris/1')).toMatchObject({
      path,
      origin: { kind: 'local', registry: server.url },
    })
  })

  test('on the own disk of a server is refused with what to do', async () => {
    await register('/srv/nowhere/iris')
    await expect(client().resolve('models:/iris/1')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: expect.stringMatching(
        /\/srv\/nowhere\/iris, on the own disk of the server .*--serve-artifacts/,
      ),
    })
  })

  test('whose location leads in a circle is refused', async () => {
    // In capitals, which a store does not look up when the version is made.
    await register('MODELS:/iris/2')
    await register('MODELS:/iris/1')
    await expect(client().resolve('models:/iris/1')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('without coming to an end'),
    })
  })

  test('is found over a registry that is not the tracking store', async () => {
    const elsewhere = temporaryFolder()
    const registry = openRegistry(elsewhere)
    await registry.registry.registeredModels.create({ name: 'roses' })
    await addRun('mlflow-artifacts:/1/run/artifacts')
    upload('1/run/artifacts/model', 'run')
    await registry.registry.modelVersions.create({ name: 'roses', source: `runs:/${RUN}/model` })
    await registry.close()
    const locations = {
      registry: { uri: 'sqlite:///mlflow.db', folder: elsewhere },
      tracking: { uri: server.url, folder: here },
    }
    const roses = await client({ locations }).resolve('models:/roses/1')
    expect([roses.name, roses.version, weightsOf(roses)]).toEqual(['roses', '1', 'run'])
    expect(roses.origin).toMatchObject({ kind: 'downloaded', registry: 'sqlite:///mlflow.db' })
  })
})

describe('a model of a run', () => {
  test('is what the run logged at the path', async () => {
    await addRun('mlflow-artifacts:/1/run/artifacts')
    upload('1/run/artifacts/a/model', 'run')
    const model = await client().resolve(`runs:/${RUN}/a/model`)
    expect(model).toMatchObject({ canonicalUri: `runs:/${RUN}/a/model`, name: 'model', version: undefined })
    expect(weightsOf(model)).toBe('run')
  })

  test('is the logged model of that run and name, where the run has nothing there', async () => {
    const experimentId = await addRun('mlflow-artifacts:/1/run/artifacts')
    const mine = await addLoggedModel(experimentId, 'oak')
    const others = await addLoggedModel(experimentId, 'oak', 'b'.repeat(32))
    upload(`1/models/${mine}/artifacts`, 'mine')
    upload(`1/models/${others}/artifacts`, 'others')
    expect(weightsOf(await client().resolve(`runs:/${RUN}/oak`))).toBe('mine')
  })

  test('that is not there is not found', async () => {
    await addRun('mlflow-artifacts:/1/run/artifacts')
    for (const uri of [`runs:/${RUN}/nothing`, 'runs:/nothing/oak']) {
      await expect(client().resolve(uri)).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
    }
  })

  test('is found in a database and its own folder too', async () => {
    await addRun(join(there, 'runs/1/artifacts'))
    mkdirSync(join(there, 'runs/1/artifacts'), { recursive: true })
    renameSync(modelFolder('local'), join(there, 'runs/1/artifacts/model'))
    const local = clientOf(there)
    expect(weightsOf(await local.resolve(`runs:/${RUN}/model`))).toBe('local')
    await local.close()
  })
})

describe('artifacts', () => {
  test.each([
    ['mlflow-artifacts:/0/iris', () => 'mlflow-artifacts:/0/iris'],
    [
      'mlflow-artifacts://host:port/0/iris',
      () => server.url.replace('http', 'mlflow-artifacts').concat('/0/iris'),
    ],
    ['http://…/0/iris', () => `${server.url}/api/2.0/mlflow-artifacts/artifacts/0/iris`],
  ])('are fetched from %s', async (_, uri) => {
    upload('0/iris')
    const model = await client().resolve(uri())
    expect(model).toMatchObject({ canonicalUri: uri(), name: 'iris', origin: { kind: 'downloaded' } })
    expect(weightsOf(model)).toBe('weights')
  })

  test('of a single model file are that file', async () => {
    upload('0/iris')
    expect((await client().resolve('mlflow-artifacts:/0/iris/model.onnx')).path).toMatch(/\/model\.onnx$/)
  })

  test('of the embedded store are read in place', async () => {
    upload('0/iris')
    const local = clientOf(there)
    expect(await local.resolve('mlflow-artifacts:/0/iris')).toMatchObject({
      path: join(there, 'mlartifacts/0/iris'),
      origin: { kind: 'local' },
    })
    await local.close()
  })
})

describe('without its registry, a model', () => {
  const said: { readonly level: string; readonly text: string }[] = []
  const log = {
    info: (_: object, text: string) => said.push({ level: 'info', text }),
    warn: (_: object, text: string) => said.push({ level: 'warn', text }),
  }

  beforeEach(async () => {
    said.length = 0
    await register(upload('0/iris'))
    await stores.registry.registeredModels.setAlias('iris', 'champion', '1')
    await client().resolve('models:/iris@champion')
  })

  test('is served as it was, with one warning, after a short time', async () => {
    server.close()
    const startedAt = performance.now()
    const model = await client({ log, access: {} }).resolve('models:/iris/champion')
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    expect(model).toMatchObject({
      version: '1',
      alias: 'champion',
      origin: { kind: 'offline', registry: server.url },
    })
    expect(weightsOf(model)).toBe('weights')
    expect(said).toEqual([
      {
        level: 'warn',
        text: expect.stringMatching(
          /^The registry does not answer .*iris@champion \(version 1\) is served from the cache, as it was on 20/,
        ),
      },
    ])
  })

  test('is found by its version too', async () => {
    server.close()
    expect(await client().resolve('models:/iris/1')).toMatchObject({ version: '1', alias: undefined })
  })

  test('that was found a moment ago is not asked for again, and is where no copy of it is whole', async () => {
    const pinned = { takesCopy: true }
    const asked = server.requests.length
    const model = await client().resolve('models:/iris/1', pinned)
    expect([model.origin.kind, weightsOf(model), server.requests.length]).toEqual([
      'cached',
      'weights',
      asked,
    ])
    writeFileSync(join(model.path, 'model.onnx'), 'Weights')
    expect(weightsOf(await client().resolve('models:/iris/1', pinned))).toBe('weights')
    expect(server.requests.length).toBeGreaterThan(asked)
  })

  test('of a web folder is served as it was', async () => {
    const uri = `${server.url}/api/2.0/mlflow-artifacts/artifacts/0/iris/`
    await client().resolve(uri)
    server.close()
    const startedAt = performance.now()
    expect(await client({ access: {} }).resolve(uri)).toMatchObject({
      name: 'iris',
      origin: { kind: 'offline', registry: undefined },
    })
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })

  test('that was damaged is not served', async () => {
    const { path } = await client().resolve('models:/iris@champion')
    writeFileSync(join(path, 'model.onnx'), 'Weights')
    server.close()
    await expect(client().resolve('models:/iris@champion')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
    })
  })

  test('is taken from the cache without asking, where that is wished', async () => {
    const asked = server.requests.length
    const model = await client({ log, offline: true }).resolve('models:/iris@champion')
    expect([model.origin.kind, weightsOf(model), server.requests.length]).toEqual([
      'offline',
      'weights',
      asked,
    ])
    expect(said).toEqual([{ level: 'info', text: expect.stringContaining('--offline') }])
  })

  test('that is not in the cache is refused with what is there', async () => {
    await expect(client({ offline: true }).resolve('models:/roses/1')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: expect.stringMatching(
        /models:\/roses\/1 is not in the cache.*models:\/iris@champion \(version 1\)/,
      ),
    })
    await expect(client({ offline: true }).resolve('http://ann:secret@host/model')).rejects.toMatchObject({
      message: expect.not.stringContaining('secret'),
    })
  })

  test('on this machine is served all the same', async () => {
    const path = modelFolder()
    expect(await client({ offline: true }).resolve(path)).toMatchObject({ path })
    await register(path)
    const local = clientOf(there, { offline: true })
    expect(await local.resolve('models:/iris/2')).toMatchObject({ path, origin: { kind: 'local' } })
    await local.close()
  })
})
