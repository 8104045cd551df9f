import { badRequest, notFound } from '../../core/errors.ts'
import {
  type LoggedModelStatus,
  type LoggedModelWithData,
  loggedModelLocation,
  newModelId,
} from '../../entities/logged-model.ts'
import type { Param } from '../../entities/param.ts'
import type { Tag } from '../../entities/tag.ts'
import type { Page } from '../search/page.ts'
import { commaSeparated, type Sql, sql } from '../sql/sql.ts'
import type { SqlDatabase, SqlSession } from '../sql/sql-database.ts'
import { requireLoggedModelName } from '../validation.ts'
import { WORKSPACE } from '../workspace.ts'
import { requireActive, requireExperiment } from './experiment-queries.ts'
import { type LoggedModelRow, readLoggedModels, statusNumber, toLoggedModel } from './logged-model-rows.ts'
import { searchLoggedModels } from './logged-model-search.ts'
import type {
  LoggedModelFilter,
  LoggedModelSearch,
  LoggedModelStore,
  NewLoggedModel,
} from './logged-model-store.ts'
import { RowInsert } from './row-insert.ts'
import { rowLock } from './row-lock.ts'
import { madeUpRunName } from './run-name.ts'
import { paddedLists } from './statement-sizes.ts'

/** Logged models on MLflow's SQL schema. */
export class SqlLoggedModels implements LoggedModelStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  async create(model: NewLoggedModel): Promise<LoggedModelWithData> {
    if (model.name !== undefined) requireLoggedModelName(model.name)
    return this.#database.write(async (session) => {
      const experiment = await requireExperiment(session, model.experimentId)
      requireActive(experiment)
      const modelId = model.modelId ?? newModelId()
      const row = newRow(
        { ...model, experimentId: experiment.experimentId },
        modelId,
        loggedModelLocation(experiment, modelId),
      )
      await insertModel(session, row)
      const { params = [], tags = [] } = model
      await insertParams(session, row, params)
      requireDistinctKeys('tag', modelId, tags)
      await insertTags(session, row, tags)
      return toLoggedModel(row, { tags, params, metrics: [] })
    })
  }

  finalize(modelId: string, status: LoggedModelStatus): Promise<LoggedModelWithData> {
    return this.#database.write(async (session) => {
      await session.run(sql`
        UPDATE "logged_models" SET "status" = ${statusNumber(status)}, "last_updated_timestamp_ms" = ${Date.now()}
        WHERE "model_id" = ${modelId}`)
      return readOne(session, await requireRow(session, modelId))
    })
  }

  get(modelId: string, { allowDeleted = false } = {}): Promise<LoggedModelWithData> {
    return this.#database.read(async (session) => {
      const row = await requireRow(session, modelId)
      if (row.lifecycle_stage === 'deleted' && !allowDeleted) throw modelNotFound(modelId)
      return readOne(session, row)
    })
  }

  ofName({ experimentId, name }: LoggedModelFilter): Promise<readonly LoggedModelWithData[]> {
    return this.#database.read(async (session) => {
      if (!/^\d+$/.test(experimentId)) return []
      const rows = await session.all<LoggedModelRow>(sql`
        SELECT "logged_models".* FROM "logged_models" JOIN "experiments" USING ("experiment_id")
        WHERE "experiment_id" = ${Number(experimentId)} AND "logged_models"."name" = ${name}
          AND "workspace" = ${WORKSPACE} AND "logged_models"."lifecycle_stage" <> 'deleted'
        ORDER BY "creation_timestamp_ms" DESC, "model_id"`)
      return readLoggedModels(session, rows)
    })
  }

  search(search: LoggedModelSearch): Promise<Page<LoggedModelWithData>> {
    return this.#database.read((session) => searchLoggedModels(session, search))
  }

  logParams(modelId: string, params: readonly Param[]): Promise<void> {
    return this.#database.write(async (session) => {
      await insertParams(session, await lockRow(session, modelId), params)
    })
  }

  setTags(modelId: string, tags: readonly Tag[]): Promise<void> {
    return this.#database.write(async (session) => {
      const row = await lockRow(session, modelId)
      const byKey = new Map(tags.map((tag) => [tag.key, tag]))
      for (const key of byKey.keys()) await removeTag(session, modelId, key)
      await insertTags(session, row, [...byKey.values()])
    })
  }

  deleteTag(modelId: string, key: string): Promise<void> {
    return this.#database.write(async (session) => {
      await requireRow(session, modelId)
      if ((await removeTag(session, modelId, key)) > 0) return
      throw notFound(`No tag with key '${key}' found for model with ID '${modelId}'.`, { modelId })
    })
  }

  delete(modelId: string): Promise<void> {
    return this.#database.write(async (session) => {
      await requireRow(session, modelId)
      await session.run(sql`
        UPDATE "logged_models" SET "lifecycle_stage" = 'deleted', "last_updated_timestamp_ms" = ${Date.now()}
        WHERE "model_id" = ${modelId}`)
    })
  }
}

