/**
 * Writes the SQL that creates a database as MLflow's own migrations leave it, from recorded facts about such a
 * database: `node scripts/make-schema.ts [release]`. The result is committed; a test makes it again and compares.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

interface ColumnFacts {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly default: string | null
  readonly generated?: { readonly expression: string; readonly stored: boolean }
}

interface ForeignKeyFacts {
  readonly name: string | null
  readonly columns: readonly string[]
  readonly to: string
  readonly to_columns: readonly string[]
  readonly ondelete?: string
  readonly onupdate?: string
}

interface TableFacts {
  readonly columns: readonly ColumnFacts[]
  readonly primary_key: { readonly name: string | null; readonly columns: readonly string[] }
  readonly foreign_keys: readonly ForeignKeyFacts[]
  readonly unique: readonly { readonly name: string | null; readonly columns: readonly string[] }[]
  readonly checks: readonly { readonly name: string | null; readonly check: string }[]
  readonly indexes: readonly {
    readonly name: string
    readonly columns: readonly string[]
    readonly unique: boolean
  }[]
}

export interface SchemaFacts {
  readonly alembic_version: readonly string[]
  readonly tables: Readonly<Record<string, TableFacts>>
}

/** All statements in one text: tables, indexes, the stamp and the one row that a new database has. */
export function sqliteSchema(facts: SchemaFacts): string {
  const tables = Object.entries(facts.tables)
  const statements = [
    ...tables.map(([name, table]) => createTable(name, table)),
    ...tables.flatMap(([name, table]) => createIndexes(name, table)),
    ...facts.alembic_version.map((head) => `INSERT INTO "alembic_version" VALUES ('${head}')`),
    `INSERT INTO "workspaces" ("name", "description") VALUES ('default', 'Default workspace for legacy resources')`,
  ]
  return `${statements.join(';\n')};\n`
}

function createTable(name: string, table: TableFacts): string {
  const lines = [
    ...table.columns.map(column),
    ...primaryKey(table),
    ...table.unique.map((unique) => `${named(unique.name)}UNIQUE (${list(unique.columns)})`),
    ...table.checks.map((check) => `${named(check.name)}CHECK (${check.check})`),
    ...table.foreign_keys.map(foreignKey),
  ]
  return `CREATE TABLE ${quote(name)} (\n  ${lines.join(',\n  ')}\n)`
}

function column(facts: ColumnFacts): string {
  const parts = [quote(facts.name), facts.type]
  if (facts.default !== null) parts.push(`DEFAULT ${facts.default}`)
  if (facts.generated !== undefined) {
    parts.push(
      `GENERATED ALWAYS AS (${facts.generated.expression}) ${facts.generated.stored ? 'STORED' : 'VIRTUAL'}`,
    )
  }
  if (!facts.nullable) parts.push('NOT NULL')
  return parts.join(' ')
}

function primaryKey({ primary_key: key }: TableFacts): string[] {
  return key.columns.length === 0 ? [] : [`${named(key.name)}PRIMARY KEY (${list(key.columns)})`]
}

function foreignKey(key: ForeignKeyFacts): string {
  const onDelete = key.ondelete === undefined ? '' : ` ON DELETE ${key.ondelete}`
  const onUpdate = key.onupdate === undefined ? '' : ` ON UPDATE ${key.onupdate}`
  const target = `${quote(key.to)} (${list(key.to_columns)})`
  return `${named(key.name)}FOREIGN KEY (${list(key.columns)}) REFERENCES ${target}${onDelete}${onUpdate}`
}

function createIndexes(tableName: string, table: TableFacts): string[] {
  return table.indexes.map(
    ({ name, columns, unique }) =>
      `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quote(name)} ON ${quote(tableName)} (${list(columns)})`,
  )
}

function named(name: string | null): string {
  return name === null ? '' : `CONSTRAINT ${quote(name)} `
}

function list(names: readonly string[]): string {
  return names.map(quote).join(', ')
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function readFacts(release: string): SchemaFacts {
  const path = new URL(`./mlflow-schema/${release}.sqlite.json`, import.meta.url)
  return JSON.parse(readFileSync(path, 'utf8')) as SchemaFacts
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const release = process.argv[2] ?? '3.17.2'
  const target = new URL(`../src/store/schema/mlflow-${release}.sqlite.sql`, import.meta.url)
  writeFileSync(target, sqliteSchema(readFacts(release)))
}
