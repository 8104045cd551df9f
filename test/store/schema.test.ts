import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { readFacts, sqliteSchema } from '../../scripts/make-schema.ts'
import { CREATED_HEAD, CREATED_RELEASE } from '../../src/store/schema/heads.ts'

const COMMITTED = new URL(`../../src/store/schema/mlflow-${CREATED_RELEASE}.sqlite.sql`, import.meta.url)
const facts = readFacts(CREATED_RELEASE)

test('the committed schema is what the script makes of the recorded facts', () => {
  expect(readFileSync(COMMITTED, 'utf8')).toBe(sqliteSchema(facts))
})

test('a database made from it has the tables, columns, keys and indexes of MLflow', () => {
  const database = new Database(':memory:')
  database.exec(readFileSync(COMMITTED, 'utf8'))
  expect(database.prepare('SELECT version_num FROM alembic_version').pluck().all()).toEqual([CREATED_HEAD])
  expect(database.prepare('SELECT name FROM workspaces').pluck().all()).toEqual(['default'])

  const names = database
    .prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`)
    .pluck()
    .all() as string[]
  expect(names.sort()).toEqual(Object.keys(facts.tables).sort())
  for (const [name, table] of Object.entries(facts.tables)) {
    const columns = database.pragma(`table_xinfo("${name}")`) as { name: string; type: string; pk: number }[]
    expect(columns.map(({ name }) => name)).toEqual(table.columns.map(({ name }) => name))
    expect(columns.map(({ type }) => type.replace(' GENERATED ALWAYS', ''))).toEqual(
      table.columns.map(({ type }) => type),
    )
    const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk)
    expect(key.map(({ name }) => name)).toEqual(table.primary_key.columns)
    const indexes = database.pragma(`index_list("${name}")`) as { name: string; origin: string }[]
    expect(
      indexes
        .filter(({ origin }) => origin === 'c')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(table.indexes.map(({ name }) => name).sort())
    const references = database.pragma(`foreign_key_list("${name}")`) as { id: number }[]
    expect(new Set(references.map(({ id }) => id)).size).toBe(table.foreign_keys.length)
  }
})
