import type { ModelVersion, ModelVersionStatus } from '../entities/model-version.ts'
import type { RegisteredModel, RegisteredModelAlias } from '../entities/registered-model.ts'
import type { Tag } from '../entities/tag.ts'

/** Rows of MLflow's registry tables, under the tables' own column names, and the entities made of them. */

export interface RegisteredModelRow {
  readonly name: string
  readonly creation_time: number | null
  readonly last_updated_time: number | null
  readonly description: string | null
}

export interface ModelVersionRow {
  readonly name: string
  readonly version: number
  readonly creation_time: number | null
  readonly last_updated_time: number | null
  readonly description: string | null
  readonly user_id: string | null
  readonly current_stage: string | null
  readonly source: string | null
  readonly storage_location: string | null
  readonly run_id: string | null
  readonly run_link: string | null
  readonly status: ModelVersionStatus | null
  readonly status_message: string | null
}

export interface AliasRow {
  readonly alias: string
  readonly version: number
}

export interface VersionTagRow extends Tag {
  readonly version: number
}

/** The rows of one registered model. `versions` without the deleted ones, the newest first. */
export interface ModelRows {
  readonly versions: readonly ModelVersionRow[]
  readonly versionTags: readonly VersionTagRow[]
  readonly aliases: readonly AliasRow[]
}

export function toModelVersion(row: ModelVersionRow, { versionTags, aliases }: ModelRows): ModelVersion {
  return {
    name: row.name,
    version: String(row.version),
    creationTimestamp: row.creation_time ?? 0,
    lastUpdatedTimestamp: row.last_updated_time ?? 0,
    description: row.description ?? undefined,
    userId: row.user_id ?? undefined,
    currentStage: row.current_stage ?? 'None',
    source: row.source ?? '',
    runId: row.run_id ?? undefined,
    runLink: row.run_link ?? undefined,
    status: row.status ?? 'READY',
    statusMessage: row.status_message ?? undefined,
    tags: versionTags.filter((tag) => tag.version === row.version).map(({ key, value }) => ({ key, value })),
    aliases: aliases.filter((alias) => alias.version === row.version).map(({ alias }) => alias),
  }
}

/** Versions that were made before the column was: their files lie where they came from. */
export function storageLocation({ storage_location, source }: ModelVersionRow): string {
  return storage_location || (source ?? '')
}

export function toRegisteredModel(
  row: RegisteredModelRow,
  rows: ModelRows,
  tags: readonly Tag[],
): RegisteredModel {
  return {
    name: row.name,
    creationTimestamp: row.creation_time ?? 0,
    lastUpdatedTimestamp: row.last_updated_time ?? 0,
    description: row.description ?? undefined,
    tags,
    aliases: rows.aliases.map(toAlias),
    latestVersions: latestOfEachStage(rows.versions).map((version) => toModelVersion(version, rows)),
  }
}

function toAlias({ alias, version }: AliasRow): RegisteredModelAlias {
  return { alias, version: String(version) }
}

/** The first of each stage; `versions` are the newest first. */
function latestOfEachStage(versions: readonly ModelVersionRow[]): readonly ModelVersionRow[] {
  const latest = new Map<string | null, ModelVersionRow>()
  for (const version of versions) {
    if (!latest.has(version.current_stage)) latest.set(version.current_stage, version)
  }
  return [...latest.values()]
}
