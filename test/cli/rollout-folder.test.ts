import { expect, test } from 'vitest'
import { REGISTRY_SETTINGS, type RegistrySettings } from '../../src/cli/registry-settings.ts'
import { rolloutFolder } from '../../src/cli/rollout-folder.ts'

const DEFAULTS = Object.fromEntries(
  Object.entries(REGISTRY_SETTINGS).map(([key, row]) => [key, row.default]),
) as RegistrySettings

const folderOf = (trackingUri: string): string =>
  rolloutFolder({ ...DEFAULTS, trackingUri, cacheDir: '/var/cache/headrace' })

test('lies beside a database that is a file', () => {
  expect(folderOf('sqlite:////data/mlflow.db')).toBe('/data/mlflow.db.headrace-rollouts')
  expect(folderOf('sqlite+pysqlite:////data/mlflow.db')).toBe('/data/mlflow.db.headrace-rollouts')
})

test('is another one for each registry elsewhere, whatever the credentials', () => {
  const staging = folderOf('http://staging:5000')
  expect(staging).toMatch(/^\/var\/cache\/headrace\/rollouts\/[0-9a-f]{16}$/)
  expect(folderOf('http://production:5000')).not.toBe(staging)
  expect(folderOf('http://user:password@staging:5000/')).toBe(staging)
})
