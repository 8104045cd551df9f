import { isRecord } from '../../core/record.ts'
import type { Int64 } from '../../entities/int64.ts'
import { commaSeparated, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { paddedLists } from './statement-sizes.ts'

/** What an assessment of a trace says about the run that it came from. */
const SOURCE_RUN_KEY = 'mlflow.assessment.sourceRunId'

export async function deleteRun(session: SqlSession, runId: string): Promise<void> {
  await deleteAssessmentsOf(session, new Set([runId]))
  await session.run(sql`
    UPDATE "runs" SET "lifecycle_stage" = 'deleted', "deleted_time" = ${Date.now()} WHERE "run_uuid" = ${runId}`)
}

/** Deletes all runs of an experiment, also those that were deleted before. */
export async function deleteRunsOf(session: SqlSession, experimentId: Int64): Promise<void> {
  if (await hasAssessments(session)) {
    const runs = await session.all<{ run_uuid: string }>(
      sql`SELECT "run_uuid" FROM "runs" WHERE "experiment_id" = ${experimentId}`,
    )
    await deleteAssessmentsOf(session, new Set(runs.map(({ run_uuid }) => run_uuid)))
  }
  await session.run(sql`
    UPDATE "runs" SET "lifecycle_stage" = 'deleted', "deleted_time" = ${Date.now()}
    WHERE "experiment_id" = ${experimentId}`)
}

export async function restoreRun(session: SqlSession, runId: string): Promise<void> {
  await session.run(sql`
    UPDATE "runs" SET "lifecycle_stage" = 'active', "deleted_time" = ${null} WHERE "run_uuid" = ${runId}`)
}

export async function restoreRunsOf(session: SqlSession, experimentId: Int64): Promise<void> {
  await session.run(sql`
    UPDATE "runs" SET "lifecycle_stage" = 'active', "deleted_time" = ${null}
    WHERE "experiment_id" = ${experimentId}`)
}

/** As MLflow 3.17.2: the assessments that a deleted run made are gone for good. */
async function deleteAssessmentsOf(session: SqlSession, runIds: ReadonlySet<string>): Promise<void> {
  if (!(await hasAssessments(session))) return
  const rows = await session.all<{ assessment_id: string; assessment_metadata: string }>(sql`
    SELECT "assessment_id", "assessment_metadata" FROM "assessments"
    WHERE "assessment_metadata" LIKE ${`%"${SOURCE_RUN_KEY}"%`}`)
  const theirs = rows.filter((row) => runIds.has(sourceRunOf(row.assessment_metadata) ?? ''))
  for (const ids of paddedLists(theirs.map((row) => row.assessment_id))) {
    await session.run(sql`DELETE FROM "assessments" WHERE "assessment_id" IN (${commaSeparated(ids)})`)
  }
}

async function hasAssessments(session: SqlSession): Promise<boolean> {
  return (await session.first(sql`SELECT 1 AS "one" FROM "assessments" LIMIT 1`)) !== undefined
}

function sourceRunOf(metadata: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(metadata)
    const runId = isRecord(parsed) ? parsed[SOURCE_RUN_KEY] : undefined
    return typeof runId === 'string' ? runId : undefined
  } catch {
    return undefined
  }
}
