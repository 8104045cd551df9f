import type { ModelPlan } from './model-plan.ts'

/** Models that are loaded and not served yet. One of the two is called, once. */
export interface PreparedModels {
  /** By which another process gets the same. */
  readonly plans: readonly ModelPlan[]
  /** Serves them, in place of all that was served under their name. */
  commit(): void
  /** Frees them. */
  discard(): Promise<void>
}

/** How models that take the place of others are loaded. */
export interface PrepareModels {
  /** In processes of their own first; they are unless another process of this server has done it. */
  readonly tried?: boolean
  /** They are only there once their batches are as warm as those of the ones that are served, whom that does not disturb. */
  readonly warm?: boolean
}
