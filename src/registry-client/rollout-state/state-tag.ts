import type { Tag } from '../../entities/tag.ts'

/** The tag of a registered model that a rollout's state is kept as. */
export interface StateTag {
  /** Name of the registered model. */
  readonly model: string
  readonly key: string
}

/** Between two looks at a registry that does not say when it changes: replicas are to follow each other within 2 s. */
export const WATCH_MS = 1000

/** `headrace.rollout.NAME`, of the control's registered model. */
export function stateTag(model: string, rollout: string): StateTag {
  return { model, key: `headrace.rollout.${rollout}` }
}

export function tagTitle({ model, key }: StateTag, registry: string): string {
  return `the tag ${key} of the registered model ${model} in ${registry}`
}

export function tagValue(tags: readonly Tag[], { key }: StateTag): string | undefined {
  return tags.find((tag) => tag.key === key)?.value
}
