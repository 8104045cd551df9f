import { asInt64 } from '../../entities/int64.ts'
import type { Metric, MetricOfRun } from '../../entities/metric.ts'
import type { Page } from '../search/page.ts'
import { createPageToken, readPageToken } from '../search/page-token.ts'
import { commaSeparated, type Sql, sql } from '../sql/sql.ts'
import type { SqlDatabase, SqlSession } from '../sql/sql-database.ts'
import { type MetricRow, toMetric, toMetricRow } from './metric-rows.ts'
import { sampleMetric } from './metric-sample.ts'
import type {
  MetricHistoriesQuery,
  MetricHistoryQuery,
  MetricSampleQuery,
  MetricStore,
} from './metric-store.ts'
import { writeMetrics } from './metric-writes.ts'
import { writeModelMetrics } from './model-metric-writes.ts'
import { requireActiveRun } from './run-queries.ts'
import { paddedLists } from './statement-sizes.ts'
import { requireMetric, requireWholeDataset } from './tracking-validation.ts'

/** More rows than any metric has: SQL has no OFFSET without a LIMIT that all databases take. */
const EVERYTHING = Number.MAX_SAFE_INTEGER

/** Metrics on MLflow's SQL schema. */
export class SqlMetrics implements MetricStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  async log(runId: string, metric: Metric): Promise<void> {
    requireWholeDataset(metric)
    requireMetric(metric)
    await this.#database.write(async (session) => {
      const run = await requireActiveRun(session, runId)
      await writeModelMetrics(session, run, [metric])
      await writeMetrics(session, runId, [toMetricRow(metric)])
    })
  }

  history({ runId, metricKey, maxResults, pageToken }: MetricHistoryQuery): Promise<Page<Metric>> {
    return this.#database.read(async (session) => {
      const offset = readPageToken(pageToken)
      const limit = maxResults === undefined ? EVERYTHING : maxResults + 1
      const rows = await session.all<MetricRow>(sql`
        SELECT "key", "value", "timestamp", "step", "is_nan" FROM "metrics"
        WHERE "run_uuid" = ${runId} AND "key" = ${metricKey}
        ORDER BY "timestamp", "step", "value", "is_nan" LIMIT ${limit} OFFSET ${Math.max(0, offset)}`)
      const isLast = maxResults === undefined || rows.length <= maxResults
      const items = (isLast ? rows : rows.slice(0, maxResults)).map(toMetric)
      return { items, nextPageToken: isLast ? undefined : createPageToken(offset + maxResults) }
    })
  }

  histories({ runIds, metricKey, maxResults }: MetricHistoriesQuery): Promise<readonly MetricOfRun[]> {
    return this.#database.read(async (session) => {
      const rows: MetricOfRunRow[] = []
      for (const ids of paddedLists([...new Set(runIds)].toSorted())) {
        if (rows.length >= maxResults) break
        rows.push(
          ...(await session.all<MetricOfRunRow>(historiesOf(ids, metricKey, maxResults - rows.length))),
        )
      }
      return rows.map((row) => ({ ...toMetric(row), runId: row.run_uuid }))
    })
  }

  sample({ runIds, metricKey, maxResults, steps }: MetricSampleQuery): Promise<readonly MetricOfRun[]> {
    return this.#database.read(async (session) => {
      const found: MetricOfRun[] = []
      for (const runId of runIds) {
        const rows = await sampleOf(session, { runId, metricKey, maxResults, steps })
        found.push(...rows.map((row) => ({ ...toMetric(row), runId })))
      }
      return found
    })
  }
}

interface MetricOfRunRow extends MetricRow {
  readonly run_uuid: string
}

function historiesOf(runIds: readonly string[], metricKey: string, maxResults: number): Sql {
  return sql`
    SELECT "run_uuid", "key", "value", "timestamp", "step", "is_nan" FROM "metrics"
    WHERE "key" = ${metricKey} AND "run_uuid" IN (${commaSeparated(runIds)})
    ORDER BY "run_uuid", "timestamp", "step", "value" LIMIT ${maxResults}`
}

type SampleOfRun = Omit<MetricSampleQuery, 'runIds'> & { readonly runId: string }

function sampleOf(session: SqlSession, query: SampleOfRun): Promise<readonly MetricRow[]> {
  const { runId, metricKey, maxResults, steps } = query
  const range =
    steps === undefined
      ? sql``
      : sql`AND "step" >= ${asInt64(steps.first)} AND "step" <= ${asInt64(steps.last)}`
  const from = sql`FROM "metrics" WHERE "run_uuid" = ${runId} AND "key" = ${metricKey} ${range}`
  return sampleMetric(session, from, Math.max(1, maxResults))
}
