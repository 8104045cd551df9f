import mysql from 'mysql2/promise'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ServingError } from '../../src/core/errors.ts'
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

test('a connection that cannot be made ready is ended, and takes nothing else with it', async () => {
  const databaseUri = await server.createDatabase()
  const maker = openDatabase({ databaseUri, folder: '/', access: 'write' })
  await maker.read((session) => session.first(sql`SELECT 1`))
  await maker.close()
  const admin = await mysql.createConnection(databaseUri.replace('mysql+pymysql:', 'mysql:'))
  // Enough for a look at the database, so that the first statement of the next connection fails.
  await admin.query(`CREATE USER few@'127.0.0.1' IDENTIFIED BY 'few'`)
  await admin.query(`GRANT ALL ON *.* TO few@'127.0.0.1' WITH MAX_QUERIES_PER_HOUR 3`)
  const database = openDatabase({
    databaseUri: databaseUri.replace(/\/\/[^@]*@/, '//few:few@'),
    folder: '/',
    access: 'read',
  })
  const read = () => database.read((session) => session.first(sql`SELECT 1 AS "one"`))
  await expect(read()).rejects.toBeInstanceOf(ServingError)
  await admin.query(`ALTER USER few@'127.0.0.1' WITH MAX_QUERIES_PER_HOUR 0`)
  await admin.query('FLUSH USER_RESOURCES')
  await expect(read()).resolves.toEqual({ one: 1 })
  await database.close()
  await admin.end()
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
