import { badRequest, invalidParameter } from '../../core/errors.ts'
import { pythonJson } from '../../core/python-json.ts'
import { appendToUri } from '../../core/uri-path.ts'
import { DEFAULT_EXPERIMENT_ID } from '../../entities/experiment.ts'
import { asInt64 } from '../../entities/int64.ts'
import type { Param } from '../../entities/param.ts'
import { LOGGED_MODELS_TAG, RUN_NAME_TAG, type Run } from '../../entities/run.ts'
import type { RunInfo } from '../../entities/run-info.ts'
import type { Tag } from '../../entities/tag.ts'
import { experimentNumber } from '../experiment-number.ts'
import type { Page } from '../search/page.ts'
import { sql } from '../sql/sql.ts'
import type { SqlDatabase, SqlSession } from '../sql/sql-database.ts'
import { requireActive, requireExperiment } from './experiment-queries.ts'
import { toMetricRow } from './metric-rows.ts'
import { writeMetrics } from './metric-writes.ts'
import { writeModelMetrics } from './model-metric-writes.ts'
import { deleteRun, restoreRun } from './run-deletion.ts'
import { madeUpRunName } from './run-name.ts'
import { requireActiveRun, requireRun } from './run-queries.ts'
import { readRuns } from './run-reader.ts'
import { type RunSearch, searchRuns } from './run-search.ts'
import type { NewRun, RunBatch, RunChange, RunStore } from './run-store.ts'
import { deleteTag, insertTags, replaceTags, writeParam, writeParams } from './run-writes.ts'
import { DEFAULT_TRACKING_LIMITS } from './tracking-limits.ts'
import { toRunInfo } from './tracking-rows.ts'
import { checkedBatch, checkedParam, checkedRunTag, requireRunId } from './tracking-validation.ts'

/** Runs on MLflow's SQL schema. */
export class SqlRuns implements RunStore {
  readonly #database: SqlDatabase
  readonly #cutsLongValues: boolean

  constructor(database: SqlDatabase, { cutsLongValues } = DEFAULT_TRACKING_LIMITS) {
    this.#database = database
    this.#cutsLongValues = cutsLongValues
  }

  getInfo(runId: string): Promise<RunInfo> {
    return this.#database.read(async (session) => toRunInfo(await requireRun(session, runId)))
  }

  get(runId: string): Promise<Run> {
    return this.#database.read((session) => readRun(session, runId))
  }

  search(search: RunSearch): Promise<Page<Run>> {
    return this.#database.read((session) => searchRuns(session, search))
  }

  create(run: NewRun): Promise<Run> {
    return this.#database.write(async (session) => {
      const experiment = await requireExperiment(session, run.experimentId || DEFAULT_EXPERIMENT_ID)
      requireActive(experiment)
      if (run.experimentId === '')
        throw badRequest('A run must be of an experiment: experiment_id is missing')
      const runId = crypto.randomUUID().replaceAll('-', '')
      const { name, tags } = named(run)
      const location = appendToUri(experiment.artifactLocation, `${runId}/artifacts`)
      await session.run(sql`
        INSERT INTO "runs" ("run_uuid", "name", "source_type", "source_name", "entry_point_name", "user_id",
          "status", "start_time", "source_version", "lifecycle_stage", "artifact_uri", "experiment_id")
        VALUES (${runId}, ${name}, 'UNKNOWN', '', '', ${run.userId ?? ''}, 'RUNNING',
          ${asInt64(run.startTime ?? 0)}, '', 'active', ${location}, ${experimentNumber(experiment.experimentId)})`)
      await insertTags(session, runId, tags)
      const { outputs: _, ...created } = await readRun(session, runId)
      return created
    })
  }

  update(runId: string, { status, endTime, runName = '' }: RunChange): Promise<RunInfo> {
    return this.#database.write(async (session) => {
      const before = await requireActiveRun(session, runId)
      const end = endTime === undefined ? before.end_time : asInt64(endTime)
      await session.run(sql`
        UPDATE "runs" SET "status" = ${status ?? before.status}, "end_time" = ${end} WHERE "run_uuid" = ${runId}`)
      await replaceTags(session, runId, [{ key: RUN_NAME_TAG, value: runName }])
      return (await readRun(session, runId)).info
    })
  }

  delete(runId: string): Promise<void> {
    return this.#database.write(async (session) => {
      await requireRun(session, runId)
      await deleteRun(session, runId)
    })
  }

  restore(runId: string): Promise<void> {
    return this.#database.write(async (session) => {
      await requireRun(session, runId)
      await restoreRun(session, runId)
    })
  }

  async setTag(runId: string, tag: Tag): Promise<void> {
    const checked = checkedRunTag(tag, this.#cutsLongValues)
    await this.#database.write(async (session) => {
      await requireActiveRun(session, runId)
      await replaceTags(session, runId, [checked])
    })
  }

  deleteTag(runId: string, key: string): Promise<void> {
    return this.#database.write(async (session) => {
      await requireActiveRun(session, runId)
      await deleteTag(session, runId, key)
    })
  }

  async logParam(runId: string, param: Param): Promise<void> {
    const checked = checkedParam(param, this.#cutsLongValues)
    await this.#database.write(async (session) => {
      await requireActiveRun(session, runId)
      await writeParam(session, runId, checked)
    })
  }

  async logBatch(runId: string, batch: RunBatch): Promise<void> {
    requireRunId(runId)
    const { metrics, params, tags } = checkedBatch(batch, this.#cutsLongValues)
    const rows = metrics.map(toMetricRow)
    await this.#database.write(async (session) => {
      const run = await requireActiveRun(session, runId)
      await writeParams(session, runId, params)
      await writeMetrics(session, runId, rows)
      await writeModelMetrics(session, run, metrics)
      await replaceTags(session, runId, tags)
    })
  }

  recordModel(runId: string, model: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#database.write(async (session) => {
      await requireActiveRun(session, runId)
      const before = await session.first<Tag>(sql`
        SELECT "key", "value" FROM "tags" WHERE "run_uuid" = ${runId} AND "key" = ${LOGGED_MODELS_TAG}`)
      const value = before === undefined ? pythonJson([model]) : withModel(before.value, model)
      await replaceTags(session, runId, [{ key: LOGGED_MODELS_TAG, value }])
    })
  }
}

async function readRun(session: SqlSession, runId: string): Promise<Run> {
  const [run] = await readRuns(session, [await requireRun(session, runId)])
  return run as Run
}

/** The name of a new run, and its tags with that name among them. */
function named({ runName = '', tags = [] }: NewRun): { name: string; tags: readonly Tag[] } {
  const ofTag = tags.find(({ key }) => key === RUN_NAME_TAG)?.value ?? ''
  if (runName !== '' && ofTag !== '' && runName !== ofTag) {
    throw invalidParameter(
      "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values " +
        `(run_name='${runName}', mlflow.runName='${ofTag}').`,
    )
  }
  const name = runName || ofTag || madeUpRunName()
  return { name, tags: ofTag === '' ? [...tags, { key: RUN_NAME_TAG, value: name }] : tags }
}

function withModel(models: string, model: Readonly<Record<string, unknown>>): string {
  const parsed = parsedList(models)
  if (parsed === undefined) throw badRequest(`The tag ${LOGGED_MODELS_TAG} of the run is no list`)
  return pythonJson([...parsed, model])
}

function parsedList(text: string): readonly unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
