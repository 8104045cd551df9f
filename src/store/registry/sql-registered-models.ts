import { alreadyExists, invalidParameter, type ServingError } from '../../core/errors.ts'
import { pythonTextRepr } from '../../core/python-repr.ts'
import { IS_PROMPT_TAG, type RegisteredModel } from '../../entities/registered-model.ts'
import type { Tag } from '../../entities/tag.ts'
import { compileModelSearch } from '../search/model-search.ts'
import type { Page } from '../search/page.ts'
import { createPageToken, readPageToken } from '../search/page-token.ts'
import { sql } from '../sql/sql.ts'
import type { SqlDatabase, SqlSession } from '../sql/sql-database.ts'
import {
  requireAlias,
  requireKeyName,
  requireModelName,
  requireNewAlias,
  requireRegistryTag,
} from '../validation.ts'
import { WORKSPACE } from '../workspace.ts'
import { readModelParts } from './model-parts.ts'
import type { NewRegisteredModel, RegisteredModelStore } from './registered-model-store.ts'
import { ofModel, requireModelRow, requireVersionRow } from './registry-queries.ts'
import { type RegisteredModelRow, type TagRow, toRegisteredModel } from './registry-rows.ts'
import type { RegistrySearch } from './registry-search.ts'
import {
  chunks,
  deleteAlias,
  deleteModelTag,
  holdModel,
  insertModelTags,
  writeModelTag,
} from './registry-writes.ts'

const MAX_SEARCH_RESULTS = 1000

/** Registered models on MLflow's SQL schema. */
export class SqlRegisteredModels implements RegisteredModelStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  async create({ name, description, tags = [] }: NewRegisteredModel): Promise<RegisteredModel> {
    requireModelName(name)
    for (const tag of tags) requireRegistryTag(tag)
    return this.#database.write(async (session) => {
      await requireFreeName(session, name, tags)
      const now = Date.now()
      await session.run(sql`
        INSERT INTO "registered_models" ("name", "creation_time", "last_updated_time", "description", "workspace")
        VALUES (${name}, ${now}, ${now}, ${description ?? null}, ${WORKSPACE})`)
      await insertModelTags(session, name, tags)
      return readModel(session, name)
    })
  }

  get(name: string): Promise<RegisteredModel> {
    return this.#database.read((session) => readModel(session, name))
  }

  list(): Promise<readonly RegisteredModel[]> {
    return this.#database.read(async (session) => {
      const rows = await session.all<RegisteredModelRow>(sql`
        SELECT * FROM "registered_models" WHERE "workspace" = ${WORKSPACE} AND "name" NOT IN (
          SELECT "name" FROM "registered_model_tags"
          WHERE "workspace" = ${WORKSPACE} AND "key" = ${IS_PROMPT_TAG} AND LOWER("value") = 'true')
        ORDER BY "name"`)
      return withParts(session, rows)
    })
  }

  async search(search: RegistrySearch): Promise<Page<RegisteredModel>> {
    const { maxResults, pageToken } = search
    if (maxResults > MAX_SEARCH_RESULTS) throw tooManyResults(maxResults)
    return this.#database.read(async (session) => {
      const { where, orderBy } = compileModelSearch(session.dialect, search)
      const offset = readPageToken(pageToken)
      // One more than asked for tells whether another page follows.
      const rows = await session.all<RegisteredModelRow>(sql`
        SELECT "registered_models".* FROM "registered_models"
        WHERE "registered_models"."workspace" = ${WORKSPACE} AND ${where}
        ORDER BY ${orderBy} LIMIT ${Math.max(0, maxResults + 1)} OFFSET ${offset}`)
      return {
        items: await withParts(session, rows.slice(0, Math.max(0, maxResults))),
        nextPageToken: rows.length === maxResults + 1 ? createPageToken(offset + maxResults) : undefined,
      }
    })
  }

  async rename(name: string, newName: string): Promise<RegisteredModel> {
    requireModelName(newName, 'new_name')
    return this.#database.write(async (session) => {
      await holdModel(session, name)
      await requireModelRow(session, name)
      if (newName !== name && (await nameIsTaken(session, newName))) {
        throw alreadyExists(`Registered Model (name=${newName}) already exists.`, { name: newName })
      }
      const now = Date.now()
      // Versions, tags and aliases follow by their foreign keys: ON UPDATE CASCADE.
      await session.run(sql`
        UPDATE "registered_models" SET "name" = ${newName}, "last_updated_time" = ${now} WHERE ${ofModel(name)}`)
      await session.run(
        sql`UPDATE "model_versions" SET "last_updated_time" = ${now} WHERE ${ofModel(newName)}`,
      )
      return readModel(session, newName)
    })
  }

  update(name: string, description: string): Promise<RegisteredModel> {
    return this.#database.write(async (session) => {
      await requireModelRow(session, name)
      await session.run(sql`
        UPDATE "registered_models" SET "description" = ${description}, "last_updated_time" = ${Date.now()}
        WHERE ${ofModel(name)}`)
      return readModel(session, name)
    })
  }

  delete(name: string): Promise<void> {
    return this.#database.write(async (session) => {
      await holdModel(session, name)
      await requireModelRow(session, name)
      await session.run(sql`DELETE FROM "registered_model_aliases" WHERE ${ofModel(name)}`)
      await session.run(sql`DELETE FROM "model_version_tags" WHERE ${ofModel(name)}`)
      await session.run(sql`DELETE FROM "model_versions" WHERE ${ofModel(name)}`)
      await session.run(sql`DELETE FROM "registered_model_tags" WHERE ${ofModel(name)}`)
      await session.run(sql`DELETE FROM "registered_models" WHERE ${ofModel(name)}`)
    })
  }

  async setTag(name: string, tag: Tag): Promise<void> {
    requireModelName(name)
    requireRegistryTag(tag)
    return this.#database.write(async (session) => {
      await holdModel(session, name)
      await requireModelRow(session, name)
      await writeModelTag(session, name, tag)
    })
  }

  async changeTag(
    name: string,
    key: string,
    change: (value: string | undefined) => string | undefined,
  ): Promise<string | undefined> {
    requireModelName(name)
    requireKeyName('key', key)
    return this.#database.write(async (session) => {
      await holdModel(session, name)
      await requireModelRow(session, name)
      const row = await session.first<TagRow>(sql`
        SELECT "key", "value" FROM "registered_model_tags" WHERE ${ofModel(name)} AND "key" = ${key}`)
      const value = change(row?.value ?? undefined)
      if (value === undefined) return row?.value ?? undefined
      requireRegistryTag({ key, value })
      await writeModelTag(session, name, { key, value })
      return value
    })
  }

  async deleteTag(name: string, key: string): Promise<void> {
    requireModelName(name)
    requireKeyName('key', key)
    return this.#database.write(async (session) => {
      await requireModelRow(session, name)
      await deleteModelTag(session, name, key)
    })
  }

  async setAlias(name: string, alias: string, version: string): Promise<void> {
    requireModelName(name)
    requireNewAlias(alias)
    return this.#database.write(async (session) => {
      await holdModel(session, name)
      const row = await requireVersionRow(session, name, version)
      await deleteAlias(session, name, alias)
      await session.run(sql`
        INSERT INTO "registered_model_aliases" ("alias", "version", "name", "workspace")
        VALUES (${alias}, ${row.version}, ${name}, ${WORKSPACE})`)
    })
  }

  async deleteAlias(name: string, alias: string): Promise<void> {
    requireModelName(name)
    requireAlias(alias)
    return this.#database.write(async (session) => {
      await requireModelRow(session, name)
      await deleteAlias(session, name, alias)
    })
  }
}

