import { alreadyExists, invalidParameter, notFound } from '../core/errors.ts'
import { DEFAULT_EXPERIMENT_ID, DEFAULT_EXPERIMENT_NAME, type Experiment } from '../entities/experiment.ts'
import {
  LOGGED_MODEL_STATUSES,
  type LoggedModel,
  type LoggedModelStatus,
  loggedModelLocation,
  newModelId,
} from '../entities/logged-model.ts'
import type { RunInfo } from '../entities/run-info.ts'
import type { Tag } from '../entities/tag.ts'
import { sql } from './sql/sql.ts'
import type { SqlDatabase, SqlSession } from './sql/sql-database.ts'
import {
  type ExperimentRow,
  type LoggedModelRow,
  type RunRow,
  toExperiment,
  toLoggedModel,
  toRunInfo,
} from './tracking-rows.ts'
import type { LoggedModelFilter, NewLoggedModel, TrackingStore } from './tracking-store.ts'
import { requireExperimentName, requireLoggedModelName } from './validation.ts'
import { WORKSPACE } from './workspace.ts'

/** The tracking store on MLflow's SQL schema. */
export class SqlTrackingStore implements TrackingStore {
  readonly #database: SqlDatabase
  readonly #artifactRoot: string

  /** Experiments that name no artifact location get a folder of `artifactRoot`, an absolute path or a URI. */
  constructor(database: SqlDatabase, artifactRoot: string) {
    this.#database = database
    this.#artifactRoot = artifactRoot
  }

