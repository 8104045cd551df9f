import type { ModelVersion, ModelVersionStatus } from '../../entities/model-version.ts'
import type { RegisteredModel, RegisteredModelAlias } from '../../entities/registered-model.ts'
import type { Tag } from '../../entities/tag.ts'

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

export interface TagRow {
  readonly key: string
  readonly value: string | null
}

/**
 * By key. Put in order here: asked to order them, SQLite walks through the tags of all models by its index on the key.
 */
export function toTags(rows: readonly TagRow[]): readonly Tag[] {
  const tags = rows.map(({ key, value }) => ({ key, value: value ?? '' }))
  return tags.sort((a, b) => (a.key < b.key ? -1 : 1))
}

export function toAlias({ alias, version }: AliasRow): RegisteredModelAlias {
  return { alias, version: String(version) }
}

export function toModelVersion(
  row: ModelVersionRow,
  tags: readonly TagRow[],
  aliases: readonly string[],
): ModelVersion {
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
    tags: toTags(tags),
    aliases,
  }
}

/** Versions that were made before the column was: their files lie where they came from. */
export function storageLocation({ storage_location, source }: ModelVersionRow): string {
  return storage_location || (source ?? '')
}

/** What belongs to one registered model. */
export interface ModelParts {
  readonly tags: readonly TagRow[]
  readonly aliases: readonly AliasRow[]
  readonly latestVersions: readonly ModelVersion[]
}

export function toRegisteredModel(row: RegisteredModelRow, parts: ModelParts): RegisteredModel {
  return {
    name: row.name,
    creationTimestamp: row.creation_time ?? 0,
    lastUpdatedTimestamp: row.last_updated_time ?? 0,
    description: row.description ?? undefined,
    tags: toTags(parts.tags),
    aliases: parts.aliases.map(toAlias),
    latestVersions: parts.latestVersions,
  }
}
