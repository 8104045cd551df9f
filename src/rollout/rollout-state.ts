/** What replicas agree on: plain data, kept as one tag of the registered model, or in a file where there is none. */
export interface RolloutState {
  /** Of this rollout, from its start to its end: 16 hexadecimal digits, the seed of its assignment. */
  readonly id: string
  /** Counts the changes; the higher one holds. */
  readonly epoch: number
  /** Who made this change; of two with one epoch the higher text holds. */
  readonly writer: string
  /** Milliseconds since 1970 of the last change of what the rollout does: its run that is noted, or its name that is kept, is none. */
  readonly at: number
  readonly startedAt: number
  /** Names of the variants, the control first: a rollout of others is another rollout. */
  readonly variants: readonly string[]
  readonly phase: RolloutPhase
  /** Counted from 0; each change of the split is a step. */
  readonly step: number
  /** Of the canary's steps, counted from 0; undefined without a canary, and once an operator has set the split by hand. */
  readonly canaryStep: number | undefined
  /** Slots of the assignment: `split[i]` begins where the one before ends. Covers 0 to 1000 without gaps. */
  readonly split: readonly SplitRange[]
  /** Why it is in this phase, for people; empty while it runs as planned. */
  readonly cause: string
  /** MLflow run with its history, once there is one. */
  readonly runId: string | undefined
}

/** `rolled-back`: a guard did it. `aborted`: an operator did. In both the control has all keys. */
export type RolloutPhase = 'running' | 'promoted' | 'aborted' | 'rolled-back'

export interface SplitRange {
  /** The first slot behind it, up to 1000. */
  readonly end: number
  /** Index into `variants`. */
  readonly variant: number
}
