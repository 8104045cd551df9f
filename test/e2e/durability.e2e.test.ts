import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { HeadraceProcess } from './support/headrace-process.ts'
import { killInTheMiddle } from './support/killed-writers.ts'
import { PostgresServer } from './support/postgres.ts'

const TIMES = [50, 150, 300, 500, 800]

describe('what a server acknowledged before it was killed in the middle of eight writers is there', () => {
  const folder = temporaryFolder()

  test.each(TIMES)('on SQLite, after %s ms', async (afterMs) => {
    const outcome = await killInTheMiddle({ databaseUri: 'sqlite:///mlflow.db', folder }, afterMs)
    expect(outcome).toEqual({ acknowledged: expect.any(Number), faults: [] })
    expect(outcome.acknowledged).toBeGreaterThan(0)
    const raw = new Database(join(folder, 'mlflow.db'), { readonly: true })
    expect(raw.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(raw.pragma('foreign_key_check')).toEqual([])
    raw.close()
  })

  describe('on PostgreSQL', () => {
    let server: PostgresServer
    let databaseUri: string

    beforeAll(async () => {
      server = await PostgresServer.start()
      databaseUri = await server.createDatabase()
    })
    afterAll(() => server.stop())

    test.each(TIMES)('after %s ms', async (afterMs) => {
      const outcome = await killInTheMiddle({ databaseUri, folder }, afterMs)
      expect(outcome).toEqual({ acknowledged: expect.any(Number), faults: [] })
      expect(outcome.acknowledged).toBeGreaterThan(0)
    })
  })
})

test('a database that another process keeps locked is answered with 503, and works again afterwards', async () => {
  const folder = temporaryFolder()
  const server = new HeadraceProcess({
    args: ['server', '--backend-store-uri', 'sqlite:///mlflow.db', '--port', '0'],
    cwd: folder,
  })
  const url = await server.listening()
  const createRun = () =>
    fetch(`${url}/api/2.0/mlflow/runs/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ experiment_id: '0' }),
    })
  const other = new Database(join(folder, 'mlflow.db'))
  other.exec('BEGIN IMMEDIATE')
  const refused = await createRun()
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(await refused.json()).toMatchObject({ error_code: 'TEMPORARILY_UNAVAILABLE' })
  other.exec('COMMIT')
  other.close()
  expect((await createRun()).status).toBe(200)
  await server.terminate()
})
