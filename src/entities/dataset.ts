import type { Tag } from './tag.ts'

/** MLflow's `Dataset`: what is known of data, known by name and digest in its experiment. */
export interface Dataset {
  readonly name: string
  readonly digest: string
  readonly sourceType: string
  readonly source: string
  readonly schema?: string | undefined
  readonly profile?: string | undefined
}

/** A dataset as the input of a run; the tag `mlflow.data.context` says what it was used for. */
export interface DatasetInput {
  readonly dataset: Dataset
  readonly tags: readonly Tag[]
}

/** A dataset that was used in an experiment, and what for. */
export interface DatasetSummary {
  readonly experimentId: string
  readonly name: string
  readonly digest: string
  readonly context?: string | undefined
}

export const DATASET_CONTEXT_TAG = 'mlflow.data.context'
