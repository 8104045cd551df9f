import { badRequest } from '../../core/errors.ts'
import { asInt64, type Int64 } from '../../entities/int64.ts'
import type { Metric } from '../../entities/metric.ts'
import { commaSeparated, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { storedValue } from './metric-rows.ts'
import { RowInsert } from './row-insert.ts'
import { paddedLists, unionOf } from './statement-sizes.ts'
import type { RunRow } from './tracking-rows.ts'

const MODEL_METRICS = new RowInsert('logged_model_metrics', [
  'model_id',
  'metric_name',
  'metric_timestamp_ms',
  'metric_step',
  'metric_value',
  'experiment_id',
  'run_id',
  'dataset_uuid',
  'dataset_name',
  'dataset_digest',
])

interface ModelMetricRow {
  readonly model_id: string
  readonly metric_name: string
  readonly metric_timestamp_ms: Int64
  readonly metric_step: Int64
  readonly metric_value: number | null
  readonly dataset_name: string | null
  readonly dataset_digest: string | null
}

/**
 * Writes the values that are of logged models to these models too. Of a model's metric there is one value at a step
 * and a time: the same value of the same dataset again is left out.
 * @throws ServingError BAD_REQUEST where a model is not there, or has another value or dataset
 */
export async function writeModelMetrics(
  session: SqlSession,
  run: RunRow,
  metrics: readonly Metric[],
): Promise<void> {
  const added = new Map<string, Metric>()
  for (const metric of metrics) {
    if (metric.modelId === undefined) continue
    const row = toRow(metric)
    const before = added.get(identityOf(row))
    if (before !== undefined) requireSame(toRow(before), row)
    else added.set(identityOf(row), metric)
  }
  if (added.size === 0) return
  await requireModels(session, [...new Set([...added.values()].map(({ modelId = '' }) => modelId))])
  for (const stored of await storedRows(session, run.run_uuid, [...added.values()].map(toRow))) {
    const metric = added.get(identityOf(stored))
    if (metric !== undefined) requireSame(stored, toRow(metric))
    added.delete(identityOf(stored))
  }
  await MODEL_METRICS.run(
    session,
    [...added.values()].map((metric) => valuesOf(metric, run)),
  )
}

async function requireModels(session: SqlSession, modelIds: readonly string[]): Promise<void> {
  const known = new Set<string>()
  for (const ids of paddedLists(modelIds)) {
    const rows = await session.all<{ model_id: string }>(
      sql`SELECT "model_id" FROM "logged_models" WHERE "model_id" IN (${commaSeparated(ids)})`,
    )
    for (const { model_id } of rows) known.add(model_id)
  }
  const missing = modelIds.find((modelId) => !known.has(modelId))
  if (missing !== undefined) throw badRequest(`There is no logged model with ID '${missing}'`)
}

/** Each look-up by the whole primary key, several in a statement. */
async function storedRows(
  session: SqlSession,
  runId: string,
  rows: readonly ModelMetricRow[],
): Promise<readonly ModelMetricRow[]> {
  const stored: ModelMetricRow[] = []
  for (const some of paddedLists(rows)) {
    const selects = some.map(
      (row) => sql`
        SELECT "model_id", "metric_name", "metric_timestamp_ms", "metric_step", "metric_value",
          "dataset_name", "dataset_digest"
        FROM "logged_model_metrics"
        WHERE "model_id" = ${row.model_id} AND "metric_name" = ${row.metric_name}
          AND "metric_timestamp_ms" = ${row.metric_timestamp_ms} AND "metric_step" = ${row.metric_step}
          AND "run_id" = ${runId}`,
    )
    stored.push(...(await session.all<ModelMetricRow>(unionOf(selects))))
  }
  return stored
}

function requireSame(stored: ModelMetricRow, row: ModelMetricRow): void {
  const sameDataset = stored.dataset_name === row.dataset_name && stored.dataset_digest === row.dataset_digest
  if (stored.metric_value === row.metric_value && sameDataset) return
  const other = sameDataset ? 'value' : 'dataset'
  throw badRequest(
    `Metric '${row.metric_name}' of the logged model '${row.model_id}' has another ${other} at step ` +
      `${row.metric_step} and time ${row.metric_timestamp_ms} already`,
  )
}

function toRow(metric: Metric): ModelMetricRow {
  return {
    model_id: metric.modelId ?? '',
    metric_name: metric.key,
    metric_timestamp_ms: asInt64(metric.timestamp),
    metric_step: asInt64(metric.step),
    metric_value: storedValue(metric.value),
    dataset_name: metric.datasetName ?? null,
    dataset_digest: metric.datasetDigest ?? null,
  }
}

function identityOf(row: ModelMetricRow): string {
  return `${row.model_id} ${row.metric_timestamp_ms} ${row.metric_step} ${row.metric_name}`
}

function valuesOf(metric: Metric, run: RunRow) {
  const row = toRow(metric)
  return [
    row.model_id,
    row.metric_name,
    row.metric_timestamp_ms,
    row.metric_step,
    row.metric_value,
    run.experiment_id,
    run.run_uuid,
    null,
    row.dataset_name,
    row.dataset_digest,
  ]
}
