import type { Dataset, DatasetInput } from '../../entities/dataset.ts'
import type { Int64 } from '../../entities/int64.ts'
import type { Metric } from '../../entities/metric.ts'
import type { Param } from '../../entities/param.ts'
import { type ModelInput, type ModelOutput, RUN_NAME_TAG, type Run } from '../../entities/run.ts'
import type { Tag } from '../../entities/tag.ts'
import { commaSeparated, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { type MetricRow, toMetric } from './metric-rows.ts'
import { paddedLists } from './statement-sizes.ts'
import { type RunRow, toRunInfo } from './tracking-rows.ts'

type OfRun<Row> = Row & { readonly run_uuid: string }

interface DatasetInputRow {
  readonly input_uuid: string
  readonly name: string
  readonly digest: string
  readonly dataset_source_type: string
  readonly dataset_source: string
  readonly dataset_schema: string | null
  readonly dataset_profile: string | null
}

interface ModelRow {
  readonly source_type: 'RUN_INPUT' | 'RUN_OUTPUT'
  readonly model_id: string
  readonly step: Int64
}

/** What belongs to one run, as it is read. */
interface RunParts {
  readonly metrics: Metric[]
  readonly params: Param[]
  readonly tags: Tag[]
  readonly datasetInputs: DatasetInput[]
  readonly modelInputs: ModelInput[]
  readonly modelOutputs: ModelOutput[]
}

/**
 * Whole runs of rows of the table `runs` (all its columns), in the order of the rows: six statements for up to 256
 * runs.
 */
export async function readRuns(session: SqlSession, rows: readonly RunRow[]): Promise<readonly Run[]> {
  const parts = new Map(rows.map(({ run_uuid }) => [run_uuid, noParts()]))
  for (const ids of paddedLists(rows.map(({ run_uuid }) => run_uuid))) {
    await addData(session, ids, parts)
    await addDatasets(session, ids, parts)
    await addModels(session, ids, parts)
  }
  return rows.map((row) => toRun(row, parts.get(row.run_uuid) ?? noParts()))
}

type PartsByRun = ReadonlyMap<string, RunParts>

function noParts(): RunParts {
  return { metrics: [], params: [], tags: [], datasetInputs: [], modelInputs: [], modelOutputs: [] }
}

function toRun(row: RunRow, { metrics, params, tags, ...used }: RunParts): Run {
  const { datasetInputs, modelInputs, modelOutputs } = used
  const name = row.name || tags.find(({ key }) => key === RUN_NAME_TAG)?.value
  return {
    info: toRunInfo({ ...row, name: name ?? null }),
    data: { metrics, params, tags },
    inputs: { datasetInputs, modelInputs },
    outputs: { modelOutputs },
  }
}

async function addData(session: SqlSession, ids: readonly string[], parts: PartsByRun): Promise<void> {
  const metrics = await session.all<OfRun<MetricRow>>(sql`
    SELECT "run_uuid", "key", "value", "timestamp", "step", "is_nan" FROM "latest_metrics"
    WHERE "run_uuid" IN (${commaSeparated(ids)}) ORDER BY "run_uuid", "key"`)
  for (const row of metrics) parts.get(row.run_uuid)?.metrics.push(toMetric(row))
  const params = await session.all<OfRun<Param>>(sql`
    SELECT "run_uuid", "key", "value" FROM "params"
    WHERE "run_uuid" IN (${commaSeparated(ids)}) ORDER BY "run_uuid", "key"`)
  for (const { run_uuid, key, value } of params) parts.get(run_uuid)?.params.push({ key, value })
  const tags = await session.all<OfRun<Tag>>(sql`
    SELECT "run_uuid", "key", COALESCE("value", '') AS "value" FROM "tags"
    WHERE "run_uuid" IN (${commaSeparated(ids)}) ORDER BY "run_uuid", "key"`)
  for (const { run_uuid, key, value } of tags) parts.get(run_uuid)?.tags.push({ key, value })
}

async function addDatasets(session: SqlSession, ids: readonly string[], parts: PartsByRun): Promise<void> {
  const rows = await session.all<OfRun<DatasetInputRow>>(sql`
    SELECT "inputs"."destination_id" AS "run_uuid", "inputs"."input_uuid", "datasets"."name", "datasets"."digest",
      "datasets"."dataset_source_type", "datasets"."dataset_source", "datasets"."dataset_schema",
      "datasets"."dataset_profile"
    FROM "inputs" JOIN "datasets" ON "inputs"."source_id" = "datasets"."dataset_uuid"
    WHERE "inputs"."destination_type" = 'RUN' AND "inputs"."destination_id" IN (${commaSeparated(ids)})
    ORDER BY "inputs"."destination_id", "datasets"."name", "datasets"."digest"`)
  if (rows.length === 0) return
  const tags = await inputTags(
    session,
    rows.map(({ input_uuid }) => input_uuid),
  )
  for (const row of rows) {
    const input = { dataset: toDataset(row), tags: tags.get(row.input_uuid) ?? [] }
    parts.get(row.run_uuid)?.datasetInputs.push(input)
  }
}

async function inputTags(
  session: SqlSession,
  inputIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Tag[]>> {
  const tags = new Map<string, Tag[]>(inputIds.map((id) => [id, []]))
  for (const ids of paddedLists(inputIds)) {
    const rows = await session.all<Tag & { input_uuid: string }>(sql`
      SELECT "input_uuid", "name" AS "key", "value" FROM "input_tags"
      WHERE "input_uuid" IN (${commaSeparated(ids)}) ORDER BY "input_uuid", "name"`)
    for (const { input_uuid, key, value } of rows) tags.get(input_uuid)?.push({ key, value })
  }
  return tags
}

async function addModels(session: SqlSession, ids: readonly string[], parts: PartsByRun): Promise<void> {
  const rows = await session.all<OfRun<ModelRow>>(sql`
    SELECT "source_id" AS "run_uuid", "source_type", "destination_id" AS "model_id", "step" FROM "inputs"
    WHERE "source_type" IN ('RUN_INPUT', 'RUN_OUTPUT') AND "source_id" IN (${commaSeparated(ids)})
      AND "destination_type" IN ('MODEL_INPUT', 'MODEL_OUTPUT')
    ORDER BY "source_id", "destination_id"`)
  for (const { run_uuid, source_type, model_id: modelId, step } of rows) {
    const run = parts.get(run_uuid)
    if (source_type === 'RUN_INPUT') run?.modelInputs.push({ modelId })
    else run?.modelOutputs.push({ modelId, step })
  }
}

function toDataset(row: DatasetInputRow): Dataset {
  return {
    name: row.name,
    digest: row.digest,
    sourceType: row.dataset_source_type,
    source: row.dataset_source,
    schema: row.dataset_schema || undefined,
    profile: row.dataset_profile || undefined,
  }
}
