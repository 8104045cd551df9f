import type { Int64 } from '../../entities/int64.ts'
import type { MetricOrder } from '../search/run-order.ts'
import type { CompiledRunSearch } from '../search/run-search.ts'
import { type Sql, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import type { RunRow } from './tracking-rows.ts'

export interface RunRowSearch {
  readonly compiled: CompiledRunSearch
  /** The condition of experiments and lifecycle stages. */
  readonly scope: Sql
  readonly limit: number
  readonly offset: number
}

/** Those of a RunRow. */
const COLUMNS = sql`"runs"."run_uuid", "runs"."name", "runs"."experiment_id", "runs"."user_id", "runs"."status",
  "runs"."start_time", "runs"."end_time", "runs"."artifact_uri", "runs"."lifecycle_stage"`

/** The rows of a page of runs; in a wider search, `where` may be the condition in another form. */
export function pageOfRuns(search: RunRowSearch, scope = search.scope, where = search.compiled.where): Sql {
  const { compiled, limit, offset } = search
  return sql`SELECT ${COLUMNS} FROM "runs"${compiled.joins} WHERE ${scope} AND ${where}
    ORDER BY ${compiled.orderBy} LIMIT ${limit} OFFSET ${offset}`
}

/** How many runs are tried first for each one that is wanted, and how many at least. */
const TRIED = 4
const FEWEST_TRIED = 512
/** Where those were too few, more are tried, as the share that was found tells; but not this many times as many. */
const MOST_GROWTH = 16
const MARGIN = 1.5
/** Runs are mostly inserted as they start, but not always: the newest are sought among this many times as many. */
const SAMPLED = 8

/**
 * The rows of a page in a SQLite database. MLflow's tables have no index by experiment, by start or by the value of
 * a metric, so a search has to look at all runs; but what the order puts first is often enough, and the conditions
 * on the others need not be looked up then.
 */
export async function findInSqlite(session: SqlSession, search: RunRowSearch): Promise<readonly RunRow[]> {
  const { scope, limit, offset } = search
  let tried = Math.max((limit + offset) * TRIED, FEWEST_TRIED)
  if (!(await hasMany(session, scope))) return session.all(pageOfRuns(search))
  for (let attempt = 0; attempt < 2; attempt++) {
    const first = await firstInOrder(session, search, tried)
    if (first === undefined) break
    const rows = await session.all<RunRow>(pageOfRuns(search, sql`${first} AND ${scope}`))
    if (rows.length === limit) return rows
    const needed = (tried * (limit + offset) * MARGIN) / (offset + rows.length)
    if (rows.length === 0 || needed > tried * MOST_GROWTH) break
    tried = Math.ceil(needed)
  }
  return session.all(pageOfRuns(search, scope, search.compiled.whereOfMany))
}

/** Whether there is a point in choosing among the runs of the scope. */
async function hasMany(session: SqlSession, scope: Sql): Promise<boolean> {
  const last = await session.first(sql`SELECT 1 FROM "runs" WHERE ${scope} LIMIT 1 OFFSET ${FEWEST_TRIED}`)
  return last !== undefined
}

/** A condition for at least so many of the runs that the order puts first, and for none that it puts later. */
async function firstInOrder(
  session: SqlSession,
  { compiled: { firstMetric, isUsualOrder }, scope }: RunRowSearch,
  tried: number,
): Promise<Sql | undefined> {
  if (firstMetric !== undefined) return withBestMetric(session, firstMetric, tried)
  const start = isUsualOrder ? await newestStart(session, scope, tried) : undefined
  return start === undefined ? undefined : sql`"runs"."start_time" >= ${start}`
}

/**
 * A time since when at least so many runs of the scope started, as the runs that were inserted last show it;
 * undefined where those are fewer.
 */
async function newestStart(session: SqlSession, scope: Sql, wanted: number): Promise<Int64 | undefined> {
  const row = await session.first<{ start_time: Int64 | null }>(sql`
    SELECT "start_time" FROM (SELECT "runs"."start_time" FROM "runs" WHERE ${scope}
      ORDER BY "runs"."rowid" DESC LIMIT ${wanted * SAMPLED}) AS "sample"
    ORDER BY "start_time" DESC LIMIT 1 OFFSET ${wanted - 1}`)
  return row?.start_time ?? undefined
}

/** The runs that a metric puts first: at least so many, of any experiment; undefined where fewer have it. */
async function withBestMetric(
  session: SqlSession,
  firstMetric: MetricOrder,
  wanted: number,
): Promise<Sql | undefined> {
  const ofKey = sql`"best"."key" = ${firstMetric.key} AND NOT "best"."is_nan"`
  const direction = firstMetric.ascending ? sql`ASC` : sql`DESC`
  const row = await session.first<{ value: number }>(sql`
    SELECT "best"."value" FROM "latest_metrics" AS "best" WHERE ${ofKey}
    ORDER BY "best"."value" ${direction} LIMIT 1 OFFSET ${wanted - 1}`)
  if (row === undefined) return undefined
  const isBetter = firstMetric.ascending
    ? sql`"best"."value" <= ${row.value}`
    : sql`"best"."value" >= ${row.value}`
  return sql`"runs"."run_uuid" IN (
    SELECT "best"."run_uuid" FROM "latest_metrics" AS "best" WHERE ${ofKey} AND ${isBetter})`
}
