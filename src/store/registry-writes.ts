import type { Tag } from '../entities/tag.ts'
import { ofModel } from './registry-queries.ts'
import { sql } from './sql/sql.ts'
import type { SqlSession } from './sql/sql-database.ts'
import { WORKSPACE } from './workspace.ts'

/** Small writes that several methods of the registry store share; replacing is DELETE and INSERT in all dialects. */

export async function writeModelTag(session: SqlSession, name: string, { key, value }: Tag): Promise<void> {
  await session.run(sql`DELETE FROM "registered_model_tags" WHERE ${ofModel(name)} AND "key" = ${key}`)
  await session.run(sql`
    INSERT INTO "registered_model_tags" ("key", "value", "name", "workspace")
    VALUES (${key}, ${value}, ${name}, ${WORKSPACE})`)
}

export async function writeVersionTag(
  session: SqlSession,
  version: { readonly name: string; readonly number: number },
  { key, value }: Tag,
): Promise<void> {
  const { name, number } = version
  await session.run(sql`
    DELETE FROM "model_version_tags" WHERE ${ofModel(name)} AND "version" = ${number} AND "key" = ${key}`)
  await session.run(sql`
    INSERT INTO "model_version_tags" ("key", "value", "name", "version", "workspace")
    VALUES (${key}, ${value}, ${name}, ${number}, ${WORKSPACE})`)
}

export async function deleteAlias(session: SqlSession, name: string, alias: string): Promise<void> {
  await session.run(sql`DELETE FROM "registered_model_aliases" WHERE ${ofModel(name)} AND "alias" = ${alias}`)
}

/** Marks the registered model as changed now. */
export async function touchModel(session: SqlSession, name: string, now: number): Promise<void> {
  await session.run(sql`UPDATE "registered_models" SET "last_updated_time" = ${now} WHERE ${ofModel(name)}`)
}
