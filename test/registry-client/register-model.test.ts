import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ModelRegistration, Registered } from '../../src/registry-client/model-registration.ts'
import { registerModel } from '../../src/registry-client/register-model.ts'
import type { Stores } from '../../src/store/stores.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { clientOf, modelFolder, openRegistry, places } from './fixtures/model-folder.ts'

const CHILD = fileURLToPath(new URL('./fixtures/register-process.ts', import.meta.url))

let folder: string
let stores: Stores

beforeEach(() => {
  folder = temporaryFolder()
  stores = openRegistry(folder)
})
afterEach(() => stores.close())

function register(registration: Partial<ModelRegistration> & { path: string }): Promise<Registered> {
  return registerModel(stores, places(folder), { name: 'iris', ...registration })
}

function loggedModels(): string[] {
  const models = join(folder, 'mlartifacts/0/models')
  return existsSync(models) ? readdirSync(models) : []
}

describe('registering a model', () => {
  test('removes what a registering that was cut off has left a day ago, and nothing else', async () => {
    await register({ path: modelFolder() })
    const models = join(folder, 'mlartifacts/0/models')
    const draft = (digit: string) => `m-${digit.repeat(32)}.${crypto.randomUUID()}.tmp`
    const [old, fresh, foreign] = [draft('a'), draft('b'), 'notes.tmp']
    for (const name of [old, fresh, foreign]) {
      mkdirSync(join(models, name, 'artifacts'), { recursive: true })
      const hours = name === fresh ? 23 : 25
      const writtenAt = Date.now() / 1000 - hours * 3600
      utimesSync(join(models, name), writtenAt, writtenAt)
    }
    const kept = loggedModels().filter((name) => name !== old)
    await register({ path: modelFolder() })
    expect(loggedModels()).toEqual(expect.arrayContaining(kept))
    expect(loggedModels()).toHaveLength(kept.length + 1)
  })

  test('copies its files and makes a logged model and a version of them', async () => {
    const path = modelFolder()
    const tags = [{ key: 'team', value: 'blue' }]
    const { version, created } = await register({ path, alias: 'champion', description: 'first', tags })
    expect(created).toBe(true)
    expect(version).toMatchObject({
      name: 'iris',
      version: '1',
      status: 'READY',
      description: 'first',
      aliases: ['champion'],
      tags: [{ key: 'headrace.content_digest' }, { key: 'team', value: 'blue' }],
    })
    const modelId = version.source.slice('models:/'.length)
    expect(await stores.tracking.loggedModels.get(modelId)).toMatchObject({
      status: 'READY',
      experimentId: '0',
    })

    const client = clientOf(folder)
    const resolved = await client.resolve('models:/iris@champion')
    await client.close()
    expect(resolved.path).toBe(join(folder, 'mlartifacts/0/models', modelId, 'artifacts'))
    expect(readFileSync(join(resolved.path, 'model.onnx'), 'utf8')).toBe('weights')
    expect(readFileSync(join(resolved.path, 'data/extra.bin'), 'utf8')).toBe('more')
  })

  test('writes the id of the logged model into the copied MLmodel, and nothing else', async () => {
    const path = modelFolder()
    const { version } = await register({ path })
    const modelId = version.source.slice('models:/'.length)
    const location = await stores.registry.modelVersions.getDownloadUri('iris', '1')
    const copy = readFileSync(join(location, 'MLmodel'), 'utf8')
    expect(copy.split('\n')).toEqual([
      ...[
        'flavors:',
        '  onnx:',
        '    data: model.onnx',
        `model_uuid: ${modelId}`,
        "utc_time_created: '2026-11-21'",
      ],
      ...[`artifact_path: ${location}`, `model_id: ${modelId}`, ''],
    ])
    expect(readFileSync(join(path, 'MLmodel'), 'utf8')).toContain('model_uuid: 1234')
  })

  test('again makes the next version, and the alias moves', async () => {
    const path = modelFolder()
    await register({ path, alias: 'champion' })
    const { version } = await register({ path, alias: 'champion' })
    expect(version).toMatchObject({ version: '2', aliases: ['champion'] })
    expect((await stores.registry.modelVersions.get('iris', '1')).aliases).toEqual([])
  })

  test('keeps the names of versions in the logged model as MLflow writes them', async () => {
    const { version } = await register({ path: modelFolder(), name: 'Blüten' })
    const model = await stores.tracking.loggedModels.get(version.source.slice('models:/'.length))
    expect(model.tags).toContainEqual({
      key: 'mlflow.modelVersions',
      value: String.raw`[{"name": "Bl\u00fcten", "version": 1}]`,
    })
  })

  test('makes fresh files of links that stay in the folder', async () => {
    const path = modelFolder()
    symlinkSync('model.onnx', join(path, 'link.onnx'))
    linkSync(join(path, 'model.onnx'), join(path, 'hard.onnx'))
    await register({ path })
    const location = await stores.registry.modelVersions.getDownloadUri('iris', '1')
    for (const name of ['link.onnx', 'hard.onnx']) {
      const file = lstatSync(join(location, name))
      expect([file.isFile(), file.nlink]).toEqual([true, 1])
    }
  })

  test('refuses links that leave the folder, and leaves nothing behind', async () => {
    const path = modelFolder()
    symlinkSync('/etc/passwd', join(path, 'data/passwd'))
    await expect(register({ path })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('/etc/passwd'),
    })
    expect(loggedModels()).toEqual([])
    expect(await stores.registry.registeredModels.list()).toEqual([])
  })

  test.each([
    ['no MLmodel file', (path: string) => `${path}/data`],
    ['nothing', (path: string) => `${path}/nothing`],
    ['only a file', (path: string) => `${path}/model.onnx`],
  ])('refuses a path with %s', async (_, within) => {
    await expect(register({ path: within(modelFolder()) })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('MLmodel'),
    })
  })

  test.each(['{', '- a\n- b', 'just text', ''])('refuses an MLmodel file that is %j', async (content) => {
    const path = modelFolder()
    writeFileSync(join(path, 'MLmodel'), content)
    await expect(register({ path })).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    expect(loggedModels()).toEqual([])
  })

  test.each([{ name: 'a/b' }, { alias: 'latest' }, { alias: 'a b' }, { tags: [{ key: '..', value: '' }] }])(
    'refuses %j before it copies',
    async (wrong) => {
      await expect(register({ path: modelFolder(), ...wrong })).rejects.toMatchObject({
        code: 'INVALID_PARAMETER_VALUE',
      })
      expect(existsSync(join(folder, 'mlartifacts'))).toBe(false)
    },
  )
})

