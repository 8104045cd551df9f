import type { Tag } from './tag.ts'

export type LifecycleStage = 'active' | 'deleted'

/** MLflow's `Experiment`. Times are epoch milliseconds. */
export interface Experiment {
  readonly experimentId: string
  readonly name: string
  readonly artifactLocation: string
  readonly lifecycleStage: LifecycleStage
  readonly creationTime: number
  readonly lastUpdateTime: number
  readonly tags: readonly Tag[]
}

/** The experiment that every MLflow database has. */
export const DEFAULT_EXPERIMENT_ID = '0'
export const DEFAULT_EXPERIMENT_NAME = 'Default'
