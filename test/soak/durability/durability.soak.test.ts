import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { killInTheMiddle } from '../../e2e/support/killed-writers.ts'
import { PostgresServer } from '../../e2e/support/postgres.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const KILLS = 50
const LONGEST_MS = 1500

test('nothing acknowledged is lost on SQLite in fifty kills', async () => {
  const folder = temporaryFolder()
  for (let kill = 0; kill < KILLS; kill++) {
    const outcome = await killInTheMiddle(
      { databaseUri: 'sqlite:///mlflow.db', folder },
      Math.random() * LONGEST_MS,
    )
    expect(outcome.faults).toEqual([])
  }
  const raw = new Database(join(folder, 'mlflow.db'), { readonly: true })
  expect(raw.pragma('integrity_check', { simple: true })).toBe('ok')
  raw.close()
})

test('nothing acknowledged is lost on PostgreSQL in fifty kills', async () => {
  const server = await PostgresServer.start()
  try {
    const databaseUri = await server.createDatabase()
    for (let kill = 0; kill < KILLS; kill++) {
      const outcome = await killInTheMiddle(
        { databaseUri, folder: temporaryFolder() },
        Math.random() * LONGEST_MS,
      )
      expect(outcome.faults).toEqual([])
    }
  } finally {
    await server.stop()
  }
})
