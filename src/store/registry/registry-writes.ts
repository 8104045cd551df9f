import type { Tag } from '../../entities/tag.ts'
import { commaSeparated, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { WORKSPACE } from '../workspace.ts'
import { ofModel, ofVersion } from './registry-queries.ts'

/** Small writes that several methods of the registry store share; replacing is DELETE and INSERT in all dialects. */

/**
 * Holds the model until the transaction ends: who changes it or what belongs to it waits for others that do. So two
 * new versions get two numbers, and one tag set twice at a time is one tag. To be the first statement of a
 * transaction, since MySQL shows a transaction the state of its first SELECT. SQLite has one writer at a time.
 */
export async function holdModel(session: SqlSession, name: string): Promise<void> {
  if (session.dialect === 'sqlite') return
  await session.run(sql`
    UPDATE "registered_models" SET "last_updated_time" = "last_updated_time" WHERE ${ofModel(name)}`)
}

/** Marks the registered model as changed now. */
export async function touchModel(session: SqlSession, name: string, now: number): Promise<void> {
  await session.run(sql`UPDATE "registered_models" SET "last_updated_time" = ${now} WHERE ${ofModel(name)}`)
}

export async function writeModelTag(session: SqlSession, name: string, tag: Tag): Promise<void> {
  await deleteModelTag(session, name, tag.key)
  await insertModelTags(session, name, [tag])
}

export async function deleteModelTag(session: SqlSession, name: string, key: string): Promise<void> {
  await session.run(sql`DELETE FROM "registered_model_tags" WHERE ${ofModel(name)} AND "key" = ${key}`)
}

/** Of a model that has none of these yet. */
export async function insertModelTags(
  session: SqlSession,
  name: string,
  tags: readonly Tag[],
): Promise<void> {
  for (const chunk of chunks(lastOfEachKey(tags))) {
    const rows = chunk.map(({ key, value }) => sql`(${key}, ${value}, ${name}, ${WORKSPACE})`)
    await session.run(sql`
      INSERT INTO "registered_model_tags" ("key", "value", "name", "workspace") VALUES ${commaSeparated(rows)}`)
  }
}

export interface VersionKey {
  readonly name: string
  readonly version: number
}

export async function writeVersionTag(session: SqlSession, version: VersionKey, tag: Tag): Promise<void> {
  await deleteVersionTag(session, version, tag.key)
  await insertVersionTags(session, version, [tag])
}

export async function deleteVersionTag(
  session: SqlSession,
  { name, version }: VersionKey,
  key: string,
): Promise<void> {
  await session.run(
    sql`DELETE FROM "model_version_tags" WHERE ${ofVersion(name, version)} AND "key" = ${key}`,
  )
}

/** Of a version that has none of these yet. */
export async function insertVersionTags(
  session: SqlSession,
  { name, version }: VersionKey,
  tags: readonly Tag[],
): Promise<void> {
  for (const chunk of chunks(lastOfEachKey(tags))) {
    const rows = chunk.map(({ key, value }) => sql`(${key}, ${value}, ${name}, ${version}, ${WORKSPACE})`)
    await session.run(sql`
      INSERT INTO "model_version_tags" ("key", "value", "name", "version", "workspace")
      VALUES ${commaSeparated(rows)}`)
  }
}

export async function deleteAlias(session: SqlSession, name: string, alias: string): Promise<void> {
  await session.run(sql`DELETE FROM "registered_model_aliases" WHERE ${ofModel(name)} AND "alias" = ${alias}`)
}

function lastOfEachKey(tags: readonly Tag[]): readonly Tag[] {
  return [...new Map(tags.map((tag) => [tag.key, tag])).values()]
}

const CHUNK_ROWS = 500

/** So many rows at a time that no database counts too many parameters. */
export function chunks<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const cut: Item[][] = []
  for (let start = 0; start < items.length; start += CHUNK_ROWS) {
    cut.push(items.slice(start, start + CHUNK_ROWS))
  }
  return cut
}
