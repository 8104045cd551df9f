import { invalidParameter, notFound } from '../../core/errors.ts'
import { type ModelVersion, STAGE_DELETED_INTERNAL, type Stage } from '../../entities/model-version.ts'
import { type Sql, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { requireAlias, requireModelName } from '../validation.ts'
import { WORKSPACE } from '../workspace.ts'
import {
  type ModelVersionRow,
  type RegisteredModelRow,
  type TagRow,
  toModelVersion,
} from './registry-rows.ts'
import { HIGHEST_VERSION, requireVersion } from './version-rules.ts'

/** What the rooms of the registry store read of one model or version, each within a transaction of the caller's. */

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
  const row =
    number < 0n || number > HIGHEST_VERSION ? undefined : await findVersionRow(session, name, Number(number))
  if (row !== undefined) return row
  throw notFound(`Model Version (name=${name}, version=${number}) not found`, { name, version })
}

function findVersionRow(
  session: SqlSession,
  name: string,
  version: number,
): Promise<ModelVersionRow | undefined> {
  return session.first<ModelVersionRow>(sql`
    SELECT * FROM "model_versions"
    WHERE ${ofVersion(name, version)} AND "current_stage" <> ${STAGE_DELETED_INTERNAL}`)
}

/**
 * The version that an alias stands for; `latest` (any case) is the highest one.
 * @throws ServingError INVALID_PARAMETER_VALUE where the model has no such alias
 */
export async function requireVersionRowOfAlias(
  session: SqlSession,
  name: string,
  alias: string,
): Promise<ModelVersionRow> {
  requireModelName(name)
  requireAlias(alias)
  const isLatest = alias.toLowerCase() === 'latest'
  const row = isLatest ? await findLatestRow(session, name) : await findRowOfAlias(session, name, alias)
  if (row !== undefined) return row
  await requireModelRow(session, name)
  if (isLatest) throw notFound(`Latest version not found for model ${name}.`, { name })
  throw invalidParameter(`Registered model alias ${alias} not found.`, { name, alias })
}

/** The highest version of a model, of one stage where it is named. */
export function findLatestRow(
  session: SqlSession,
  name: string,
  stage?: Stage,
): Promise<ModelVersionRow | undefined> {
  const ofStage =
    stage === undefined ? sql`"current_stage" <> ${STAGE_DELETED_INTERNAL}` : sql`"current_stage" = ${stage}`
  return session.first<ModelVersionRow>(sql`
    SELECT * FROM "model_versions" WHERE ${ofModel(name)} AND ${ofStage} ORDER BY "version" DESC LIMIT 1`)
}

function findRowOfAlias(
  session: SqlSession,
  name: string,
  alias: string,
): Promise<ModelVersionRow | undefined> {
  return session.first<ModelVersionRow>(sql`
    SELECT "model_versions".* FROM "registered_model_aliases" AS "aliases" JOIN "model_versions"
      ON "model_versions"."workspace" = "aliases"."workspace" AND "model_versions"."name" = "aliases"."name"
      AND "model_versions"."version" = "aliases"."version"
    WHERE "aliases"."workspace" = ${WORKSPACE} AND "aliases"."name" = ${name} AND "aliases"."alias" = ${alias}
      AND "model_versions"."current_stage" <> ${STAGE_DELETED_INTERNAL}`)
}

/** The version with its tags and aliases. */
export async function readVersion(session: SqlSession, row: ModelVersionRow): Promise<ModelVersion> {
  const { name, version } = row
  const tags = await session.all<TagRow>(sql`
    SELECT "key", "value" FROM "model_version_tags"
    WHERE "workspace" = ${WORKSPACE} AND "name" = ${name} AND "version" = ${version}`)
  const aliases = await session.all<{ alias: string }>(sql`
    SELECT "alias" FROM "registered_model_aliases"
    WHERE "workspace" = ${WORKSPACE} AND "name" = ${name} AND "version" = ${version} ORDER BY "alias"`)
  return toModelVersion(
    row,
    tags,
    aliases.map(({ alias }) => alias),
  )
}

/** The condition that all tables of the registry share. */
export function ofModel(name: string): Sql {
  return sql`"workspace" = ${WORKSPACE} AND "name" = ${name}`
}

/** For the tables that also name a version. */
export function ofVersion(name: string, version: number): Sql {
  return sql`"workspace" = ${WORKSPACE} AND "name" = ${name} AND "version" = ${version}`
}
