import type { ClientBase } from 'pg'
import { createdSchema } from '../schema/created-schema.ts'
import type { SchemaRelease } from '../schema/heads.ts'
import { columnsByTable } from '../schema/used-columns.ts'

/** Any number, the same in each process: only one of those that start at once makes the tables. */
const CREATION_LOCK = 7_414_002_118

/** Fills a database whose schema has no tables; leaves any other as it is. */
export async function createTablesWhereNone(client: ClientBase, schema: SchemaRelease): Promise<void> {
  if (await hasTables(client)) return
  await client.query('BEGIN')
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [CREATION_LOCK])
    if (!(await hasTables(client))) await client.query(createdSchema('postgresql', schema))
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

async function hasTables(client: ClientBase): Promise<boolean> {
  const { rowCount } = await client.query(
    'SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() LIMIT 1',
  )
  return rowCount !== 0
}

export async function readColumns(client: ClientBase): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { rows } = await client.query<[string, string]>({
    text: 'SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()',
    rowMode: 'array',
  })
  return columnsByTable(rows)
}
