import type { Dataset, DatasetInput } from '../../entities/dataset.ts'
import type { Int64 } from '../../entities/int64.ts'
import type { Metric } from '../../entities/metric.ts'
import type { Param } from '../../entities/param.ts'
import { type ModelInput, type ModelOutput, RUN_NAME_TAG, type Run } from '../../entities/run.ts'
import type { Tag } from '../../entities/tag.ts'
import { commaSeparated, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { paddedLists } from './statement-sizes.ts'
import { type RunRow, toRunInfo } from './tracking-rows.ts'
import { type RunMark, WantedRuns } from './wanted-runs.ts'

type MetricCells = readonly [RunMark, key: string, value: number | null, timestamp: Int64 | null, step: Int64]
type PairCells = readonly [RunMark, key: string, value: string]
type ModelCells = readonly [RunMark, source: 'RUN_INPUT' | 'RUN_OUTPUT', modelId: string, step: Int64]

interface DatasetInputRow {
  readonly mark: RunMark
  readonly input_uuid: string
  readonly name: string
  readonly digest: string
  readonly dataset_source_type: string
  readonly dataset_source: string
  readonly dataset_schema: string | null
  readonly dataset_profile: string | null
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
 * Whole runs of rows of the table `runs` (all its columns), in the order of the rows: five statements, for each 256
 * runs where the database is on a server.
 */
export async function readRuns(session: SqlSession, rows: readonly RunRow[]): Promise<readonly Run[]> {
  const parts = new Map(rows.map(({ run_uuid }) => [run_uuid, noParts()]))
  const ids = [...parts.keys()]
  for (const wanted of WantedRuns.of(session.dialect, ids)) {
    const of: PartsOf = (mark) => parts.get(wanted.idOf(mark))
    await addData(session, wanted, of)
    await addDatasets(session, wanted, of)
    await addModels(session, wanted, of)
  }
  return rows.map((row) => toRun(row, parts.get(row.run_uuid) ?? noParts()))
}

type PartsOf = (mark: RunMark) => RunParts | undefined

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

const RUN_ID = sql`"run_uuid"`
const METRICS = sql`"latest_metrics"`
const PARAMS = sql`"params"`
const TAGS = sql`"tags"`

async function addData(session: SqlSession, wanted: WantedRuns, partsOf: PartsOf): Promise<void> {
  const mark = wanted.mark(RUN_ID)
  const metrics = await session.cells<MetricCells>(sql`
    SELECT ${mark}, "key", CASE WHEN "is_nan" THEN NULL ELSE "value" END, "timestamp", "step"
    ${wanted.from(METRICS, RUN_ID)} ORDER BY ${mark}, "key"`)
  for (const [run, key, value, timestamp, step] of metrics) {
    partsOf(run)?.metrics.push({ key, value: value ?? Number.NaN, timestamp: timestamp ?? 0, step })
  }
  const params = await session.cells<PairCells>(sql`
    SELECT ${mark}, "key", "value" ${wanted.from(PARAMS, RUN_ID)} ORDER BY ${mark}, "key"`)
  for (const [run, key, value] of params) partsOf(run)?.params.push({ key, value })
  const tags = await session.cells<PairCells>(sql`
    SELECT ${mark}, "key", COALESCE("value", '') ${wanted.from(TAGS, RUN_ID)} ORDER BY ${mark}, "key"`)
  for (const [run, key, value] of tags) partsOf(run)?.tags.push({ key, value })
}

const DATASETS = sql`"inputs" JOIN "datasets" ON "inputs"."source_id" = "datasets"."dataset_uuid"`
const DESTINATION = sql`"inputs"."destination_id"`

async function addDatasets(session: SqlSession, wanted: WantedRuns, partsOf: PartsOf): Promise<void> {
  const mark = wanted.mark(DESTINATION)
  const rows = await session.all<DatasetInputRow>(sql`
    SELECT ${mark} AS "mark", "inputs"."input_uuid", "datasets"."name", "datasets"."digest",
      "datasets"."dataset_source_type", "datasets"."dataset_source", "datasets"."dataset_schema",
      "datasets"."dataset_profile"
    ${wanted.from(DATASETS, DESTINATION, sql`AND "inputs"."destination_type" = 'RUN'`)}
    ORDER BY ${mark}, "datasets"."name", "datasets"."digest"`)
  if (rows.length === 0) return
  const tags = await inputTags(
    session,
    rows.map(({ input_uuid }) => input_uuid),
  )
  for (const row of rows) {
    const input = { dataset: toDataset(row), tags: tags.get(row.input_uuid) ?? [] }
    partsOf(row.mark)?.datasetInputs.push(input)
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

const INPUTS = sql`"inputs"`
const SOURCE = sql`"source_id"`
const IS_MODEL = sql`AND "source_type" IN ('RUN_INPUT', 'RUN_OUTPUT')
  AND "destination_type" IN ('MODEL_INPUT', 'MODEL_OUTPUT')`

async function addModels(session: SqlSession, wanted: WantedRuns, partsOf: PartsOf): Promise<void> {
  const mark = wanted.mark(SOURCE)
  const rows = await session.cells<ModelCells>(sql`
    SELECT ${mark}, "source_type", "destination_id", "step"
    ${wanted.from(INPUTS, SOURCE, IS_MODEL)} ORDER BY ${mark}, "destination_id"`)
  for (const [run, source, modelId, step] of rows) {
    if (source === 'RUN_INPUT') partsOf(run)?.modelInputs.push({ modelId })
    else partsOf(run)?.modelOutputs.push({ modelId, step })
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