describe('registering where it is absent', () => {
  test('does nothing for equal files, wherever they lie', async () => {
    await register({ path: modelFolder(), alias: 'champion', ifAbsent: true })
    const { version, created } = await register({ path: modelFolder(), alias: 'champion', ifAbsent: true })
    expect(created).toBe(false)
    expect(version).toMatchObject({ version: '1', aliases: ['champion'] })
    expect(loggedModels()).toHaveLength(1)
  })

  test('registers other files', async () => {
    await register({ path: modelFolder('1'), ifAbsent: true })
    expect((await register({ path: modelFolder('2'), ifAbsent: true })).version.version).toBe('2')
  })

  test('registers files again whose version was deleted', async () => {
    await register({ path: modelFolder(), ifAbsent: true })
    await stores.registry.modelVersions.delete('iris', '1')
    expect((await register({ path: modelFolder(), ifAbsent: true })).version.version).toBe('2')
  })

  test('sets a missing alias and leaves one that was moved', async () => {
    await register({ path: modelFolder('1'), ifAbsent: true })
    await register({ path: modelFolder('2'), alias: 'champion', ifAbsent: true })
    const first = await register({ path: modelFolder('1'), alias: 'champion', ifAbsent: true })
    expect(first.version.aliases).toEqual([])
    const again = await register({ path: modelFolder('1'), alias: 'challenger', ifAbsent: true })
    expect(again.version.aliases).toEqual(['challenger'])
  })

  test('makes one version when it is asked for at the same time', async () => {
    const made = await Promise.all(
      Array.from({ length: 5 }, () => register({ path: modelFolder(), ifAbsent: true })),
    )
    expect(made.filter(({ created }) => created)).toHaveLength(1)
    expect(loggedModels()).toHaveLength(1)
  })
})

test('a process that is killed while it registers leaves no half of a version', async () => {
  const path = modelFolder()
  truncateSync(join(path, 'model.onnx'), 20_000_000)
  for (let delayMs = 0; delayMs <= 60; delayMs += 6) {
    const child = spawn(process.execPath, [CHILD, folder, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(child, 'exit')
    await Promise.race([once(child.stdout, 'data'), exited])
    setTimeout(() => child.kill('SIGKILL'), delayMs)
    await exited
  }
  const client = clientOf(folder)
  for (const { version } of await stores.registry.modelVersions.ofModel('iris')) {
    const resolved = await client.resolve(`models:/iris/${version}`)
    expect(readFileSync(join(resolved.path, 'model.onnx'))).toHaveLength(20_000_000)
    expect(readFileSync(join(resolved.path, 'data/extra.bin'), 'utf8')).toBe('more')
  }
  await client.close()
  expect((await register({ path: modelFolder() })).version.status).toBe('READY')
})
