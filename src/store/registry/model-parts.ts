import { type ModelVersion, STAGE_DELETED_INTERNAL } from '../../entities/model-version.ts'
import type { Tag } from '../../entities/tag.ts'
import { commaSeparated, type Sql, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { WORKSPACE } from '../workspace.ts'
import { ofModel } from './registry-queries.ts'
import {
  type AliasRow,
  type ModelParts,
  type ModelVersionRow,
  type TagRow,
  toModelVersion,
  toTags,
} from './registry-rows.ts'
import { nameMeantBy } from './same-name.ts'
import { byVersion, type VersionTagRow } from './version-tags.ts'

type Named<Row> = Row & { readonly name: string }

/** What belongs to these models, by their names as `registered_models` has them: in four statements for all. */
export async function readModelParts(
  session: SqlSession,
  names: readonly string[],
): Promise<(name: string) => ModelParts> {
  const ofModels = sql`"workspace" = ${WORKSPACE} AND "name" IN (${commaSeparated(names)})`
  const tags = await session.all<Named<TagRow>>(
    sql`SELECT "name", "key", "value" FROM "registered_model_tags" WHERE ${ofModels}`,
  )
  const aliases = await session.all<Named<AliasRow>>(
    sql`SELECT "name", "alias", "version" FROM "registered_model_aliases" WHERE ${ofModels} ORDER BY "alias"`,
  )
  const nameOf = nameMeantBy(names)
  const parts = {
    tags: Map.groupBy(tags, nameOf),
    aliases: Map.groupBy(aliases, nameOf),
    versions: Map.groupBy(await readLatestVersions(session, names), nameOf),
  }
  return (name) => ({
    tags: parts.tags.get(name) ?? [],
    aliases: parts.aliases.get(name) ?? [],
    latestVersions: parts.versions.get(name) ?? [],
  })
}

export async function readModelTags(session: SqlSession, name: string): Promise<readonly Tag[]> {
  const rows = await session.all<TagRow>(
    sql`SELECT "key", "value" FROM "registered_model_tags" WHERE ${ofModel(name)}`,
  )
  return toTags(rows)
}

/**
 * The highest version of each stage, without aliases, in the order of the lowest ones, as MLflow comes across the stages.
 * CROSS JOIN has SQLite go by the few to the many.
 */
async function readLatestVersions(
  session: SqlSession,
  names: readonly string[],
): Promise<readonly ModelVersion[]> {
  const latest = latestNumbers(names)
  const rows = await session.all<ModelVersionRow>(sql`
    SELECT "model_versions".* FROM (${latest}) AS "latest" CROSS JOIN "model_versions"
    WHERE "model_versions"."workspace" = ${WORKSPACE} AND "model_versions"."name" = "latest"."name"
      AND "model_versions"."version" = "latest"."version"
    ORDER BY "latest"."first_version"`)
  if (rows.length === 0) return []
  const tagsOf = byVersion(
    await session.all<VersionTagRow>(sql`
    SELECT "tags"."name", "tags"."version", "tags"."key", "tags"."value"
    FROM (${latest}) AS "latest" CROSS JOIN "model_version_tags" AS "tags"
    WHERE "tags"."workspace" = ${WORKSPACE} AND "tags"."name" = "latest"."name"
      AND "tags"."version" = "latest"."version"`),
  )
  return rows.map((row) => toModelVersion(row, tagsOf(row), []))
}

function latestNumbers(names: readonly string[]): Sql {
  return sql`
    SELECT "name", MAX("version") AS "version", MIN("version") AS "first_version" FROM "model_versions"
    WHERE "workspace" = ${WORKSPACE} AND "name" IN (${commaSeparated(names)})
      AND "current_stage" <> ${STAGE_DELETED_INTERNAL}
    GROUP BY "name", "current_stage"`
}
