import { pythonJson } from '../../core/python-json.ts'
import { isRecord } from '../../core/record.ts'
import { MODEL_VERSIONS_TAG } from '../../entities/logged-model.ts'
import { sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { WORKSPACE } from '../workspace.ts'
import type { VersionKey } from './registry-writes.ts'

interface LoggedModelTagRow {
  readonly experiment_id: number
  readonly value: string | null
}

/** Adds a version to the tag of the logged model that it was made of, which lists the model's versions. */
export async function tellLoggedModel(
  session: SqlSession,
  modelId: string,
  { name, version }: VersionKey,
): Promise<void> {
  if (session.dialect !== 'sqlite') {
    // Holds the model, so that of two versions that are made at once neither is lost.
    await session.run(sql`UPDATE "logged_models" SET "name" = "name" WHERE "model_id" = ${modelId}`)
  }
  const row = await session.first<LoggedModelTagRow>(sql`
    SELECT "logged_models"."experiment_id", "tag_value" AS "value"
    FROM "logged_models" JOIN "experiments" USING ("experiment_id")
      LEFT JOIN "logged_model_tags" ON "logged_model_tags"."model_id" = "logged_models"."model_id"
        AND "tag_key" = ${MODEL_VERSIONS_TAG}
    WHERE "logged_models"."model_id" = ${modelId} AND "workspace" = ${WORKSPACE}`)
  if (row === undefined) return
  const others = listed(row.value).filter((item) => !isVersion(item, name, version))
  await session.run(sql`
    DELETE FROM "logged_model_tags" WHERE "model_id" = ${modelId} AND "tag_key" = ${MODEL_VERSIONS_TAG}`)
  await session.run(sql`
    INSERT INTO "logged_model_tags" ("model_id", "experiment_id", "tag_key", "tag_value")
    VALUES (${modelId}, ${row.experiment_id}, ${MODEL_VERSIONS_TAG}, ${pythonJson([...others, { name, version }])})`)
}

/** Clients may write the tag too: what is no list counts as none. */
function listed(value: string | null): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(value ?? '[]')
    return Array.isArray(parsed) ? parsed : []
  } catch {
    return []
  }
}

function isVersion(item: unknown, name: string, version: number): boolean {
  return isRecord(item) && item['name'] === name && item['version'] === version
}
