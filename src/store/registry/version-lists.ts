import { invalidParameter } from '../../core/errors.ts'
import { canonicalStage, type ModelVersion, STAGE_DELETED_INTERNAL } from '../../entities/model-version.ts'
import type { Page } from '../search/page.ts'
import { createPageToken, readPageToken } from '../search/page-token.ts'
import { compileVersionSearch } from '../search/version-search.ts'
import { type Sql, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { WORKSPACE } from '../workspace.ts'
import { readModelParts } from './model-parts.ts'
import { ofModel, requireModelRow } from './registry-queries.ts'
import { type ModelVersionRow, toModelVersion } from './registry-rows.ts'
import type { RegistrySearch } from './registry-search.ts'
import { byVersion, type VersionTagRow } from './version-tags.ts'

const MAX_SEARCH_RESULTS = 200_000

/** The highest version of each of these stages, with aliases. @throws ServingError */
export async function latestVersions(
  session: SqlSession,
  name: string,
  stages: readonly string[],
): Promise<readonly ModelVersion[]> {
  const model = await requireModelRow(session, name)
  const wanted: readonly string[] = stages.map(canonicalStage)
  const parts = (await readModelParts(session, [model.name]))(model.name)
  return parts.latestVersions
    .filter(({ currentStage }) => wanted.length === 0 || wanted.includes(currentStage))
    .map((found) => {
      const aliases = parts.aliases.filter(({ version }) => String(version) === found.version)
      return { ...found, aliases: aliases.map(({ alias }) => alias) }
    })
}

/** All versions of a model, the newest first. */
export async function versionsOfModel(session: SqlSession, name: string): Promise<readonly ModelVersion[]> {
  return readSelected(
    session,
    sql`FROM "model_versions" WHERE ${ofModel(name)} AND "current_stage" <> ${STAGE_DELETED_INTERNAL}
      ORDER BY "version" DESC`,
  )
}

/** @throws ServingError INVALID_PARAMETER_VALUE */
export async function searchVersions(
  session: SqlSession,
  search: RegistrySearch,
): Promise<Page<ModelVersion>> {
  const { maxResults, pageToken } = search
  requireMaxResults(maxResults)
  const { where, orderBy } = compileVersionSearch(session.dialect, search)
  const offset = readPageToken(pageToken)
  // One more than asked for tells whether another page follows.
  const found = await readSelected(
    session,
    sql`FROM "model_versions" WHERE "model_versions"."workspace" = ${WORKSPACE}
      AND "model_versions"."current_stage" <> ${STAGE_DELETED_INTERNAL} AND ${where}
      ORDER BY ${orderBy} LIMIT ${maxResults + 1} OFFSET ${offset}`,
  )
  return {
    items: found.slice(0, maxResults),
    nextPageToken: found.length > maxResults ? createPageToken(offset + maxResults) : undefined,
  }
}

/** @param selection of versions, from FROM on; asked twice, since there may be more versions than parameters */
async function readSelected(session: SqlSession, selection: Sql): Promise<readonly ModelVersion[]> {
  const rows = await session.all<ModelVersionRow>(sql`SELECT "model_versions".* ${selection}`)
  if (rows.length === 0) return []
  const tags = await session.all<VersionTagRow>(sql`
    SELECT "found"."name", "tags"."version", "tags"."key", "tags"."value"
    FROM (SELECT "model_versions"."name", "model_versions"."version" ${selection}) AS "found"
    CROSS JOIN "model_version_tags" AS "tags"
    WHERE "tags"."workspace" = ${WORKSPACE} AND "tags"."name" = "found"."name"
      AND "tags"."version" = "found"."version"`)
  const tagsOf = byVersion(tags)
  return rows.map((row) => toModelVersion(row, tagsOf(row), []))
}

function requireMaxResults(maxResults: number): void {
  if (maxResults < 1) {
    throw invalidParameter(
      `Invalid value for max_results. It must be a positive integer, but got ${maxResults}`,
    )
  }
  if (maxResults > MAX_SEARCH_RESULTS) {
    throw invalidParameter(
      'Invalid value for request parameter max_results. It must be at most ' +
        `${MAX_SEARCH_RESULTS}, but got value ${maxResults}`,
    )
  }
}
