import { readFileSync } from 'node:fs'
import type { SqlDialect } from '../sql/sql-database.ts'
import { CREATED_RELEASES, type SchemaRelease } from './heads.ts'

/** The SQL that makes a database as the migrations of that MLflow release leave it (`scripts/make-schema.ts`). */
export function createdSchema(dialect: SqlDialect, schema: SchemaRelease): string {
  const { release } = CREATED_RELEASES[schema]
  return readFileSync(new URL(`./mlflow-${release}.${dialect}.sql`, import.meta.url), 'utf8')
}
