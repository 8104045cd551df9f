import { notFound } from '../core/errors.ts'
import { STAGE_DELETED_INTERNAL } from '../entities/model-version.ts'
import type { Tag } from '../entities/tag.ts'
import type {
  AliasRow,
  ModelRows,
  ModelVersionRow,
  RegisteredModelRow,
  VersionTagRow,
} from './registry-rows.ts'
import { type Sql, sql } from './sql/sql.ts'
import type { SqlSession } from './sql/sql-database.ts'
import { requireModelName, requireVersion } from './validation.ts'
import { WORKSPACE } from './workspace.ts'

/** What the registry store reads, each within a transaction of the caller's. */

/** @throws ServingError RESOURCE_DOES_NOT_EXIST */
export async function requireModelRow(session: SqlSession, name: string): Promise<RegisteredModelRow> {
  requireModelName(name)
  const row = await session.first<RegisteredModelRow>(
    sql`SELECT * FROM "registered_models" WHERE ${ofModel(name)}`,
  )
  if (row === undefined) throw notFound(`Registered Model with name=${name} not found`, { name })
  return row
}

/** @throws ServingError RESOURCE_DOES_NOT_EXIST, for a deleted version too */
export async function requireVersionRow(
  session: SqlSession,
  name: string,
  version: string,
): Promise<ModelVersionRow> {
  requireModelName(name)
  const number = requireVersion(version)
  const row = await session.first<ModelVersionRow>(sql`
    SELECT * FROM "model_versions"
    WHERE ${ofModel(name)} AND "version" = ${number} AND "current_stage" <> ${STAGE_DELETED_INTERNAL}`)
  if (row !== undefined) return row
  throw notFound(`Model Version (name=${name}, version=${version}) not found`, { name, version })
}

export async function findVersionOfAlias(
  session: SqlSession,
  name: string,
  alias: string,
): Promise<string | undefined> {
  const row = await session.first<AliasRow>(
    sql`SELECT "alias", "version" FROM "registered_model_aliases" WHERE ${ofModel(name)} AND "alias" = ${alias}`,
  )
  return row === undefined ? undefined : String(row.version)
}

export async function readModelRows(session: SqlSession, name: string): Promise<ModelRows> {
  return {
    versions: await session.all<ModelVersionRow>(sql`
      SELECT * FROM "model_versions"
      WHERE ${ofModel(name)} AND "current_stage" <> ${STAGE_DELETED_INTERNAL} ORDER BY "version" DESC`),
    ...(await readTagsAndAliases(session, name)),
  }
}

export async function readTagsAndAliases(
  session: SqlSession,
  name: string,
): Promise<Pick<ModelRows, 'versionTags' | 'aliases'>> {
  return {
    versionTags: await session.all<VersionTagRow>(sql`
      SELECT "version", "key", "value" FROM "model_version_tags" WHERE ${ofModel(name)} ORDER BY "key"`),
    aliases: await session.all<AliasRow>(sql`
      SELECT "alias", "version" FROM "registered_model_aliases" WHERE ${ofModel(name)} ORDER BY "alias"`),
  }
}

export function readModelTags(session: SqlSession, name: string): Promise<readonly Tag[]> {
  return session.all<Tag>(
    sql`SELECT "key", "value" FROM "registered_model_tags" WHERE ${ofModel(name)} ORDER BY "key"`,
  )
}

/** One above the highest number that was ever given, deleted versions counted. */
export async function nextVersion(session: SqlSession, name: string): Promise<number> {
  const row = await session.first<{ highest: number | null }>(
    sql`SELECT MAX("version") AS "highest" FROM "model_versions" WHERE ${ofModel(name)}`,
  )
  return (row?.highest ?? 0) + 1
}

/** The condition that all tables of the registry share. */
export function ofModel(name: string): Sql {
  return sql`"workspace" = ${WORKSPACE} AND "name" = ${name}`
}
