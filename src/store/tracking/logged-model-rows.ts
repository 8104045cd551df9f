import { internalError } from '../../core/errors.ts'
import {
  LOGGED_MODEL_STATUSES,
  type LoggedModelStatus,
  type LoggedModelWithData,
} from '../../entities/logged-model.ts'
import type { Metric } from '../../entities/metric.ts'
import type { Param } from '../../entities/param.ts'
import type { Tag } from '../../entities/tag.ts'
import { commaSeparated, type Sql, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { paddedLists } from './statement-sizes.ts'

/** A row of MLflow's table `logged_models`. */
export interface LoggedModelRow {
  readonly model_id: string
  readonly experiment_id: number
  readonly name: string
  readonly artifact_location: string
  readonly creation_timestamp_ms: number
  readonly last_updated_timestamp_ms: number
  readonly status: number
  readonly status_message: string | null
  readonly model_type: string | null
  readonly source_run_id: string | null
}

/** What the tables around `logged_models` hold of one model. */
export interface LoggedModelParts {
  readonly tags: readonly Tag[]
  readonly params: readonly Param[]
  readonly metrics: readonly Metric[]
}

/** The models of rows, in the order of the rows: a few statements for all of them. */
export async function readLoggedModels(
  session: SqlSession,
  rows: readonly LoggedModelRow[],
): Promise<readonly LoggedModelWithData[]> {
  const parts = await readParts(session, [...new Set(rows.map(({ model_id }) => model_id))])
  return rows.map((row) => toLoggedModel(row, parts(row.model_id)))
}

async function readParts(
  session: SqlSession,
  modelIds: readonly string[],
): Promise<(modelId: string) => LoggedModelParts> {
  const tags: (readonly OfModel<Tag>[])[] = []
  const params: (readonly OfModel<Param>[])[] = []
  const metrics: (readonly OfModel<MetricRow>[])[] = []
  for (const some of paddedLists(modelIds)) {
    const ids = commaSeparated(some)
    tags.push(await session.all<OfModel<Tag>>(tagsOf(ids)))
    params.push(await session.all<OfModel<Param>>(paramsOf(ids)))
    metrics.push(await session.all<OfModel<MetricRow>>(metricsOf(ids)))
  }
  const [tagsOfModel, paramsOfModel, metricsOfModel] = [
    byModel(tags.flat()),
    byModel(params.flat()),
    byModel(metrics.flat()),
  ]
  return (modelId) => ({
    tags: tagsOfModel(modelId).map(toPair),
    params: paramsOfModel(modelId).map(toPair),
    metrics: metricsOfModel(modelId).map(toMetric),
  })
}

type OfModel<Row> = Row & { readonly model_id: string }

function byModel<Row>(rows: readonly OfModel<Row>[]): (modelId: string) => readonly OfModel<Row>[] {
  const groups = Map.groupBy(rows, ({ model_id }) => model_id)
  return (modelId) => groups.get(modelId) ?? []
}

function tagsOf(modelIds: Sql): Sql {
  return sql`
    SELECT "model_id", "tag_key" AS "key", "tag_value" AS "value" FROM "logged_model_tags"
    WHERE "model_id" IN (${modelIds}) ORDER BY "model_id", "tag_key"`
}

function paramsOf(modelIds: Sql): Sql {
  return sql`
    SELECT "model_id", "param_key" AS "key", "param_value" AS "value" FROM "logged_model_params"
    WHERE "model_id" IN (${modelIds}) ORDER BY "model_id", "param_key"`
}

function metricsOf(modelIds: Sql): Sql {
  return sql`
    SELECT "model_id", "metric_name", "metric_value", "metric_timestamp_ms", "metric_step", "run_id",
      "dataset_name", "dataset_digest"
    FROM "logged_model_metrics" WHERE "model_id" IN (${modelIds})
    ORDER BY "model_id", "metric_name", "metric_timestamp_ms", "metric_step", "run_id"`
}

function toPair({ key, value }: Tag): Tag {
  return { key, value }
}

interface MetricRow {
  readonly metric_name: string
  readonly metric_value: number | null
  readonly metric_timestamp_ms: number | bigint
  readonly metric_step: number | bigint
  readonly run_id: string
  readonly dataset_name: string | null
  readonly dataset_digest: string | null
}

function toMetric(row: OfModel<MetricRow>): Metric {
  return {
    key: row.metric_name,
    value: row.metric_value ?? Number.NaN,
    timestamp: row.metric_timestamp_ms,
    step: row.metric_step,
    modelId: row.model_id,
    datasetName: row.dataset_name ?? undefined,
    datasetDigest: row.dataset_digest ?? undefined,
    runId: row.run_id,
  }
}

export function toLoggedModel(row: LoggedModelRow, parts: LoggedModelParts): LoggedModelWithData {
  return {
    modelId: row.model_id,
    experimentId: String(row.experiment_id),
    name: row.name,
    artifactLocation: row.artifact_location,
    creationTimestamp: row.creation_timestamp_ms,
    lastUpdatedTimestamp: row.last_updated_timestamp_ms,
    status: statusOf(row),
    statusMessage: row.status_message ?? undefined,
    modelType: row.model_type ?? undefined,
    sourceRunId: row.source_run_id ?? undefined,
    ...parts,
  }
}

function statusOf({ model_id, status }: LoggedModelRow): LoggedModelStatus {
  const name = LOGGED_MODEL_STATUSES[status]
  if (name === undefined) throw internalError(`Logged model ${model_id} has the status ${status}`)
  return name
}

/** The number of a status in the table. */
export function statusNumber(status: LoggedModelStatus): number {
  return LOGGED_MODEL_STATUSES.indexOf(status)
}
