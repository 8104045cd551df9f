import { sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { WORKSPACE } from '../workspace.ts'
import { isPromptVersion } from './client-source.ts'
import type { NewModelVersion } from './model-version-store.ts'
import { tellLoggedModel } from './registered-versions-tag.ts'
import { ofModel, requireModelRow, requireVersionRow } from './registry-queries.ts'
import type { ModelVersionRow } from './registry-rows.ts'
import { insertVersionTags, touchModel } from './registry-writes.ts'
import { locateSource, requireLoggedModel } from './source-location.ts'

/**
 * Writes a version, its tags, and the tag of the logged model that it is made of.
 * @throws ServingError
 */
export async function insertVersion(session: SqlSession, created: NewModelVersion): Promise<ModelVersionRow> {
  const { name, source, modelId = '', tags = [] } = created
  const location = await locateSource(session, source)
  const runId = await runOf(session, modelId, created.runId || location.runId || created.runId)
  await requireModelRow(session, name)
  const version = await nextVersion(session, name)
  const now = Date.now()
  await session.run(sql`
    INSERT INTO "model_versions" ("name", "version", "creation_time", "last_updated_time", "description",
      "current_stage", "source", "run_id", "run_link", "status", "storage_location", "workspace")
    VALUES (${name}, ${version}, ${now}, ${now}, ${created.description ?? null}, 'None', ${source},
      ${runId}, ${created.runLink ?? null}, 'READY', ${location.storageLocation}, ${WORKSPACE})`)
  await insertVersionTags(session, { name, version }, tags)
  await touchModel(session, name, now)
  if (modelId !== '' && !isPromptVersion(created)) await tellLoggedModel(session, modelId, { name, version })
  return requireVersionRow(session, name, String(version))
}

/** The run that is named, or else that of the logged model. */
async function runOf(
  session: SqlSession,
  modelId: string,
  runId: string | undefined,
): Promise<string | null> {
  if (modelId === '' || (runId ?? '') !== '') return runId ?? null
  return (await requireLoggedModel(session, modelId)).source_run_id
}

/** One above the highest number that was ever given, deleted versions counted. */
async function nextVersion(session: SqlSession, name: string): Promise<number> {
  const row = await session.first<{ highest: number | null }>(
    sql`SELECT MAX("version") AS "highest" FROM "model_versions" WHERE ${ofModel(name)}`,
  )
  return (row?.highest ?? 0) + 1
}
