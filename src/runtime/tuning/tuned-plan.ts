/** How a model is batched, as plain data. */
export interface PlanFacts {
  /** As those of a `BatchPlan`. */
  readonly sizes: readonly number[]
  /** Rows and the milliseconds of a run of so many, ascending. */
  readonly times: readonly (readonly [rows: number, ms: number])[]
  /** Where sequences of different lengths share their batches. */
  readonly sequences?: SequenceFacts
  /** Values in the largest row that was tried, of a model whose rows have no fixed size. */
  readonly triedElements?: number
}

/** A `SequenceLayout`. */
export interface SequenceFacts {
  readonly mask: string
  readonly inputs: readonly string[]
  readonly outputs: readonly (readonly [name: string, axes: readonly number[]])[]
}

/**
 * What was proved and found of the batches of one model. Plain data: it crosses between processes and threads, of which
 * one tunes for all: together they would measure each other.
 */
export interface TunedPlan {
  /** Of the model, the machine and the settings for which it holds. */
  readonly key: string
  readonly reason: string
  /** Absent where nothing is batched. */
  readonly facts?: PlanFacts
  /** Nothing is left to find out. */
  readonly settled: boolean
}

/** The same with the model that it is for. */
export interface TunedModel {
  /** As it is served. */
  readonly name: string
  readonly version: string
  readonly plan: TunedPlan
}
