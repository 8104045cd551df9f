import type { SchemaRelease } from './schema/heads.ts'

export interface DatabaseLocation {
  readonly databaseUri: string
  /** What relative paths are relative to. */
  readonly folder: string
  readonly access: 'read' | 'write'
  /** How long the server of a database is waited for, where it is not the usual time. */
  readonly connectTimeoutMs?: number | undefined
  /** The MLflow release whose schema a new database gets; 3.17 where it is left out. */
  readonly mlflowSchema?: SchemaRelease | undefined
}
