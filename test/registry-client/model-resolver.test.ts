import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../src/core/errors.ts'
import type { RegistryClient } from '../../src/registry-client/registry-client.ts'
import type { Stores } from '../../src/store/stores.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { clientOf, modelFolder, openRegistry } from './fixtures/model-folder.ts'

let folder: string
let stores: Stores
let client: RegistryClient

beforeEach(async () => {
  folder = temporaryFolder()
  stores = openRegistry(folder)
  await stores.registry.registeredModels.create({ name: 'iris' })
  client = clientOf(folder)
})
afterEach(async () => {
  await client.close()
  await stores.close()
})

async function version(source: string): Promise<string> {
  return (await stores.registry.modelVersions.create({ name: 'iris', source })).version
}

async function refuses(uri: string, code: ErrorCode, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    await expect(client.resolve(uri)).rejects.toMatchObject({ code, message: expect.stringContaining(text) })
  }
}

describe('a model of the registry', () => {
  test('is found by version, alias, latest and stage', async () => {
    const [first, second] = [modelFolder('1'), modelFolder('2')]
    await version(first)
    await version(second)
    await stores.registry.registeredModels.setAlias('iris', 'champion', '1')
    await stores.registry.modelVersions.transitionStage({
      name: 'iris',
      version: '1',
      stage: 'Production',
      archiveExistingVersions: false,
    })

    const champion = { canonicalUri: 'models:/iris@champion', version: '1', alias: 'champion', path: first }
    const one = { canonicalUri: 'models:/iris/1', version: '1', alias: undefined, path: first }
    const two = { canonicalUri: 'models:/iris/2', version: '2', alias: undefined, path: second }
    for (const [uri, expected] of [
      ['models:/iris@champion', champion],
      ['models:/iris/champion', champion],
      ['models:/iris/1', one],
      ['models:/iris/production', one],
      ['models:/iris/2', two],
      ['models:/iris/Latest', two],
      ['models:/iris@latest', two],
    ] as const) {
      expect(await client.resolve(uri)).toEqual({
        ...{ uri, name: 'iris', ...expected },
        origin: { kind: 'local', location: expected.path, registry: 'sqlite:///mlflow.db' },
      })
    }
  })

  test('is found by its logged model', async () => {
    const { experimentId } = await stores.tracking.experiments.ensureDefault()
    const { modelId, artifactLocation } = await stores.tracking.loggedModels.create({
      experimentId,
      name: 'trees',
    })
    await refuses(`models:/${modelId}`, 'INVALID_PARAMETER_VALUE', `'${modelId}' is not ready (PENDING)`)
    await stores.tracking.loggedModels.finalize(modelId, 'READY')
    mkdirSync(artifactLocation, { recursive: true })
    expect(await client.resolve(`models:/${modelId}`)).toMatchObject({
      name: 'trees',
      version: undefined,
      path: artifactLocation,
    })
  })

  test.each([
    ['a file URI', (path: string) => `file://${encodeURI(path)}`],
    ['a plain path', (path: string) => path],
    ['a percent-encoded path, as MLflow reads paths', (path: string) => encodeURI(path)],
  ])('lies where %s says', async (_, write) => {
    const path = join(temporaryFolder(), 'a model')
    renameSync(modelFolder(), path)
    await version(write(path))
    expect((await client.resolve('models:/iris/1')).path).toBe(path)
  })

  test('may lie below the working folder, by a relative path', async () => {
    renameSync(modelFolder(), join(folder, 'here'))
    await version('./here')
    expect((await client.resolve('models:/iris/1')).path).toBe(join(folder, 'here'))
  })

  test('may lie in the folder that the server of the database serves', async () => {
    mkdirSync(join(folder, 'mlartifacts/1/models/x y'), { recursive: true })
    await version('mlflow-artifacts:/1/models/x%20y')
    expect((await client.resolve('models:/iris/1')).path).toBe(join(folder, 'mlartifacts/1/models/x y'))
  })

  test('is never looked for outside of the folder that the server serves', async () => {
    for (const path of ['../mlflow.db', '%2e%2e/mlflow.db', 'a/..%2f..%2fmlflow.db', '.', '/etc/passwd?x']) {
      await refuses(
        `models:/iris/${await version(`mlflow-artifacts:/${path}`)}`,
        'INVALID_PARAMETER_VALUE',
        '',
      )
    }
  })

  test.each(['s3://bucket/model', 'dbfs:/x', 'wasbs://c@a/x'])(
    'whose files are at %s is refused with the reason',
    async (source) => {
      await version(source)
      await refuses('models:/iris/1', 'NOT_IMPLEMENTED', source)
    },
  )

  test('whose folder is gone is named with the place where it should be', async () => {
    const path = modelFolder()
    await version(path)
    rmSync(path, { recursive: true })
    await refuses('models:/iris/1', 'RESOURCE_DOES_NOT_EXIST', path)
  })

  test('whose version is not ready is refused', async () => {
    await version(modelFolder())
    const raw = new Database(join(folder, 'mlflow.db'))
    raw.exec(`UPDATE model_versions SET status = 'FAILED_REGISTRATION', status_message = 'disk full'`)
    raw.close()
    await refuses('models:/iris/1', 'INVALID_PARAMETER_VALUE', 'not ready (FAILED_REGISTRATION: disk full)')
  })
})

