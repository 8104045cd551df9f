import { invalidParameter } from '../core/errors.ts'
import { requireVersionRow } from './registry-queries.ts'
import { storageLocation } from './registry-rows.ts'
import { sql } from './sql/sql.ts'
import type { SqlSession } from './sql/sql-database.ts'
import { WORKSPACE } from './workspace.ts'

export interface SourceLocation {
  readonly storageLocation: string
  readonly runId: string | null
}

/**
 * Where the files of a version made from `source` lie, and the run they came from. `models:/m-…` and
 * `models:/name/3` are looked up once, now, as in MLflow; any other source is its own location.
 * @throws ServingError
 */
export async function locateSource(session: SqlSession, source: string): Promise<SourceLocation> {
  if (!source.startsWith('models:')) return { storageLocation: source, runId: null }
  const [, first = '', second] = /^models:\/+([^/]+)(?:\/(\d+))?$/.exec(source) ?? []
  if (second !== undefined) {
    const row = await requireVersionRow(session, first, second)
    return { storageLocation: storageLocation(row), runId: row.run_id }
  }
  const model = await session.first<{ artifact_location: string; source_run_id: string | null }>(sql`
    SELECT "logged_models"."artifact_location", "source_run_id" FROM "logged_models" JOIN "experiments" USING ("experiment_id")
    WHERE "model_id" = ${first} AND "workspace" = ${WORKSPACE} AND "logged_models"."lifecycle_stage" <> 'deleted'`)
  if (model !== undefined) return { storageLocation: model.artifact_location, runId: model.source_run_id }
  throw invalidParameter(
    `Unable to fetch model from model URI source artifact location '${source}'. ` +
      `Error: Logged model with ID '${first}' not found.`,
  )
}
