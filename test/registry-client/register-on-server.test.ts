import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ServerTransport } from '../../src/client/api/server-transport.ts'
import { ServerTrees } from '../../src/client/artifacts/server-trees.ts'
import { Connection } from '../../src/client/connection.ts'
import { MlflowClient } from '../../src/client/mlflow-client.ts'
import type { ModelRegistration } from '../../src/registry-client/model-registration.ts'
import { ServerRegistryWriter } from '../../src/registry-client/server-registry-writer.ts'
import { type Mischievous, RegistryProxy } from '../e2e/support/registry-proxy.ts'
import { TrackingServer } from '../e2e/support/tracking-server.ts'
import { modelFolder } from './fixtures/model-folder.ts'

const CREATE_VERSION = /^POST .*\/model-versions\/create/

let server: TrackingServer
let proxy: RegistryProxy
let client: MlflowClient
let writer: ServerRegistryWriter
/** Of the registered model of one test. */
let name: string

beforeAll(async () => {
  server = await TrackingServer.start()
  proxy = await RegistryProxy.start({ target: server.url })
})
afterAll(async () => {
  await proxy?.close()
  await server?.stop()
})

beforeEach(() => {
  const connection = new Connection({ url: proxy.url, maxRetries: 0 })
  const trees = new ServerTrees(connection)
  client = new MlflowClient({}, { transport: new ServerTransport(connection), trees })
  writer = new ServerRegistryWriter({ client, trees })
  proxy.mischief = () => undefined
  name = `iris ${crypto.randomUUID()}`
})
afterEach(() => writer.close())

function register(registration: Partial<ModelRegistration> = {}) {
  return writer.register({ path: modelFolder(), name, ...registration })
}

/** Files of logged models on the server's disk. */
function storedFiles(): readonly string[] {
  const root = join(server.folder, 'mlartifacts')
  if (!existsSync(root)) return []
  const entries = readdirSync(root, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function loggedModels(): Promise<readonly string[]> {
  const found = await client.searchLoggedModels({ experimentIds: ['0'] })
  return found.map(({ modelId }) => modelId)
}

/** Does this to requests whose method and path match. */
function onCalls(pattern: RegExp, mischief: ReturnType<Mischievous>): void {
  proxy.mischief = ({ method, url }) => (pattern.test(`${method} ${url}`) ? mischief : undefined)
}

describe('registering a model on a server', () => {
  test('makes a logged model of its files, and a version of that', async () => {
    const tags = [{ key: 'team', value: 'blue' }]
    const { version, created } = await register({ alias: 'champion', description: 'first', tags })
    expect(created).toBe(true)
    expect(version).toMatchObject({ version: '1', status: 'READY', description: 'first' })
    expect(version.aliases).toEqual(['champion'])
    expect(version.tags.map(({ key }) => key).sort()).toEqual(['headrace.content_digest', 'team'])

    const modelId = version.source.slice('models:/'.length)
    const model = await client.getLoggedModel(modelId)
    expect(model.status).toBe('READY')
    expect(model.tags).toContainEqual({
      key: 'mlflow.modelVersions',
      value: `[{"name": "${name}", "version": 1}]`,
    })
    const copy = await client.downloadArtifactsAt(`models:/${name}/1`)
    expect(readdirSync(copy).sort()).toEqual(['MLmodel', 'data', 'model.onnx'])
    expect(readFileSync(join(copy, 'MLmodel'), 'utf8')).toContain(`model_id: ${modelId}\n`)
    expect(readFileSync(join(copy, 'data/extra.bin'), 'utf8')).toBe('more')
  })

  test('finds a version of equal files, and gives it the alias that it has not yet', async () => {
    const path = modelFolder()
    await register({ path })
    await register({ path: modelFolder('other weights') })
    const files = storedFiles()
    expect(await register({ path, alias: 'first', ifAbsent: true })).toMatchObject({
      created: false,
      version: { version: '1', aliases: ['first'] },
    })
    expect(storedFiles()).toEqual(files)
    expect(await register({ path: modelFolder('newer weights'), ifAbsent: true })).toMatchObject({
      created: true,
      version: { version: '3' },
    })
  })

  test('refuses links that leave the folder before anything is sent', async () => {
    const path = modelFolder()
    symlinkSync('/etc/passwd', join(path, 'data/passwd'))
    const sent = proxy.seen.length
    await expect(register({ path })).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    expect(proxy.seen.length).toBe(sent)
  })

  test.each([
    ['a file is not taken', /^PUT .*extra\.bin/],
    ['the last file is not taken', /^PUT .*MLmodel/],
    ['the logged model does not become ready', /^PATCH .*logged-models\/m-[0-9a-f]+$/],
    ['the registered model may not be made', /^POST .*registered-models\/create/],
    ['the version is refused', CREATE_VERSION],
  ])('leaves nothing behind where %s', async (_, pattern) => {
    const files = storedFiles()
    const models = await loggedModels()
    const body = JSON.stringify({ error_code: 'PERMISSION_DENIED', message: 'not you' })
    onCalls(pattern, { kind: 'answer', status: 403, headers: { 'content-type': 'application/json' }, body })
    await expect(register()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    expect(storedFiles()).toEqual(files)
    expect(await loggedModels()).toEqual(models)
  })

  test('writes nothing into a place that is not empty, and takes nothing away from it', async () => {
    const precious = modelFolder()
    const model = { info: { model_id: `m-${'a'.repeat(32)}`, artifact_uri: pathToFileURL(precious).href } }
    onCalls(/^POST .*\/logged-models$/, { kind: 'answer', status: 200, body: JSON.stringify({ model }) })
    await expect(register()).rejects.toMatchObject({ code: 'RESOURCE_ALREADY_EXISTS' })
    expect(readdirSync(precious).sort()).toEqual(['MLmodel', 'data', 'model.onnx'])
    expect(readFileSync(join(precious, 'MLmodel'), 'utf8')).toContain('model_uuid: 1234')
  })

  test('takes a version that was made although the answer was lost', async () => {
    onCalls(CREATE_VERSION, { kind: 'cut', afterBytes: 0 })
    const { version } = await register({ alias: 'champion' })
    expect(version).toMatchObject({ version: '1', aliases: ['champion'] })
    expect(await client.downloadArtifactsAt(`models:/${name}@champion`)).toBeTruthy()
  })

  test('says which version it is where the alias fails, and keeps it', async () => {
    onCalls(/^POST .*registered-models\/alias/, { kind: 'drop' })
    await expect(register({ alias: 'champion' })).rejects.toMatchObject({
      message: expect.stringContaining(`Version 1 of model '${name}' is registered, but without the alias`),
    })
    expect((await client.getModelVersion(name, 1)).status).toBe('READY')
  })

  test('says of a server without logged models what to do', async () => {
    onCalls(/^POST .*\/logged-models$/, { kind: 'answer', status: 404, body: '<title>404</title>' })
    await expect(register()).rejects.toMatchObject({
      code: 'NOT_IMPLEMENTED',
      message: expect.stringContaining('MLflow 3'),
    })
  })
})

describe('deleting on a server', () => {
  test('takes versions and models away, and says what is not there', async () => {
    await register()
    await register()
    await writer.deleteVersion(name, '1')
    await expect(client.getModelVersion(name, 1)).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
    await writer.deleteModel(name)
    await expect(writer.deleteModel(name)).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
  })
})
