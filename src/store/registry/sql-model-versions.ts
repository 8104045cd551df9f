import { invalidParameter } from '../../core/errors.ts'
import { canonicalStage, type ModelVersion, STAGE_DELETED_INTERNAL } from '../../entities/model-version.ts'
import type { Tag } from '../../entities/tag.ts'
import type { Page } from '../search/page.ts'
import { sql } from '../sql/sql.ts'
import type { SqlDatabase, SqlSession } from '../sql/sql-database.ts'
import { requireKeyName, requireModelName } from '../validation.ts'
import {
  type ClientSources,
  isPromptVersion,
  ownerOf,
  requireAllowedSource,
  withFollowedSource,
} from './client-source.ts'
import { insertVersion } from './insert-version.ts'
import type { ModelVersionStore, NewModelVersion, StageTransition } from './model-version-store.ts'
import {
  ofModel,
  ofVersion,
  readVersion,
  requireVersionRow,
  requireVersionRowOfAlias,
} from './registry-queries.ts'
import { storageLocation } from './registry-rows.ts'
import type { RegistrySearch } from './registry-search.ts'
import { deleteVersionTag, holdModel, touchModel, writeVersionTag } from './registry-writes.ts'
import { requireLoggedModel } from './source-location.ts'
import { requireOwnSource } from './source-rules.ts'
import { latestVersions, searchVersions, versionsOfModel } from './version-lists.ts'
import { requireVersion, requireVersionTag } from './version-rules.ts'

/** Versions of registered models on MLflow's SQL schema. */
export class SqlModelVersions implements ModelVersionStore {
  readonly #database: SqlDatabase
  readonly #sources: ClientSources

  /** @param sources what `createForClient` takes */
  constructor(database: SqlDatabase, sources: ClientSources) {
    this.#database = database
    this.#sources = sources
  }

  create(version: NewModelVersion): Promise<ModelVersion> {
    return this.#create(version, () => Promise.resolve())
  }

  async createForClient(asked: NewModelVersion): Promise<ModelVersion> {
    requireAllowedSource(asked, this.#sources)
    if (isPromptVersion(asked)) return this.create({ ...asked, runId: asked.runId ?? '' })
    const { version, owner } = await this.#database.read(async (session) => {
      const version = await withFollowedSource(session, asked)
      return { version, owner: await ownerOf(session, version) }
    })
    // Looks at links of the file system, which no transaction waits for; what it compares does not change.
    await requireOwnSource(version.source, owner)
    const { modelId = '' } = version
    if (modelId === '') return this.create(version)
    if (this.#sources.loggedModelsElsewhere === true) return this.create({ ...version, modelId: undefined })
    return this.#create(version, (session) => requireLoggedModel(session, modelId))
  }

  get(name: string, version: string): Promise<ModelVersion> {
    return this.#database.read(async (session) =>
      readVersion(session, await requireVersionRow(session, name, version)),
    )
  }

  getByAlias(name: string, alias: string): Promise<ModelVersion> {
    return this.#database.read(async (session) =>
      readVersion(session, await requireVersionRowOfAlias(session, name, alias)),
    )
  }

  getLatest(name: string, stages: readonly string[] = []): Promise<readonly ModelVersion[]> {
    return this.#database.read((session) => latestVersions(session, name, stages))
  }

  getDownloadUri(name: string, version: string): Promise<string> {
    return this.#database.read(async (session) =>
      storageLocation(await requireVersionRow(session, name, version)),
    )
  }

  ofModel(name: string): Promise<readonly ModelVersion[]> {
    return this.#database.read((session) => versionsOfModel(session, name))
  }

  search(search: RegistrySearch): Promise<Page<ModelVersion>> {
    return this.#database.read((session) => searchVersions(session, search))
  }

  update(name: string, version: string, description: string | undefined): Promise<ModelVersion> {
    return this.#database.write(async (session) => {
      const row = await requireVersionRow(session, name, version)
      await session.run(sql`
        UPDATE "model_versions" SET "description" = ${description ?? null}, "last_updated_time" = ${Date.now()}
        WHERE ${ofVersion(name, row.version)}`)
      return readVersion(session, await requireVersionRow(session, name, version))
    })
  }

  async transitionStage(transition: StageTransition): Promise<ModelVersion> {
    const { name, version, archiveExistingVersions } = transition
    const stage = canonicalStage(transition.stage)
    if (archiveExistingVersions && stage !== 'Staging' && stage !== 'Production') {
      throw invalidParameter(
        `Model version transition cannot archive existing model versions because '${transition.stage}' is not an ` +
          "Active stage. Valid stages are ['Staging', 'Production']",
      )
    }
    return this.#database.write(async (session) => {
      await holdModel(session, name)
      const row = await requireVersionRow(session, name, version)
      const now = Date.now()
      if (archiveExistingVersions) {
        await session.run(sql`
          UPDATE "model_versions" SET "current_stage" = 'Archived', "last_updated_time" = ${now}
          WHERE ${ofModel(name)} AND "current_stage" = ${stage} AND "version" <> ${row.version}`)
      }
      await session.run(sql`
        UPDATE "model_versions" SET "current_stage" = ${stage}, "last_updated_time" = ${now}
        WHERE ${ofVersion(name, row.version)}`)
      await touchModel(session, name, now)
      return readVersion(session, await requireVersionRow(session, name, version))
    })
  }

  async delete(name: string, version: string): Promise<void> {
    requireVersion(version)
    return this.#database.write(async (session) => {
      await holdModel(session, name)
      const row = await requireVersionRow(session, name, version)
      const now = Date.now()
      await session.run(sql`
        DELETE FROM "registered_model_aliases" WHERE ${ofVersion(name, row.version)}`)
      // The values are MLflow's; the storage location stays, and so do the tags.
      await session.run(sql`
        UPDATE "model_versions" SET "current_stage" = ${STAGE_DELETED_INTERNAL}, "last_updated_time" = ${now},
          "description" = NULL, "user_id" = NULL, "source" = 'REDACTED-SOURCE-PATH',
          "run_id" = 'REDACTED-RUN-ID', "run_link" = 'REDACTED-RUN-LINK', "status_message" = NULL
        WHERE ${ofVersion(name, row.version)}`)
      await touchModel(session, name, now)
    })
  }

  async setTag(name: string, version: string, tag: Tag): Promise<void> {
    requireModelName(name)
    requireVersion(version)
    requireVersionTag(tag)
    return this.#database.write(async (session) => {
      await holdModel(session, name)
      await writeVersionTag(session, await requireVersionRow(session, name, version), tag)
    })
  }

  async deleteTag(name: string, version: string, key: string): Promise<void> {
    requireModelName(name)
    requireVersion(version)
    requireKeyName('key', key)
    return this.#database.write(async (session) => {
      await deleteVersionTag(session, await requireVersionRow(session, name, version), key)
    })
  }

  /** @param confirm looks at the database with the new version in it, and throws where that may not be */
  async #create(
    version: NewModelVersion,
    confirm: (session: SqlSession) => Promise<unknown>,
  ): Promise<ModelVersion> {
    const { name, tags = [] } = version
    requireModelName(name)
    for (const tag of tags) requireVersionTag(tag)
    return this.#database.write(async (session) => {
      await holdModel(session, name)
      const row = await insertVersion(session, version)
      await confirm(session)
      return readVersion(session, row)
    })
  }
}