  getExperiment(experimentId: string): Promise<Experiment> {
    return this.#database.read(async (session) => {
      const found = await findExperiment(session, experimentId)
      if (found === undefined) throw notFound(`No Experiment with id=${experimentId} exists`)
      return found
    })
  }

  findExperimentByName(name: string): Promise<Experiment | undefined> {
    return this.#database.read(async (session) => {
      const row = await session.first<ExperimentRow>(
        sql`SELECT * FROM "experiments" WHERE "workspace" = ${WORKSPACE} AND "name" = ${name}`,
      )
      return row === undefined
        ? undefined
        : toExperiment(row, await experimentTags(session, row.experiment_id))
    })
  }

  ensureDefaultExperiment(): Promise<Experiment> {
    return this.#database.write(async (session) => {
      if ((await findExperiment(session, DEFAULT_EXPERIMENT_ID)) === undefined) {
        const now = Date.now()
        const location = this.#locationOf(DEFAULT_EXPERIMENT_ID)
        await session.run(sql`
          INSERT INTO "experiments" ("experiment_id", "name", "artifact_location", "lifecycle_stage",
            "creation_time", "last_update_time", "workspace")
          VALUES (${Number(DEFAULT_EXPERIMENT_ID)}, ${DEFAULT_EXPERIMENT_NAME}, ${location}, 'active',
            ${now}, ${now}, ${WORKSPACE})`)
      }
      return this.#on(session).getExperiment(DEFAULT_EXPERIMENT_ID)
    })
  }

  async createExperiment(name: string, artifactLocation?: string): Promise<Experiment> {
    requireExperimentName(name)
    return this.#database.write(async (session) => {
      // As in MLflow, id 0 is the Default experiment's, also where another one is made first.
      await this.#on(session).ensureDefaultExperiment()
      if ((await this.#on(session).findExperimentByName(name)) !== undefined) {
        throw alreadyExists(`Experiment '${name}' already exists.`)
      }
      const now = Date.now()
      await session.run(sql`
        INSERT INTO "experiments" ("name", "artifact_location", "lifecycle_stage", "creation_time",
          "last_update_time", "workspace")
        VALUES (${name}, ${artifactLocation ?? null}, 'active', ${now}, ${now}, ${WORKSPACE})`)
      const created = await session.first<{ experiment_id: number }>(sql`
        SELECT "experiment_id" FROM "experiments" WHERE "workspace" = ${WORKSPACE} AND "name" = ${name}`)
      const experimentId = String(created?.experiment_id)
      if (artifactLocation === undefined) {
        await session.run(sql`
          UPDATE "experiments" SET "artifact_location" = ${this.#locationOf(experimentId)}
          WHERE "experiment_id" = ${Number(experimentId)}`)
      }
      return this.#on(session).getExperiment(experimentId)
    })
  }

  getRun(runId: string): Promise<RunInfo> {
    return this.#database.read(async (session) => {
      const row = await session.first<RunRow>(sql`
        SELECT "runs".* FROM "runs" JOIN "experiments" USING ("experiment_id")
        WHERE "run_uuid" = ${runId} AND "workspace" = ${WORKSPACE}`)
      if (row === undefined) throw notFound(`Run with id=${runId} not found`)
      return toRunInfo(row)
    })
  }

  async createLoggedModel(model: NewLoggedModel): Promise<LoggedModel> {
    requireLoggedModelName(model.name)
    return this.#database.write(async (session) => {
      const experiment = await this.#on(session).getExperiment(model.experimentId)
      requireActive(experiment)
      const modelId = model.modelId ?? newModelId()
      const location = loggedModelLocation(experiment, modelId)
      const now = Date.now()
      await session.run(sql`
        INSERT INTO "logged_models" ("model_id", "experiment_id", "name", "artifact_location",
          "creation_timestamp_ms", "last_updated_timestamp_ms", "status", "lifecycle_stage", "model_type",
          "source_run_id")
        VALUES (${modelId}, ${Number(model.experimentId)}, ${model.name}, ${location}, ${now}, ${now},
          ${statusNumber('PENDING')}, 'active', ${model.modelType ?? null}, ${model.sourceRunId ?? null})`)
      await this.#on(session).setLoggedModelTags(modelId, model.tags ?? [])
      return this.#on(session).getLoggedModel(modelId)
    })
  }

  finalizeLoggedModel(modelId: string, status: 'READY' | 'FAILED'): Promise<LoggedModel> {
    return this.#database.write(async (session) => {
      await session.run(sql`
        UPDATE "logged_models" SET "status" = ${statusNumber(status)}, "last_updated_timestamp_ms" = ${Date.now()}
        WHERE "model_id" = ${modelId}`)
      return this.#on(session).getLoggedModel(modelId)
    })
  }

  getLoggedModel(modelId: string): Promise<LoggedModel> {
    return this.#database.read(async (session) => {
      const row = await session.first<LoggedModelRow>(sql`
        SELECT "logged_models".* FROM "logged_models" JOIN "experiments" USING ("experiment_id")
        WHERE "model_id" = ${modelId} AND "workspace" = ${WORKSPACE}
          AND "logged_models"."lifecycle_stage" <> 'deleted'`)
      if (row === undefined) throw notFound(`Logged model with ID '${modelId}' not found.`, { modelId })
      return toLoggedModel(row, await loggedModelTags(session, modelId))
    })
  }

  searchLoggedModels({ experimentId, name }: LoggedModelFilter): Promise<readonly LoggedModel[]> {
    return this.#database.read(async (session) => {
      if (!/^\d+$/.test(experimentId)) return []
      const rows = await session.all<LoggedModelRow>(sql`
        SELECT "logged_models".* FROM "logged_models" JOIN "experiments" USING ("experiment_id")
        WHERE "experiment_id" = ${Number(experimentId)} AND "logged_models"."name" = ${name}
          AND "workspace" = ${WORKSPACE} AND "logged_models"."lifecycle_stage" <> 'deleted'
        ORDER BY "creation_timestamp_ms" DESC, "model_id"`)
      const models: LoggedModel[] = []
      for (const row of rows) models.push(toLoggedModel(row, await loggedModelTags(session, row.model_id)))
      return models
    })
  }

  setLoggedModelTags(modelId: string, tags: readonly Tag[]): Promise<void> {
    return this.#database.write(async (session) => {
      const { experimentId } = await this.#on(session).getLoggedModel(modelId)
      for (const { key, value } of tags) {
        await session.run(
          sql`DELETE FROM "logged_model_tags" WHERE "model_id" = ${modelId} AND "tag_key" = ${key}`,
        )
        await session.run(sql`
          INSERT INTO "logged_model_tags" ("model_id", "experiment_id", "tag_key", "tag_value")
          VALUES (${modelId}, ${Number(experimentId)}, ${key}, ${value})`)
      }
    })
  }

  #locationOf(experimentId: string): string {
    return `${this.#artifactRoot.replace(/\/+$/, '')}/${experimentId}`
  }

  /** This store as a part of a transaction under way. */
  #on(session: SqlSession): SqlTrackingStore {
    return new SqlTrackingStore(session, this.#artifactRoot)
  }
}

async function findExperiment(session: SqlSession, experimentId: string): Promise<Experiment | undefined> {
  if (!/^\d+$/.test(experimentId)) return undefined
  const row = await session.first<ExperimentRow>(
    sql`SELECT * FROM "experiments" WHERE "workspace" = ${WORKSPACE} AND "experiment_id" = ${Number(experimentId)}`,
  )
  return row === undefined ? undefined : toExperiment(row, await experimentTags(session, row.experiment_id))
}

function loggedModelTags(session: SqlSession, modelId: string): Promise<readonly Tag[]> {
  return session.all<Tag>(sql`
    SELECT "tag_key" AS "key", "tag_value" AS "value" FROM "logged_model_tags"
    WHERE "model_id" = ${modelId} ORDER BY "tag_key"`)
}

function experimentTags(session: SqlSession, experimentId: number): Promise<readonly Tag[]> {
  return session.all<Tag>(
    sql`SELECT "key", "value" FROM "experiment_tags" WHERE "experiment_id" = ${experimentId} ORDER BY "key"`,
  )
}

function requireActive({ experimentId, lifecycleStage }: Experiment): void {
  if (lifecycleStage === 'active') return
  throw invalidParameter(
    `The experiment ${experimentId} must be in the 'active' state. Current state is ${lifecycleStage}.`,
  )
}

function statusNumber(status: LoggedModelStatus): number {
  return LOGGED_MODEL_STATUSES.indexOf(status) + 1
}
