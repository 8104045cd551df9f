import { readFileSync } from 'node:fs'
import { CREATED_RELEASE } from './heads.ts'

/** The SQL that makes a database as the migrations of that MLflow release leave it (`scripts/make-schema.ts`). */
export function createdSchema(): string {
  return readFileSync(new URL(`./mlflow-${CREATED_RELEASE}.sqlite.sql`, import.meta.url), 'utf8')
}