type StagedRow = LoggedModelRow & { readonly lifecycle_stage: string | null }

function requireRow(session: SqlSession, modelId: string): Promise<StagedRow> {
  return selectRow(session, modelId, NO_LOCK)
}

/** Whoever adds to a model waits for whoever does so already: two could add the same key. */
function lockRow(session: SqlSession, modelId: string): Promise<StagedRow> {
  return selectRow(session, modelId, rowLock(session))
}

const NO_LOCK = sql``

async function selectRow(session: SqlSession, modelId: string, lock: Sql): Promise<StagedRow> {
  const row = await session.first<StagedRow>(sql`
    SELECT * FROM "logged_models" WHERE "model_id" = ${modelId} AND "experiment_id" IN
      (SELECT "experiment_id" FROM "experiments" WHERE "workspace" = ${WORKSPACE})
    ${lock}`)
  if (row === undefined) throw modelNotFound(modelId)
  return row
}

function modelNotFound(modelId: string): Error {
  return notFound(`Logged model with ID '${modelId}' not found.`, { modelId })
}

async function readOne(session: SqlSession, row: LoggedModelRow): Promise<LoggedModelWithData> {
  const [model] = await readLoggedModels(session, [row])
  if (model === undefined) throw modelNotFound(row.model_id)
  return model
}

function newRow(model: NewLoggedModel, modelId: string, location: string): LoggedModelRow {
  const now = Date.now()
  return {
    model_id: modelId,
    experiment_id: Number(model.experimentId),
    name: model.name ?? madeUpRunName(),
    artifact_location: location,
    creation_timestamp_ms: now,
    last_updated_timestamp_ms: now,
    status: statusNumber('PENDING'),
    status_message: null,
    model_type: model.modelType ?? null,
    source_run_id: model.sourceRunId ?? null,
  }
}

async function insertModel(session: SqlSession, row: LoggedModelRow): Promise<void> {
  await session.run(sql`
    INSERT INTO "logged_models" ("model_id", "experiment_id", "name", "artifact_location",
      "creation_timestamp_ms", "last_updated_timestamp_ms", "status", "lifecycle_stage", "model_type",
      "source_run_id")
    VALUES (${row.model_id}, ${row.experiment_id}, ${row.name}, ${row.artifact_location},
      ${row.creation_timestamp_ms}, ${row.last_updated_timestamp_ms}, ${row.status}, 'active', ${row.model_type},
      ${row.source_run_id})`)
}

const PARAMS = new RowInsert('logged_model_params', ['model_id', 'experiment_id', 'param_key', 'param_value'])
const TAGS = new RowInsert('logged_model_tags', ['model_id', 'experiment_id', 'tag_key', 'tag_value'])

/** @throws ServingError BAD_REQUEST where a param is there already, or comes twice */
async function insertParams(
  session: SqlSession,
  { model_id, experiment_id }: LoggedModelRow,
  params: readonly Param[],
): Promise<void> {
  requireDistinctKeys('param', model_id, params)
  for (const keys of paddedLists(params.map(({ key }) => key))) {
    const taken = await session.first<{ param_key: string }>(sql`
      SELECT "param_key" FROM "logged_model_params"
      WHERE "model_id" = ${model_id} AND "param_key" IN (${commaSeparated(keys)})`)
    if (taken !== undefined) throw twice('param', model_id, taken.param_key)
  }
  await PARAMS.run(
    session,
    params.map(({ key, value }) => [model_id, experiment_id, key, value]),
  )
}

function insertTags(
  session: SqlSession,
  { model_id, experiment_id }: LoggedModelRow,
  tags: readonly Tag[],
): Promise<void> {
  return TAGS.run(
    session,
    tags.map(({ key, value }) => [model_id, experiment_id, key, value]),
  )
}

function removeTag(session: SqlSession, modelId: string, key: string): Promise<number> {
  return session.run(
    sql`DELETE FROM "logged_model_tags" WHERE "model_id" = ${modelId} AND "tag_key" = ${key}`,
  )
}

function requireDistinctKeys(what: 'param' | 'tag', modelId: string, pairs: readonly Tag[]): void {
  const seen = new Set<string>()
  for (const { key } of pairs) {
    if (seen.has(key)) throw twice(what, modelId, key)
    seen.add(key)
  }
}

function twice(what: 'param' | 'tag', modelId: string, key: string): Error {
  return badRequest(
    `UNIQUE constraint failed: logged_model_${what}s.model_id, logged_model_${what}s.${what}_key. ` +
      `The ${what} with key '${key}' of the logged model '${modelId}' can be given only once.`,
  )
}
