import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MlflowServers } from '../../../src/registry-client/mlflow-servers.ts'
import { Registries } from '../../../src/registry-client/registries.ts'
import {
  AliasWatch,
  isWatchable,
  type VersionsByUri,
} from '../../../src/registry-client/watch/alias-watch.ts'
import type { Stores } from '../../../src/store/stores.ts'
import { PATIENCE } from '../../fixtures/patience.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { modelFolder, openRegistry } from '../fixtures/model-folder.ts'

const CHAMPION = 'models:/iris@champion'
const LATEST = 'models:/iris/latest'
const STAGED = 'models:/iris/Production'

let stores: Stores
let watch: AliasWatch
const seen: VersionsByUri[] = []
const told: object[] = []

beforeEach(async () => {
  const folder = temporaryFolder()
  stores = openRegistry(folder)
  await stores.registry.registeredModels.create({ name: 'iris' })
  seen.length = 0
  told.length = 0
  const location = { uri: 'sqlite:///mlflow.db', folder }
  watch = new AliasWatch({
    openRegistries: () =>
      new Registries({
        locations: { registry: location, tracking: location },
        servers: new MlflowServers({}),
        offline: false,
      }),
    intervalMs: 10_000,
    onVersions: (versions) => void seen.push(versions),
    log: { info: () => {}, warn: (facts) => void told.push(facts) },
  })
})
afterEach(async () => {
  watch.close()
  await stores.close()
})

async function version(): Promise<void> {
  await stores.registry.modelVersions.create({ name: 'iris', source: modelFolder('1') })
}

async function means(expected: Readonly<Record<string, string>>): Promise<void> {
  await vi.waitFor(() => expect(Object.fromEntries(seen.at(-1) ?? [])).toEqual(expected), PATIENCE)
}

test('an alias, latest and a stage are followed', async () => {
  await version()
  await stores.registry.registeredModels.setAlias('iris', 'champion', '1')
  watch.follow([CHAMPION, LATEST, STAGED, 'models:/iris/1', './iris'])
  await means({ [CHAMPION]: '1', [LATEST]: '1' })
  await version()
  await means({ [CHAMPION]: '1', [LATEST]: '2' })
  await stores.registry.registeredModels.setAlias('iris', 'champion', '2')
  await means({ [CHAMPION]: '2', [LATEST]: '2' })
  const stage = { name: 'iris', version: '1', stage: 'Production', archiveExistingVersions: false } as const
  await stores.registry.modelVersions.transitionStage(stage)
  await means({ [CHAMPION]: '2', [LATEST]: '2', [STAGED]: '1' })
})

test('an alias that is gone means nothing, which is told once', async () => {
  await version()
  await stores.registry.registeredModels.setAlias('iris', 'champion', '1')
  watch.follow([CHAMPION])
  await means({ [CHAMPION]: '1' })
  await stores.registry.registeredModels.deleteAlias('iris', 'champion')
  await means({})
  const looks = seen.length
  watch.look()
  await vi.waitFor(() => expect(seen.length).toBeGreaterThan(looks), PATIENCE)
  expect(told).toEqual([expect.objectContaining({ uri: CHAMPION })])
})

test('what can mean only one version is not watchable', () => {
  expect([CHAMPION, 'models:/iris/champion', LATEST, STAGED].every(isWatchable)).toBe(true)
  expect(['models:/iris/3', `models:/m-${'0'.repeat(32)}`, 'runs:/a/model', './iris'].some(isWatchable)).toBe(
    false,
  )
})
