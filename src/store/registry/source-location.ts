import { invalidParameter, notFound } from '../../core/errors.ts'
import { canonicalStage } from '../../entities/model-version.ts'
import { sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { WORKSPACE } from '../workspace.ts'
import { type ModelsUri, parseModelsUri } from './models-uri.ts'
import { findLatestRow, requireVersionRow, requireVersionRowOfAlias } from './registry-queries.ts'
import { type ModelVersionRow, storageLocation } from './registry-rows.ts'

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
  const parsed = parseModelsUri(source)
  if (parsed === undefined) throw unfetchable(source, `Not a proper models:/ URI: ${source}.`)
  if (!('modelId' in parsed)) {
    const row = await requireNamedVersion(session, parsed)
    return { storageLocation: storageLocation(row), runId: row.run_id }
  }
  const model = await findLoggedModel(session, parsed.modelId)
  if (model !== undefined) return { storageLocation: model.artifact_location, runId: model.source_run_id }
  throw unfetchable(source, `Logged model with ID '${parsed.modelId}' not found.`)
}

/**
 * The version that `models:/name/…` names.
 * @throws ServingError
 */
export async function requireNamedVersion(
  session: SqlSession,
  uri: Exclude<ModelsUri, { modelId: string }>,
): Promise<ModelVersionRow> {
  if ('version' in uri) return requireVersionRow(session, uri.name, uri.version)
  if ('alias' in uri) return requireVersionRowOfAlias(session, uri.name, uri.alias)
  const stage = uri.stage === undefined ? undefined : canonicalStage(uri.stage)
  const row = await findLatestRow(session, uri.name, stage)
  if (row !== undefined) return row
  const inStage = uri.stage === undefined ? '' : ` and stage '${uri.stage}'`
  throw invalidParameter(`No versions of model with name '${uri.name}'${inStage} found`, { name: uri.name })
}

export interface LoggedModelPlace {
  readonly artifact_location: string
  readonly source_run_id: string | null
}

export function findLoggedModel(session: SqlSession, modelId: string): Promise<LoggedModelPlace | undefined> {
  return session.first<LoggedModelPlace>(sql`
    SELECT "logged_models"."artifact_location", "source_run_id"
    FROM "logged_models" JOIN "experiments" USING ("experiment_id")
    WHERE "model_id" = ${modelId} AND "workspace" = ${WORKSPACE} AND "logged_models"."lifecycle_stage" <> 'deleted'`)
}

/** @throws ServingError RESOURCE_DOES_NOT_EXIST */
export async function requireLoggedModel(session: SqlSession, modelId: string): Promise<LoggedModelPlace> {
  const model = await findLoggedModel(session, modelId)
  if (model === undefined) throw notFound(`Logged model with ID '${modelId}' not found.`, { modelId })
  return model
}

/** The artifacts of a run, which may be deleted; undefined where there is no such run. */
export async function findRunArtifacts(session: SqlSession, runId: string): Promise<string | undefined> {
  const run = await session.first<{ artifact_uri: string | null }>(sql`
    SELECT "artifact_uri" FROM "runs" JOIN "experiments" USING ("experiment_id")
    WHERE "run_uuid" = ${runId} AND "workspace" = ${WORKSPACE}`)
  return run === undefined ? undefined : (run.artifact_uri ?? '')
}

function unfetchable(source: string, reason: string): Error {
  return invalidParameter(
    `Unable to fetch model from model URI source artifact location '${source}'.Error: ${reason}`,
  )
}
