import { invalidParameter, notFound } from '../../core/errors.ts'
import type { Int64 } from '../../entities/int64.ts'
import type { Tag } from '../../entities/tag.ts'
import { experimentNumber } from '../experiment-number.ts'
import { sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { RowInsert } from './row-insert.ts'

/** The tags in which MLflow's UI keeps its charts, of which an experiment has a limited number. */
const VIEW_TAG_PREFIX = 'mlflow.customView.view'
const MAX_VIEWS = 50

const TAGS = new RowInsert('experiment_tags', ['experiment_id', 'key', 'value'], ['key', 'experiment_id'])

export async function replaceTags(
  session: SqlSession,
  experimentId: Int64,
  tags: readonly Tag[],
): Promise<void> {
  await requireRoomForViews(session, experimentId, tags)
  const values = new Map(tags.map(({ key, value }) => [key, value]))
  await TAGS.replace(
    session,
    [...values].map(([key, value]) => [experimentId, key, value]),
  )
}

/** @throws ServingError RESOURCE_DOES_NOT_EXIST */
export async function deleteTag(session: SqlSession, experimentId: string, key: string): Promise<void> {
  const deleted = await session.run(sql`
    DELETE FROM "experiment_tags" WHERE "experiment_id" = ${experimentNumber(experimentId)} AND "key" = ${key}`)
  if (deleted === 0) throw notFound(`No tag with name: ${key} in experiment with id ${experimentId}`)
}

async function requireRoomForViews(
  session: SqlSession,
  experimentId: Int64,
  tags: readonly Tag[],
): Promise<void> {
  const views = new Set(tags.map(({ key }) => key).filter(isView))
  if (views.size === 0) return
  const stored = await session.all<{ key: string }>(
    sql`SELECT "key" FROM "experiment_tags" WHERE "experiment_id" = ${experimentId}`,
  )
  const known = stored.map(({ key }) => key).filter(isView)
  const added = [...views].filter((key) => !known.includes(key))
  if (added.length === 0 || known.length + added.length <= MAX_VIEWS) return
  const where = known.length === 0 ? '' : ` for experiment ${experimentId}`
  throw invalidParameter(
    `Unable to create another custom view${where}; the maximum number of custom views per experiment is ` +
      `${MAX_VIEWS}. Delete an existing custom view before creating a new one.`,
  )
}

function isView(key: string): boolean {
  return key.startsWith(VIEW_TAG_PREFIX)
}
