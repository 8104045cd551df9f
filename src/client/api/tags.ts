import type { Tag } from '../../entities/tag.ts'

/** Tags, params or whatever else MLflow keeps as texts by their keys; other values are written as JavaScript does. */
export type Texts = Readonly<Record<string, string | number | boolean | bigint>>

/** In the order of the keys. */
export function tagsOf(texts: Texts | undefined): readonly Tag[] {
  return Object.entries(texts ?? {}).map(([key, value]) => ({ key, value: String(value) }))
}
