import { invalidParameter, notFound } from '../../core/errors.ts'
import { type Sql, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { WORKSPACE } from '../workspace.ts'
import { rowLock } from './row-lock.ts'
import type { RunRow } from './tracking-rows.ts'

/** What the rooms of the tracking store read of single runs, each within a transaction of the caller's. */

/** @throws ServingError RESOURCE_DOES_NOT_EXIST */
export function requireRun(session: SqlSession, runId: string): Promise<RunRow> {
  return found(session, runId, sql``)
}

/**
 * A run to log to: until the transaction ends, no other writes to it.
 * @throws ServingError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE where the run is deleted
 */
export async function requireActiveRun(session: SqlSession, runId: string): Promise<RunRow> {
  const run = await found(session, runId, rowLock(session))
  if (run.lifecycle_stage === 'active') return run
  throw invalidParameter(
    `The run ${runId} must be in the 'active' state. Current state is ${run.lifecycle_stage}.`,
    { runId },
  )
}

/** The workspace is not joined: a lock would be one of the experiment too, and keep its other runs waiting. */
async function found(session: SqlSession, runId: string, lock: Sql): Promise<RunRow> {
  const row = await session.first<RunRow & { workspace: string }>(sql`
    SELECT "runs".*, (SELECT "workspace" FROM "experiments"
      WHERE "experiments"."experiment_id" = "runs"."experiment_id") AS "workspace"
    FROM "runs" WHERE "run_uuid" = ${runId} ${lock}`)
  if (row?.workspace === WORKSPACE) return row
  throw notFound(`Run with id=${runId} not found`, { runId })
}
