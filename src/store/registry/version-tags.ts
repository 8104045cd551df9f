import type { TagRow } from './registry-rows.ts'
import type { VersionKey } from './registry-writes.ts'

export interface VersionTagRow extends TagRow, VersionKey {}

/** The tags of a version, out of those of many. */
export function byVersion(rows: readonly VersionTagRow[]): (version: VersionKey) => readonly TagRow[] {
  const tags = Map.groupBy(rows, keyText)
  return (version) => tags.get(keyText(version)) ?? []
}

function keyText({ name, version }: VersionKey): string {
  return `${version} ${name}`
}
