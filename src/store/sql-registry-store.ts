import { alreadyExists, invalidParameter, notFound } from '../core/errors.ts'
import { canonicalStage, type ModelVersion, STAGE_DELETED_INTERNAL } from '../entities/model-version.ts'
import { IS_PROMPT_TAG, type RegisteredModel } from '../entities/registered-model.ts'
import type { Tag } from '../entities/tag.ts'
import {
  findVersionOfAlias,
  nextVersion,
  ofModel,
  readModelRows,
  readModelTags,
  readTagsAndAliases,
  requireModelRow,
  requireVersionRow,
} from './registry-queries.ts'
import {
  type RegisteredModelRow,
  storageLocation,
  toModelVersion,
  toRegisteredModel,
} from './registry-rows.ts'
import type { NewModelVersion, NewRegisteredModel, RegistryStore, StageTransition } from './registry-store.ts'
import { deleteAlias, touchModel, writeModelTag, writeVersionTag } from './registry-writes.ts'
import { locateSource } from './source-location.ts'
import { sql } from './sql/sql.ts'
import type { SqlDatabase, SqlSession } from './sql/sql-database.ts'
import { requireAlias, requireModelName, requireNewAlias, requireRegistryTag } from './validation.ts'
import { WORKSPACE } from './workspace.ts'