describe('what is not there', () => {
  test('is named as MLflow names it, with what is there instead', async () => {
    await version(modelFolder('1'))
    await version(modelFolder('2'))
    await stores.registry.registeredModels.setAlias('iris', 'champion', '2')

    const there = "'iris' has the versions 2, 1 and the aliases champion (version 2)."
    await refuses('models:/iris@challenger', 'INVALID_PARAMETER_VALUE', 'alias challenger not found.', there)
    await refuses('models:/iris/7', 'RESOURCE_DOES_NOT_EXIST', '(name=iris, version=7) not found.', there)
    await refuses(
      'models:/iris/Staging',
      'RESOURCE_DOES_NOT_EXIST',
      "No versions of model with name 'iris' and stage 'Staging' found.",
      there,
    )
    await refuses(
      'models:/roses@champion',
      'RESOURCE_DOES_NOT_EXIST',
      'name=roses not found. The registry has: iris.',
    )
  })

  test('is said of models without versions too', async () => {
    await refuses('models:/iris/latest', 'RESOURCE_DOES_NOT_EXIST', "'iris' has no versions and no aliases.")
  })

  test('is said of a deleted version', async () => {
    await version(modelFolder())
    await stores.registry.modelVersions.delete('iris', '1')
    await refuses('models:/iris/1', 'RESOURCE_DOES_NOT_EXIST', '(name=iris, version=1) not found')
  })

  test('is said of the database', async () => {
    const elsewhere = temporaryFolder()
    const other = clientOf(elsewhere)
    await expect(other.resolve('models:/iris/1')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: expect.stringContaining(join(elsewhere, 'mlflow.db')),
    })
    await other.close()
  })
})

describe('a path', () => {
  test('needs no database', async () => {
    const path = modelFolder()
    const other = clientOf(temporaryFolder())
    expect(await other.resolve(path)).toEqual({
      uri: path,
      canonicalUri: path,
      name: 'model',
      version: undefined,
      alias: undefined,
      path,
      origin: { kind: 'local', location: path, registry: undefined },
    })
    await other.close()
  })

  test('of a model.json is called by its folder', async () => {
    const path = join(temporaryFolder(), 'digits')
    mkdirSync(path)
    writeFileSync(join(path, 'model.json'), '{}')
    const other = clientOf(temporaryFolder())
    expect(await other.resolve(join(path, 'model.json'))).toMatchObject({ name: 'digits' })
    await other.close()
  })

  test('that is not there is refused', async () => {
    await refuses('./nothing', 'RESOURCE_DOES_NOT_EXIST', join(folder, 'nothing'))
  })
})
