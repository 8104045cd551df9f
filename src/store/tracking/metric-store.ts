import type { Int64 } from '../../entities/int64.ts'
import type { Metric, MetricOfRun } from '../../entities/metric.ts'
import type { Page } from '../search/page.ts'

export interface MetricHistoryQuery {
  readonly runId: string
  readonly metricKey: string
  /** All that there are where it is left out. */
  readonly maxResults?: number | undefined
  readonly pageToken?: string | undefined
}

export interface MetricHistoriesQuery {
  readonly runIds: readonly string[]
  readonly metricKey: string
  readonly maxResults: number
}

export interface MetricSampleQuery {
  readonly runIds: readonly string[]
  readonly metricKey: string
  /** Of each run. */
  readonly maxResults: number
  /** The steps that count, both ends included; all where it is left out. */
  readonly steps?: { readonly first: Int64; readonly last: Int64 } | undefined
}

/** Metrics of MLflow's tracking store. A run that is not there has no history. */
export interface MetricStore {
  /**
   * Logs a value; one that is there already is not logged twice.
   * @throws ServingError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE where the run is deleted
   */
  log(runId: string, metric: Metric): Promise<void>
  /** By timestamp, then step, then value. */
  history(query: MetricHistoryQuery): Promise<Page<Metric>>
  /** By run id, then timestamp, then step, then value. */
  histories(query: MetricHistoriesQuery): Promise<readonly MetricOfRun[]>
  /** Values of each run, evenly spread over all, with the first and the last of them; by step. */
  sample(query: MetricSampleQuery): Promise<readonly MetricOfRun[]>
}
