import type { Int64 } from './int64.ts'

/** MLflow's `Metric`: one value of a metric of a run. */
export interface Metric {
  readonly key: string
  /** NaN is kept; infinities are kept as the largest doubles. */
  readonly value: number
  /** Epoch milliseconds, as the client sent them. */
  readonly timestamp: Int64
  readonly step: Int64
  /** The logged model that the value is of. */
  readonly modelId?: string | undefined
  readonly datasetName?: string | undefined
  readonly datasetDigest?: string | undefined
  readonly runId?: string | undefined
}

/** A value of a metric, and the run that it was logged to. */
export interface MetricOfRun extends Metric {
  readonly runId: string
}
