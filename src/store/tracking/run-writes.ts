import { badRequest, invalidParameter, notFound } from '../../core/errors.ts'
import { pythonTextRepr } from '../../core/python-repr.ts'
import type { Param } from '../../entities/param.ts'
import { RUN_NAME_TAG } from '../../entities/run.ts'
import type { Tag } from '../../entities/tag.ts'
import { commaSeparated, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { RowInsert } from './row-insert.ts'
import { paddedLists } from './statement-sizes.ts'

const PARAMS = new RowInsert('params', ['key', 'value', 'run_uuid'])
const TAGS = new RowInsert('tags', ['key', 'value', 'run_uuid'], ['key', 'run_uuid'])

/** Writes the tags of a new run, which may not name a key twice. */
export async function insertTags(session: SqlSession, runId: string, tags: readonly Tag[]): Promise<void> {
  if (new Set(tags.map(({ key }) => key)).size < tags.length) {
    throw badRequest('UNIQUE constraint failed: tags.key, tags.run_uuid: a tag is given twice')
  }
  await TAGS.run(
    session,
    tags.map(({ key, value }) => [key, value, runId]),
  )
}

/** Of tags with one key the last counts. The tag `mlflow.runName` renames the run, and is left out where it is empty. */
export async function replaceTags(session: SqlSession, runId: string, tags: readonly Tag[]): Promise<void> {
  const values = new Map(tags.map(({ key, value }) => [key, value]))
  const name = tags.findLast(({ key, value }) => key === RUN_NAME_TAG && value !== '')?.value
  values.delete(RUN_NAME_TAG)
  if (name !== undefined) {
    await session.run(sql`UPDATE "runs" SET "name" = ${name} WHERE "run_uuid" = ${runId}`)
    values.set(RUN_NAME_TAG, name)
  }
  await TAGS.replace(
    session,
    [...values].map(([key, value]) => [key, value, runId]),
  )
}

/** @throws ServingError RESOURCE_DOES_NOT_EXIST */
export async function deleteTag(session: SqlSession, runId: string, key: string): Promise<void> {
  const deleted = await session.run(sql`DELETE FROM "tags" WHERE "run_uuid" = ${runId} AND "key" = ${key}`)
  if (deleted === 0) throw notFound(`No tag with name: ${key} in run with id ${runId}`)
}

/** @throws ServingError INVALID_PARAMETER_VALUE where the param has another value */
export async function writeParam(session: SqlSession, runId: string, { key, value }: Param): Promise<void> {
  const stored = (await storedParams(session, runId, [key])).get(key)
  if (stored === value) return
  if (stored !== undefined) {
    throw invalidParameter(
      `Changing param values is not allowed. Param with key='${key}' was already logged with value='${stored}' ` +
        `for run ID='${runId}'. Attempted logging new value '${value}'.`,
    )
  }
  await PARAMS.run(session, [[key, value, runId]])
}

/**
 * @param params with distinct keys
 * @throws ServingError INVALID_PARAMETER_VALUE where params have other values
 */
export async function writeParams(
  session: SqlSession,
  runId: string,
  params: readonly Param[],
): Promise<void> {
  if (params.length === 0) return
  const stored = await storedParams(
    session,
    runId,
    params.map(({ key }) => key),
  )
  const changed = params.filter(({ key, value }) => (stored.get(key) ?? value) !== value)
  if (changed.length > 0) {
    const changes = changed.map((param) => changeText(param, stored.get(param.key) ?? ''))
    throw invalidParameter(
      `Changing param values is not allowed. Params were already logged='[${changes.join(', ')}]' for run ` +
        `ID='${runId}'.`,
    )
  }
  await PARAMS.run(
    session,
    params.filter(({ key }) => !stored.has(key)).map(({ key, value }) => [key, value, runId]),
  )
}

async function storedParams(
  session: SqlSession,
  runId: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const stored = new Map<string, string>()
  for (const some of paddedLists(keys)) {
    const rows = await session.all<Param>(sql`
      SELECT "key", "value" FROM "params" WHERE "run_uuid" = ${runId} AND "key" IN (${commaSeparated(some)})`)
    for (const { key, value } of rows) stored.set(key, value)
  }
  return stored
}

function changeText({ key, value }: Param, before: string): string {
  return `{'key': ${pythonTextRepr(key)}, 'old_value': ${pythonTextRepr(before)}, 'new_value': ${pythonTextRepr(value)}}`
}
