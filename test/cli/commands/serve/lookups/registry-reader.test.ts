import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RegistryReader } from '../../../../../src/cli/commands/serve/lookups/registry-reader.ts'
import { openRegistryClient } from '../../../../../src/cli/compose-registry.ts'
import { REGISTRY_SETTINGS, type RegistrySettings } from '../../../../../src/cli/registry-settings.ts'
import { messageOf } from '../../../../../src/core/errors.ts'
import { MlflowServers } from '../../../../../src/registry-client/mlflow-servers.ts'
import { Registries } from '../../../../../src/registry-client/registries.ts'
import { createLogger } from '../../../../../src/server/logger.ts'
import type { Stores } from '../../../../../src/store/stores.ts'
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts'
import { modelFolder, openRegistry } from '../../../../registry-client/fixtures/model-folder.ts'

let folder: string
let stores: Stores

beforeEach(async () => {
  folder = temporaryFolder()
  stores = openRegistry(folder)
  await stores.registry.registeredModels.create({ name: 'iris' })
  await stores.registry.modelVersions.create({ name: 'iris', source: modelFolder('1') })
  await stores.registry.registeredModels.setAlias('iris', 'champion', '1')
})
afterEach(() => stores.close())

function place(path = join(folder, 'mlflow.db')) {
  const publicUri = `sqlite:///${path}`
  return { kind: 'database', location: { uri: publicUri, folder }, publicUri, remote: false } as const
}

function defaults(): RegistrySettings {
  const rows = Object.entries(REGISTRY_SETTINGS).map(([key, row]) => [key, row.default])
  return Object.fromEntries(rows) as RegistrySettings
}

// Longer than a machine stands still, shorter than SQLite waits.
test('a locked database holds up a thread of its own, and not the one that serves', {
  retry: 4,
}, async () => {
  await stores.close()
  const writer = new Database(join(folder, 'mlflow.db'))
  writer.pragma('journal_mode = DELETE')
  writer.exec('BEGIN EXCLUSIVE')
  const settings = { ...defaults(), trackingUri: place().publicUri, registryUri: undefined }
  const client = openRegistryClient(settings, createLogger({ level: 'silent', format: 'json' }), () => true)
  const found = client.resolve('models:/iris@champion')
  const begun = performance.now()
  // Long enough for the thread to have met the lock.
  for (let turn = 0; turn < 50; turn += 1) await sleep(20)
  expect(performance.now() - begun).toBeLessThan(3_000)
  writer.exec('ROLLBACK')
  writer.close()
  expect(await found).toMatchObject({ name: 'iris', version: '1' })
  await client.close()
})

test('a thread tells what it reads, and fails as the database itself does', async () => {
  const reader = new RegistryReader({ place: place(), patience: 'full' })
  const own = new Registries({
    locations: { registry: place().location, tracking: place().location },
    servers: new MlflowServers({}),
    offline: false,
  })
  const registry = await own.open(place(), 'full')
  expect(await reader.getModelVersionByAlias('iris', 'champion')).toEqual(
    await registry.getModelVersionByAlias('iris', 'champion'),
  )
  expect(await reader.getRegisteredModel('iris')).toEqual(await registry.getRegisteredModel('iris'))
  expect(await reader.getLatestVersions('iris')).toEqual(await registry.getLatestVersions('iris'))
  const expected = await registry.getModelVersionByAlias('iris', 'nobody').catch((error: unknown) => error)
  await expect(reader.getModelVersionByAlias('iris', 'nobody')).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: messageOf(expected),
  })
  await Promise.all([reader.close(), own.close()])
})

test('a database that is not there is told as one', async () => {
  const reader = new RegistryReader({ place: place(join(folder, 'none.db')), patience: 'full' })
  await expect(reader.getRegisteredModel('iris')).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
  await reader.close()
})

test('who asks a reader that is closed is told so', async () => {
  const reader = new RegistryReader({ place: place(), patience: 'full' })
  await reader.getRegisteredModel('iris')
  await reader.close()
  await expect(reader.getRegisteredModel('iris')).rejects.toMatchObject({ code: 'INTERNAL_ERROR' })
})
