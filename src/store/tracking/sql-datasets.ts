import { badRequest } from '../../core/errors.ts'
import { DATASET_CONTEXT_TAG, type DatasetInput, type DatasetSummary } from '../../entities/dataset.ts'
import { asInt64, type Int64 } from '../../entities/int64.ts'
import type { ModelInput, ModelOutput } from '../../entities/run.ts'
import { experimentNumber, fitsColumn } from '../experiment-number.ts'
import { commaSeparated, sql } from '../sql/sql.ts'
import type { SqlDatabase, SqlSession } from '../sql/sql-database.ts'
import type { DatasetStore, NewRunInputs } from './dataset-store.ts'
import { requireDatasetInput } from './dataset-validation.ts'
import { RowInsert } from './row-insert.ts'
import { requireActiveRun } from './run-queries.ts'
import { paddedLists } from './statement-sizes.ts'
import { requireRunId } from './tracking-validation.ts'

const MAX_SUMMARIES = 1000

const DATASETS = new RowInsert('datasets', [
  'dataset_uuid',
  'experiment_id',
  'name',
  'digest',
  'dataset_source_type',
  'dataset_source',
  'dataset_schema',
  'dataset_profile',
])
const INPUTS = new RowInsert('inputs', [
  'input_uuid',
  'source_type',
  'source_id',
  'destination_type',
  'destination_id',
  'step',
])
const INPUT_TAGS = new RowInsert('input_tags', ['input_uuid', 'name', 'value'])

/** Inputs and outputs of runs on MLflow's SQL schema. */
export class SqlDatasets implements DatasetStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  async logInputs(runId: string, { datasets, models }: NewRunInputs): Promise<void> {
    requireRunId(runId)
    for (const input of datasets) requireDatasetInput(input)
    await this.#database.write(async (session) => {
      const run = await requireActiveRun(session, runId)
      await writeDatasetInputs(session, runId, await datasetIds(session, run.experiment_id, datasets))
      await writeModelInputs(session, runId, models)
    })
  }

  async logOutputs(runId: string, models: readonly ModelOutput[]): Promise<void> {
    await this.#database.write(async (session) => {
      await requireActiveRun(session, runId)
      const known = await modelsOf(session, runId, 'RUN_OUTPUT')
      for (const { modelId } of models) {
        if (known.has(modelId)) throw badRequest(`Run ${runId} has the output '${modelId}' already`)
        known.add(modelId)
      }
      await INPUTS.run(
        session,
        models.map(({ modelId, step }) => [
          newId(),
          'RUN_OUTPUT',
          runId,
          'MODEL_OUTPUT',
          modelId,
          asInt64(step),
        ]),
      )
    })
  }

  async search(experimentIds: readonly string[]): Promise<readonly DatasetSummary[]> {
    const numbers = experimentIds.map(experimentNumber)
    return this.#database.read(async (session) => {
      const ids = numbers.filter((number) => fitsColumn(session, number))
      const found: SummaryRow[] = []
      for (const some of paddedLists(ids)) found.push(...(await summariesOf(session, some)))
      return found.slice(0, MAX_SUMMARIES).map(({ experiment_id, context, ...names }) => ({
        ...names,
        experimentId: String(experiment_id),
        context: context || undefined,
      }))
    })
  }
}

/** A dataset input, and the id of its dataset. */
type IdentifiedInput = readonly [datasetId: string, input: DatasetInput]

interface SummaryRow {
  readonly experiment_id: Int64
  readonly name: string
  readonly digest: string
  readonly context: string | null
}

/** A dataset that is new in the experiment is written; one that is given twice counts once, as first given. */
async function datasetIds(
  session: SqlSession,
  experimentId: Int64,
  inputs: readonly DatasetInput[],
): Promise<readonly IdentifiedInput[]> {
  const identified = new Map<string, IdentifiedInput>()
  for (const input of inputs) {
    const { name, digest } = input.dataset
    const identity = JSON.stringify([name, digest])
    if (identified.has(identity)) continue
    const stored = await session.first<{ dataset_uuid: string }>(sql`
      SELECT "dataset_uuid" FROM "datasets"
      WHERE "experiment_id" = ${experimentId} AND "name" = ${name} AND "digest" = ${digest}`)
    const datasetId = stored?.dataset_uuid ?? newId()
    if (stored === undefined) await DATASETS.run(session, [datasetRow(datasetId, experimentId, input)])
    identified.set(identity, [datasetId, input])
  }
  return [...identified.values()]
}

function datasetRow(datasetId: string, experimentId: Int64, { dataset }: DatasetInput) {
  const { name, digest, sourceType, source, schema = null, profile = null } = dataset
  return [datasetId, experimentId, name, digest, sourceType, source, schema, profile]
}

async function writeDatasetInputs(
  session: SqlSession,
  runId: string,
  inputs: readonly IdentifiedInput[],
): Promise<void> {
  for (const [datasetId, { tags }] of inputs) {
    const stored = await session.first(sql`
      SELECT "input_uuid" FROM "inputs"
      WHERE "source_type" = 'DATASET' AND "source_id" = ${datasetId}
        AND "destination_type" = 'RUN' AND "destination_id" = ${runId}`)
    if (stored !== undefined) continue
    if (new Set(tags.map(({ key }) => key)).size < tags.length) {
      throw badRequest(
        'UNIQUE constraint failed: input_tags.input_uuid, input_tags.name: a tag is given twice',
      )
    }
    const inputId = newId()
    await INPUTS.run(session, [[inputId, 'DATASET', datasetId, 'RUN', runId, 0]])
    await INPUT_TAGS.run(
      session,
      tags.map(({ key, value }) => [inputId, key, value]),
    )
  }
}

async function writeModelInputs(
  session: SqlSession,
  runId: string,
  models: readonly ModelInput[],
): Promise<void> {
  if (models.length === 0) return
  const known = await modelsOf(session, runId, 'RUN_INPUT')
  const added = new Set(models.map(({ modelId }) => modelId).filter((modelId) => !known.has(modelId)))
  await INPUTS.run(
    session,
    [...added].map((modelId) => [newId(), 'RUN_INPUT', runId, 'MODEL_INPUT', modelId, 0]),
  )
}

async function modelsOf(
  session: SqlSession,
  runId: string,
  sourceType: 'RUN_INPUT' | 'RUN_OUTPUT',
): Promise<Set<string>> {
  const rows = await session.all<{ destination_id: string }>(
    sql`SELECT "destination_id" FROM "inputs" WHERE "source_type" = ${sourceType} AND "source_id" = ${runId}`,
  )
  return new Set(rows.map(({ destination_id }) => destination_id))
}

function summariesOf(session: SqlSession, experimentIds: readonly Int64[]): Promise<readonly SummaryRow[]> {
  return session.all<SummaryRow>(sql`
    SELECT DISTINCT "datasets"."experiment_id", "datasets"."name", "datasets"."digest",
      "input_tags"."value" AS "context"
    FROM "datasets" JOIN "inputs" ON "inputs"."source_id" = "datasets"."dataset_uuid"
      LEFT JOIN "input_tags" ON "input_tags"."input_uuid" = "inputs"."input_uuid"
        AND "input_tags"."name" = ${DATASET_CONTEXT_TAG}
    WHERE "datasets"."experiment_id" IN (${commaSeparated(experimentIds)})
    ORDER BY "datasets"."experiment_id", "datasets"."name", "datasets"."digest", "context"
    LIMIT ${MAX_SUMMARIES}`)
}

function newId(): string {
  return crypto.randomUUID().replaceAll('-', '')
}
