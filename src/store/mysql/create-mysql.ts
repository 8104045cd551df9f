import type { Connection, RowDataPacket } from 'mysql2/promise'
import { createdSchema } from '../schema/created-schema.ts'
import type { SchemaRelease } from '../schema/heads.ts'
import { columnsByTable } from '../schema/used-columns.ts'

const LOCK_SECONDS = 120

/**
 * Fills a database that has no tables; leaves any other as it is. MySQL commits each table by itself: what was begun
 * and cut short has tables and no revision, and is refused afterwards.
 */
export async function createTablesWhereNone(connection: Connection, schema: SchemaRelease): Promise<void> {
  if (await hasTables(connection)) return
  // One of those that start at once makes the tables, the others wait for it.
  await connection.query(`SELECT GET_LOCK(CONCAT('headrace ', DATABASE()), ${LOCK_SECONDS})`)
  try {
    if (!(await hasTables(connection))) await connection.query(createdSchema('mysql', schema))
  } finally {
    await connection.query(`SELECT RELEASE_LOCK(CONCAT('headrace ', DATABASE()))`)
  }
}

async function hasTables(connection: Connection): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() LIMIT 1',
  )
  return rows.length > 0
}

export async function readColumns(connection: Connection): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = DATABASE()',
  )
  return columnsByTable(rows.map((row) => [String(row['t']), String(row['c'])] as const))
}