/** The model registry store on MLflow's SQL schema. */
export class SqlRegistryStore implements RegistryStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  async createRegisteredModel({
    name,
    description,
    tags = [],
  }: NewRegisteredModel): Promise<RegisteredModel> {
    requireModelName(name)
    for (const tag of tags) requireRegistryTag(tag)
    return this.#database.write(async (session) => {
      if (
        (await session.first(sql`SELECT 1 FROM "registered_models" WHERE ${ofModel(name)}`)) !== undefined
      ) {
        throw alreadyExists(`Registered Model (name=${name}) already exists.`, { name })
      }
      const now = Date.now()
      await session.run(sql`
        INSERT INTO "registered_models" ("name", "creation_time", "last_updated_time", "description", "workspace")
        VALUES (${name}, ${now}, ${now}, ${description ?? null}, ${WORKSPACE})`)
      for (const tag of tags) await writeModelTag(session, name, tag)
      return this.#on(session).getRegisteredModel(name)
    })
  }

  getRegisteredModel(name: string): Promise<RegisteredModel> {
    return this.#database.read(async (session) => {
      const row = await requireModelRow(session, name)
      return toRegisteredModel(row, await readModelRows(session, name), await readModelTags(session, name))
    })
  }

  searchRegisteredModels(): Promise<readonly RegisteredModel[]> {
    return this.#database.read(async (session) => {
      const rows = await session.all<RegisteredModelRow>(sql`
        SELECT * FROM "registered_models" WHERE "workspace" = ${WORKSPACE} AND "name" NOT IN (
          SELECT "name" FROM "registered_model_tags"
          WHERE "workspace" = ${WORKSPACE} AND "key" = ${IS_PROMPT_TAG} AND LOWER("value") = 'true')
        ORDER BY "name"`)
      const models: RegisteredModel[] = []
      for (const row of rows) models.push(await this.#on(session).getRegisteredModel(row.name))
      return models
    })
  }

  deleteRegisteredModel(name: string): Promise<void> {
    return this.#database.write(async (session) => {
      await requireModelRow(session, name)
      await session.run(sql`DELETE FROM "registered_model_aliases" WHERE ${ofModel(name)}`)
      await session.run(sql`DELETE FROM "model_version_tags" WHERE ${ofModel(name)}`)
      await session.run(sql`DELETE FROM "model_versions" WHERE ${ofModel(name)}`)
      await session.run(sql`DELETE FROM "registered_model_tags" WHERE ${ofModel(name)}`)
      await session.run(sql`DELETE FROM "registered_models" WHERE ${ofModel(name)}`)
    })
  }

  async setRegisteredModelTag(name: string, tag: Tag): Promise<void> {
    requireRegistryTag(tag)
    return this.#database.write(async (session) => {
      await requireModelRow(session, name)
      await writeModelTag(session, name, tag)
    })
  }

  async createModelVersion(created: NewModelVersion): Promise<ModelVersion> {
    const { name, source, tags = [] } = created
    requireModelName(name)
    for (const tag of tags) requireRegistryTag(tag)
    return this.#database.write(async (session) => {
      await requireModelRow(session, name)
      const location = await locateSource(session, source)
      const version = await nextVersion(session, name)
      const now = Date.now()
      await session.run(sql`
        INSERT INTO "model_versions" ("name", "version", "creation_time", "last_updated_time", "description",
          "current_stage", "source", "run_id", "run_link", "status", "storage_location", "workspace")
        VALUES (${name}, ${version}, ${now}, ${now}, ${created.description ?? null}, 'None', ${source},
          ${created.runId ?? location.runId ?? null}, ${created.runLink ?? null}, 'READY',
          ${location.storageLocation}, ${WORKSPACE})`)
      for (const tag of tags) await writeVersionTag(session, { name, number: version }, tag)
      await touchModel(session, name, now)
      return this.#on(session).getModelVersion(name, String(version))
    })
  }

  getModelVersion(name: string, version: string): Promise<ModelVersion> {
    return this.#database.read(async (session) => {
      const row = await requireVersionRow(session, name, version)
      return toModelVersion(row, { versions: [row], ...(await readTagsAndAliases(session, name)) })
    })
  }

  getModelVersionDownloadUri(name: string, version: string): Promise<string> {
    return this.#database.read(async (session) =>
      storageLocation(await requireVersionRow(session, name, version)),
    )
  }

  searchModelVersions(name: string): Promise<readonly ModelVersion[]> {
    return this.#database.read(async (session) => {
      const rows = await readModelRows(session, name)
      return rows.versions.map((row) => toModelVersion(row, rows))
    })
  }

  async getLatestVersions(name: string, stages: readonly string[] = []): Promise<readonly ModelVersion[]> {
    const wanted = stages.map(canonicalStage)
    const { latestVersions } = await this.getRegisteredModel(name)
    if (wanted.length === 0) return latestVersions
    return latestVersions.filter(({ currentStage }) => wanted.some((stage) => stage === currentStage))
  }

  async transitionModelVersionStage(transition: StageTransition): Promise<ModelVersion> {
    const { name, version, archiveExistingVersions } = transition
    const stage = canonicalStage(transition.stage)
    if (archiveExistingVersions && stage !== 'Staging' && stage !== 'Production') {
      throw invalidParameter(
        `Model version transition cannot archive existing model versions because '${stage}' is not an Active stage. ` +
          "Valid stages are ['Staging', 'Production']",
      )
    }
    return this.#database.write(async (session) => {
      const row = await requireVersionRow(session, name, version)
      const now = Date.now()
      if (archiveExistingVersions) {
        await session.run(sql`
          UPDATE "model_versions" SET "current_stage" = 'Archived', "last_updated_time" = ${now}
          WHERE ${ofModel(name)} AND "current_stage" = ${stage} AND "version" <> ${row.version}`)
      }
      await session.run(sql`
        UPDATE "model_versions" SET "current_stage" = ${stage}, "last_updated_time" = ${now}
        WHERE ${ofModel(name)} AND "version" = ${row.version}`)
      await touchModel(session, name, now)
      return this.#on(session).getModelVersion(name, version)
    })
  }

  async setModelVersionTag(name: string, version: string, tag: Tag): Promise<void> {
    requireRegistryTag(tag)
    return this.#database.write(async (session) => {
      const row = await requireVersionRow(session, name, version)
      await writeVersionTag(session, { name, number: row.version }, tag)
    })
  }

  deleteModelVersion(name: string, version: string): Promise<void> {
    return this.#database.write(async (session) => {
      const row = await requireVersionRow(session, name, version)
      const now = Date.now()
      await session.run(sql`
        DELETE FROM "registered_model_aliases" WHERE ${ofModel(name)} AND "version" = ${row.version}`)
      // The values are MLflow's; the storage location stays, and so do the tags.
      await session.run(sql`
        UPDATE "model_versions" SET "current_stage" = ${STAGE_DELETED_INTERNAL}, "last_updated_time" = ${now},
          "description" = NULL, "user_id" = NULL, "source" = 'REDACTED-SOURCE-PATH',
          "run_id" = 'REDACTED-RUN-ID', "run_link" = 'REDACTED-RUN-LINK', "status_message" = NULL
        WHERE ${ofModel(name)} AND "version" = ${row.version}`)
      await touchModel(session, name, now)
    })
  }

  async setRegisteredModelAlias(name: string, alias: string, version: string): Promise<void> {
    requireNewAlias(alias)
    return this.#database.write(async (session) => {
      const row = await requireVersionRow(session, name, version)
      await deleteAlias(session, name, alias)
      await session.run(sql`
        INSERT INTO "registered_model_aliases" ("alias", "version", "name", "workspace")
        VALUES (${alias}, ${row.version}, ${name}, ${WORKSPACE})`)
    })
  }

  async deleteRegisteredModelAlias(name: string, alias: string): Promise<void> {
    requireAlias(alias)
    return this.#database.write(async (session) => {
      await requireModelRow(session, name)
      await deleteAlias(session, name, alias)
    })
  }

  async getModelVersionByAlias(name: string, alias: string): Promise<ModelVersion> {
    requireAlias(alias)
    return this.#database.read(async (session) => {
      await requireModelRow(session, name)
      if (alias.toLowerCase() === 'latest') {
        const [latest] = await this.#on(session).searchModelVersions(name)
        if (latest === undefined) throw notFound(`Latest version not found for model ${name}.`, { name })
        return latest
      }
      const version = await findVersionOfAlias(session, name, alias)
      if (version === undefined)
        throw invalidParameter(`Registered model alias ${alias} not found.`, { name })
      return this.#on(session).getModelVersion(name, version)
    })
  }

  /** This store as a part of a transaction under way. */
  #on(session: SqlSession): SqlRegistryStore {
    return new SqlRegistryStore(session)
  }
}
