import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/open-database.ts'
import { sql } from '../../src/store/sql/sql.ts'
import { sqlDatabaseContract } from '../contract/sql-database-contract.ts'
import { MariadbServer } from './support/mariadb.ts'

let server: MariadbServer

beforeAll(async () => {
  server = await MariadbServer.start()
})
afterAll(() => server.stop())

sqlDatabaseContract('MariaDB', async () => {
  const databaseUri = await server.createDatabase()
  return () => openDatabase({ databaseUri, folder: '/', access: 'write' })
})

test('a connection that is lost before the commit is replaced, and the work is run again', async () => {
  const database = openDatabase({ databaseUri: await server.createDatabase(), folder: '/', access: 'write' })
  let runs = 0
  const changed = await database.write(async (session) => {
    const count = await session.run(sql`UPDATE "workspaces" SET "description" = ${'kept'}`)
    runs += 1
    if (runs === 1) await session.run(sql`KILL CONNECTION_ID()`)
    return count
  })
  expect({ changed, runs }).toEqual({ changed: 1, runs: 2 })
  await database.close()
})

test('a text too long for its column is refused as the fault of the request', async () => {
  const database = openDatabase({ databaseUri: await server.createDatabase(), folder: '/', access: 'write' })
  await expect(
    database.write((session) =>
      session.run(
        sql`INSERT INTO "registered_models" ("name", "workspace") VALUES (${'x'.repeat(300)}, ${'default'})`,
      ),
    ),
  ).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  await database.close()
})

test('a server that is not there is unreachable', async () => {
  const databaseUri = server.uri('x').replace(/:\d+\//, ':1/')
  const database = openDatabase({ databaseUri, folder: '/', access: 'write' })
  await expect(database.read((session) => session.all(sql`SELECT 1`))).rejects.toMatchObject({
    code: 'TEMPORARILY_UNAVAILABLE',
    details: { unreachable: true },
    message: expect.not.stringContaining('p%40ss'),
  })
  await database.close()
})
