import type { ModelVersion } from './model-version.ts'
import type { Tag } from './tag.ts'

export interface RegisteredModelAlias {
  readonly alias: string
  readonly version: string
}

/** MLflow's `RegisteredModel`. Times are epoch milliseconds. */
export interface RegisteredModel {
  readonly name: string
  readonly creationTimestamp: number
  readonly lastUpdatedTimestamp: number
  readonly description: string | undefined
  readonly tags: readonly Tag[]
  readonly aliases: readonly RegisteredModelAlias[]
  /** The highest version of each stage that has one; the aliases stand at the model alone. */
  readonly latestVersions: readonly ModelVersion[]
}

/** MLflow keeps prompts in the tables of registered models; this tag tells them apart. */
export const IS_PROMPT_TAG = 'mlflow.prompt.is_prompt'

/** @param tags of a registered model, or of a version that is being made */
export function isPrompt(tags: readonly Tag[]): boolean {
  const last = tags.findLast(({ key }) => key === IS_PROMPT_TAG)
  return last?.value.toLowerCase() === 'true'
}
