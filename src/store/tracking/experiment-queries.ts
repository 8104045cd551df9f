import { invalidParameter, notFound } from '../../core/errors.ts'
import type { Experiment, LifecycleStage } from '../../entities/experiment.ts'
import type { Int64 } from '../../entities/int64.ts'
import type { Tag } from '../../entities/tag.ts'
import { experimentNumber, fitsColumn } from '../experiment-number.ts'
import { commaSeparated, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { WORKSPACE } from '../workspace.ts'
import { paddedLists } from './statement-sizes.ts'
import { type ExperimentRow, toExperiment } from './tracking-rows.ts'

/** What the rooms of the tracking store read of experiments, each within a transaction of the caller's. */

export async function findExperiment(
  session: SqlSession,
  experimentId: string,
): Promise<Experiment | undefined> {
  const number = experimentNumber(experimentId)
  if (!fitsColumn(session, number)) return undefined
  const row = await session.first<ExperimentRow>(
    sql`SELECT * FROM "experiments" WHERE "workspace" = ${WORKSPACE} AND "experiment_id" = ${number}`,
  )
  return row === undefined ? undefined : toExperiment(row, await experimentTags(session, row.experiment_id))
}

/**
 * @param stage in which the experiment must be; any where it is left out
 * @throws ServingError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE for an id that is no number
 */
export async function requireExperiment(
  session: SqlSession,
  experimentId: string,
  stage?: LifecycleStage,
): Promise<Experiment> {
  const found = await findExperiment(session, experimentId)
  if (found !== undefined && (stage === undefined || found.lifecycleStage === stage)) return found
  throw notFound(`No Experiment with id=${experimentNumber(experimentId)} exists`)
}

export function experimentTags(session: SqlSession, experimentId: Int64): Promise<readonly Tag[]> {
  return session.all<Tag>(sql`
    SELECT "key", COALESCE("value", '') AS "value" FROM "experiment_tags"
    WHERE "experiment_id" = ${experimentId} ORDER BY "key"`)
}

/** Experiments with their tags, in the order of the rows, with one statement for hundreds of them. */
export async function readExperiments(
  session: SqlSession,
  rows: readonly ExperimentRow[],
): Promise<readonly Experiment[]> {
  const tags = new Map<string, Tag[]>(rows.map(({ experiment_id }) => [String(experiment_id), []]))
  for (const ids of paddedLists(rows.map((row) => row.experiment_id))) {
    const found = await session.all<Tag & { experiment_id: Int64 }>(sql`
      SELECT "experiment_id", "key", COALESCE("value", '') AS "value" FROM "experiment_tags"
      WHERE "experiment_id" IN (${commaSeparated(ids)}) ORDER BY "experiment_id", "key"`)
    for (const { experiment_id, key, value } of found) tags.get(String(experiment_id))?.push({ key, value })
  }
  return rows.map((row) => toExperiment(row, tags.get(String(row.experiment_id)) ?? []))
}

/** @throws ServingError INVALID_PARAMETER_VALUE where the experiment is deleted */
export function requireActive({ experimentId, lifecycleStage }: Experiment): void {
  if (lifecycleStage === 'active') return
  throw invalidParameter(
    `The experiment ${experimentId} must be in the 'active' state. Current state is ${lifecycleStage}.`,
  )
}
