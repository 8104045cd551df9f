import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { MADE_SCHEMAS, readFacts, sqliteSchema } from '../../scripts/make-schema.ts'
import { CREATED_RELEASES } from '../../src/store/schema/heads.ts'

function committed(release: string, dialect: string): string {
  return readFileSync(
    new URL(`../../src/store/schema/mlflow-${release}.${dialect}.sql`, import.meta.url),
    'utf8',
  )
}

describe.each(Object.values(CREATED_RELEASES))('the schema of MLflow $release', ({ release, head }) => {
  test.each(['sqlite', 'postgresql'] as const)(
    'is what the script makes of the recorded facts: %s',
    (dialect) => {
      expect(committed(release, dialect)).toBe(MADE_SCHEMAS[dialect](readFacts(release, dialect)))
    },
  )

  test('has the same tables and columns in MySQL', () => {
    const text = committed(release, 'mysql')
    expect(text).toContain(`INSERT INTO "alembic_version" VALUES ('${head}')`)
    for (const [name, { columns }] of Object.entries(readFacts(release).tables)) {
      const table = text.match(new RegExp(`^CREATE TABLE "${name}" \\(\n((?:  .*\n)*)\\)`, 'm'))?.[1] ?? ''
      const names = [...table.matchAll(/^ {2}"(\w+)"/gm)].map((match) => match[1])
      expect(names.sort()).toEqual(columns.map(({ name }) => name).sort())
    }
  })

  test('makes the tables, columns, keys and indexes of MLflow', () => {
    const facts = readFacts(release)
    const database = new Database(':memory:')
    database.exec(sqliteSchema(facts))
    expect(database.prepare('SELECT version_num FROM alembic_version').pluck().all()).toEqual([head])
    expect(database.prepare('SELECT name FROM workspaces').pluck().all()).toEqual(['default'])

    const names = database
      .prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`)
      .pluck()
      .all() as string[]
    expect(names.sort()).toEqual(Object.keys(facts.tables).sort())
    for (const [name, table] of Object.entries(facts.tables)) {
      const columns = database.pragma(`table_xinfo("${name}")`) as {
        name: string
        type: string
        pk: number
      }[]
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
})
