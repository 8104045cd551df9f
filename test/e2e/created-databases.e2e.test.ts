import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/open-database.ts'
import { CREATED_RELEASES, type SchemaRelease } from '../../src/store/schema/heads.ts'
import { sql } from '../../src/store/sql/sql.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { ROOT } from './support/headrace-process.ts'
import { MariadbServer } from './support/mariadb.ts'
import { PostgresServer } from './support/postgres.ts'
import { python, pythonPath } from './support/python.ts'

const USE = `
import mlflow
mlflow.set_experiment('flowers')
with mlflow.start_run():
    mlflow.log_metric('m', 1.5)
print(mlflow.search_runs()['metrics.m'][0])
`

async function create(databaseUri: string, mlflowSchema: SchemaRelease): Promise<string> {
  const database = openDatabase({ databaseUri, folder: '/', access: 'write', mlflowSchema })
  await database.write((session) => session.all(sql`SELECT 1 FROM "workspaces"`))
  await database.close()
  return databaseUri
}

/** @returns what the script prints; it fails where there is a difference */
function introspect(...args: readonly string[]): string {
  return execFileSync(pythonPath(), [`${ROOT}test/e2e/support/introspect.py`, ...args], { encoding: 'utf8' })
}

function use(databaseUri: string): Promise<string> {
  return python(USE, { cwd: temporaryFolder(), env: { MLFLOW_TRACKING_URI: databaseUri } })
}

describe.each(Object.entries(CREATED_RELEASES))('a new database at MLflow %s', (name, { release }) => {
  const schema = name as SchemaRelease
  let postgres: PostgresServer
  beforeAll(async () => {
    postgres = await PostgresServer.start()
  })
  afterAll(() => postgres.stop())

  test('is what MLflow makes: SQLite', async () => {
    const uri = await create(`sqlite:///${join(temporaryFolder(), 'mlflow.db')}`, schema)
    expect(introspect(uri, '--compare', `${ROOT}scripts/mlflow-schema/${release}.sqlite.json`)).toMatch(
      /^no difference/,
    )
    if (schema === '3.17') expect(await use(uri)).toMatch(/1\.5\s*$/)
  })

  test('is what MLflow makes: PostgreSQL', async () => {
    const uri = await create(await postgres.createDatabase(), schema)
    expect(introspect(uri, '--compare', `${ROOT}scripts/mlflow-schema/${release}.postgresql.json`)).toMatch(
      /^no difference/,
    )
    if (schema === '3.17') expect(await use(uri)).toMatch(/1\.5\s*$/)
  })
})

test('a new MariaDB database is what MLflow 3.17.2 makes there', async () => {
  const server = await MariadbServer.start()
  try {
    const uri = await create(await server.createDatabase(), '3.17')
    const upgraded = await server.createDatabase()
    execFileSync(pythonPath(), ['-m', 'mlflow', 'db', 'upgrade', upgraded], { stdio: 'pipe' })
    const facts = join(temporaryFolder(), 'facts.json')
    introspect(upgraded, facts)
    expect(introspect(uri, '--compare', facts)).toMatch(/^no difference/)
    expect(await use(uri)).toMatch(/1\.5\s*$/)
  } finally {
    await server.stop()
  }
})
