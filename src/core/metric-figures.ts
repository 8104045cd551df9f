/** One metric with its samples, as prom-client gives it (`getMetricsAsJSON`): plain data, to be sent and added up. */
export interface MetricFigures {
  readonly name: string
  readonly help: string
  readonly type: string
  /** How the samples of several processes become one: sum, max, min, first, average or omit. */
  readonly aggregator: string
  readonly values: readonly MetricSample[]
}

export interface MetricSample {
  /** The name of the series where it is not the metric's: `_bucket`, `_sum` and `_count` of a histogram. */
  readonly metricName?: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

/** Where figures of all processes come from, when there are several. */
export interface AllFigures {
  gather(): Promise<readonly (readonly MetricFigures[])[]>
}
