import { commaSeparated, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { identityOf, isLater, type MetricRow } from './metric-rows.ts'
import { RowInsert } from './row-insert.ts'
import { rowLock } from './row-lock.ts'
import { paddedLists, unionOf } from './statement-sizes.ts'

const COLUMNS = ['key', 'value', 'timestamp', 'step', 'is_nan', 'run_uuid']
const METRICS = new RowInsert('metrics', COLUMNS)
const LATEST = new RowInsert('latest_metrics', COLUMNS, ['key', 'run_uuid'])

/**
 * Writes values of a run that `requireActiveRun` has locked. A value that is there already is left out. Most come
 * after the latest one of their metric and so cannot be there: only the others are looked for.
 */
export async function writeMetrics(
  session: SqlSession,
  runId: string,
  metrics: readonly MetricRow[],
): Promise<void> {
  const distinct = [...new Map(metrics.map((metric) => [identityOf(metric), metric])).values()]
  if (distinct.length === 0) return
  const latest = await latestOf(session, runId, [...new Set(distinct.map(({ key }) => key))])
  const fresh: MetricRow[] = []
  const doubtful: MetricRow[] = []
  for (const metric of distinct) {
    const known = latest.get(metric.key)
    if (known === undefined || isLater(metric, known)) fresh.push(metric)
    else doubtful.push(metric)
  }
  const added = [...fresh, ...(await withoutStored(session, runId, doubtful))]
  await METRICS.run(session, rowsOf(runId, added))
  await writeLatest(session, runId, fresh)
}

async function latestOf(
  session: SqlSession,
  runId: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, MetricRow>> {
  const latest = new Map<string, MetricRow>()
  for (const some of paddedLists(keys.toSorted())) {
    const rows = await session.all<MetricRow>(sql`
      SELECT "key", "value", "timestamp", "step", "is_nan" FROM "latest_metrics"
      WHERE "run_uuid" = ${runId} AND "key" IN (${commaSeparated(some)}) ORDER BY "key" ${rowLock(session)}`)
    for (const row of rows) latest.set(row.key, row)
  }
  return latest
}

/** @param fresh values that come after the latest ones so far */
async function writeLatest(session: SqlSession, runId: string, fresh: readonly MetricRow[]): Promise<void> {
  const newest = new Map<string, MetricRow>()
  for (const metric of fresh) {
    const before = newest.get(metric.key)
    if (before === undefined || isLater(metric, before)) newest.set(metric.key, metric)
  }
  await LATEST.replace(session, rowsOf(runId, [...newest.values()]))
}

/** Each look-up by the whole primary key, several in a statement. */
async function withoutStored(
  session: SqlSession,
  runId: string,
  metrics: readonly MetricRow[],
): Promise<readonly MetricRow[]> {
  const stored = new Set<string>()
  for (const some of paddedLists(metrics)) {
    const selects = some.map(
      (metric) => sql`
        SELECT "key", "value", "timestamp", "step", "is_nan" FROM "metrics"
        WHERE "key" = ${metric.key} AND "timestamp" = ${metric.timestamp} AND "step" = ${metric.step}
          AND "run_uuid" = ${runId} AND "value" = ${metric.value} AND "is_nan" = ${metric.is_nan}`,
    )
    const rows = await session.all<MetricRow>(unionOf(selects))
    for (const row of rows) stored.add(identityOf(row))
  }
  return metrics.filter((metric) => !stored.has(identityOf(metric)))
}

function rowsOf(runId: string, metrics: readonly MetricRow[]) {
  return metrics.map(({ key, value, timestamp, step, is_nan }) => [
    key,
    value,
    timestamp,
    step,
    Number(is_nan),
    runId,
  ])
}