async function readModel(session: SqlSession, name: string): Promise<RegisteredModel> {
  const row = await requireModelRow(session, name)
  return toRegisteredModel(row, (await readModelParts(session, [row.name]))(row.name))
}

async function withParts(
  session: SqlSession,
  rows: readonly RegisteredModelRow[],
): Promise<readonly RegisteredModel[]> {
  const models: RegisteredModel[] = []
  for (const chunk of chunks(rows)) {
    const partsOf = await readModelParts(
      session,
      chunk.map(({ name }) => name),
    )
    models.push(...chunk.map((row) => toRegisteredModel(row, partsOf(row.name))))
  }
  return models
}

async function nameIsTaken(session: SqlSession, name: string): Promise<boolean> {
  return (
    (await session.first(sql`SELECT "name" FROM "registered_models" WHERE ${ofModel(name)}`)) !== undefined
  )
}

/** @throws ServingError RESOURCE_ALREADY_EXISTS */
async function requireFreeName(session: SqlSession, name: string, tags: readonly Tag[]): Promise<void> {
  if (!(await nameIsTaken(session, name))) return
  const taken = await session.all<TagRow>(sql`
    SELECT "key", "value" FROM "registered_model_tags" WHERE ${ofModel(name)} AND "key" = ${IS_PROMPT_TAG}`)
  throw nameTaken(
    name,
    taken.length > 0,
    tags.some(({ key }) => key === IS_PROMPT_TAG),
  )
}

function nameTaken(name: string, byPrompt: boolean, forPrompt: boolean): ServingError {
  const kind = (isPrompt: boolean) => (isPrompt ? 'Prompt' : 'Registered Model')
  if (byPrompt === forPrompt)
    return alreadyExists(`${kind(forPrompt)} (name=${name}) already exists.`, { name })
  return alreadyExists(
    `Tried to create a ${kind(forPrompt).toLowerCase()} with name ${pythonTextRepr(name)}, but the name is already taken by a ` +
      `${kind(byPrompt).toLowerCase()}. MLflow does not allow creating a model and a prompt with the same name.`,
    { name },
  )
}

function tooManyResults(maxResults: number): ServingError {
  return invalidParameter(
    'Invalid value for request parameter max_results. It must be at most ' +
      `${MAX_SEARCH_RESULTS}, but got value ${maxResults}`,
  )
}
