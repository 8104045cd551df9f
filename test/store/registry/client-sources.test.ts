import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import type { ModelVersion } from '../../../src/entities/model-version.ts'
import { type ClientPlaces, openStores } from '../../../src/store/open-stores.ts'
import type { NewModelVersion } from '../../../src/store/registry/model-version-store.ts'
import type { Stores } from '../../../src/store/stores.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const opened: Stores[] = []

async function storesWith(clientPlaces?: Partial<ClientPlaces>, artifactRoot?: string): Promise<Stores> {
  const stores = openStores({
    databaseUri: 'sqlite:///mlflow.db',
    folder: temporaryFolder(),
    access: 'write',
    artifactRoot,
    clientPlaces: { allowedSchemes: [], trusted: [], ...clientPlaces },
  })
  opened.push(stores)
  await stores.registry.registeredModels.create({ name: 'iris' })
  return stores
}

afterEach(() => Promise.all(opened.splice(0).map((stores) => stores.close())))

function made(stores: Stores, source: string, rest: Partial<NewModelVersion> = {}): Promise<ModelVersion> {
  return stores.registry.modelVersions.createForClient({ name: 'iris', source, ...rest })
}

const REFUSED = { code: 'INVALID_PARAMETER_VALUE' }

describe('hosts that sources of versions name', () => {
  test('are all taken with a scheme that is allowed', async () => {
    const stores = await storesWith({ allowedSchemes: ['HDFS'] })
    expect((await made(stores, 'hdfs://anywhere:9000/x')).source).toBe('hdfs://anywhere:9000/x')
    await expect(made(stores, 'viewfs://anywhere/x')).rejects.toMatchObject(REFUSED)
  })

  test('are taken where the artifact root is, with its port and under any scheme of its kind', async () => {
    const stores = await storesWith({}, 'hdfs://store:9000/root')
    for (const source of ['hdfs://store:9000/x', 'viewfs://STORE:9000/y', 'hdfs://user@store:9000/z']) {
      expect((await made(stores, source)).source).toBe(source)
    }
    for (const source of ['hdfs://store/x', 'hdfs://store:9001/x', 'hdfs://other:9000/x', 'hdfs:///x']) {
      await expect(made(stores, source)).rejects.toMatchObject(REFUSED)
    }
  })

  test('are not mistaken for others by what one reads otherwise than another', async () => {
    const stores = await storesWith({ trusted: ['https://store/'] })
    for (const source of [
      'https://store\\@evil/x',
      'https://store @evil/x',
      'https://store@evil/x',
      'http://store/x',
    ]) {
      await expect(made(stores, source)).rejects.toMatchObject(REFUSED)
    }
    expect((await made(stores, 'https://store:443/x')).version).toBe('1')
  })
})

test('sources match the pattern of the server', async () => {
  const stores = await storesWith({ sourcePattern: '^s3://models/' })
  expect((await made(stores, 's3://models/x')).version).toBe('1')
  await expect(made(stores, 's3://other/x')).rejects.toThrow("Invalid model version source: 's3://other/x'.")
})

describe('files of the server as sources', () => {
  async function runOn(location: (folder: string) => string) {
    const folder = temporaryFolder()
    const stores = await storesWith()
    const { experimentId } = await stores.tracking.experiments.create('local', location(folder))
    const { info } = await stores.tracking.runs.create({ experimentId })
    const artifacts = join(folder, info.runId, 'artifacts')
    mkdirSync(join(artifacts, 'model'), { recursive: true })
    mkdirSync(join(folder, 'other'))
    return { stores, folder, artifacts, runId: info.runId }
  }

  test.each([
    ['a path', (folder: string) => folder],
    ['a URI', (folder: string) => pathToFileURL(folder).href],
  ])('lie in the artifacts of the run that is named, where they are at %s', async (_, location) => {
    const { stores, artifacts, runId } = await runOn(location)
    const within = [
      artifacts,
      `${artifacts}/`,
      `${artifacts}/model`,
      `${artifacts}/none/../model`,
      `${artifacts}/not there yet`,
      pathToFileURL(join(artifacts, 'model')).href,
      `file:${artifacts}/model`,
    ]
    for (const source of within) expect((await made(stores, source, { runId })).source).toBe(source)
    await expect(made(stores, artifacts)).rejects.toMatchObject(REFUSED)
  })

  test('are refused where a link or an escape leads out of them', async () => {
    const { stores, folder, artifacts, runId } = await runOn((folder) => folder)
    symlinkSync(join(folder, 'other'), join(artifacts, 'link'))
    symlinkSync('/etc', join(artifacts, 'etc'))
    const outside = [
      folder,
      `${artifacts}x`,
      `${artifacts}/..`,
      `${artifacts}/../../other`,
      `${artifacts}/%2e%2e/%2e%2e/other`,
      `file://${artifacts}/%2e%2e/%2e%2e/other`,
      `${artifacts}/link`,
      `${artifacts}/link/new`,
      `${artifacts}/link/../x`,
      `${artifacts}/etc/passwd`,
      `${artifacts}/a\0b`,
      `${artifacts}/${'x/'.repeat(3000)}`,
    ]
    for (const source of outside) {
      await expect(made(stores, source, { runId })).rejects.toMatchObject(REFUSED)
    }
    expect(await stores.registry.modelVersions.ofModel('iris')).toEqual([])
  })
})

test('a registry apart from the tracking store takes versions of logged models that it cannot see', async () => {
  const location = {
    databaseUri: 'sqlite:///registry.db',
    folder: temporaryFolder(),
    access: 'write',
  } as const
  const { registry, close } = openStores({ ...location, loggedModelsElsewhere: true })
  await registry.registeredModels.create({ name: 'iris' })
  const made = { name: 'iris', source: 's3://b/p', modelId: 'm-1', runId: '' }
  expect(await registry.modelVersions.createForClient(made)).toMatchObject({ version: '1' })
  await close()
})
