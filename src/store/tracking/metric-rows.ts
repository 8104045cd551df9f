import type { Int64 } from '../../entities/int64.ts'
import { asInt64 } from '../../entities/int64.ts'
import type { Metric } from '../../entities/metric.ts'

/** A value of a metric as the tables `metrics` and `latest_metrics` hold it. */
export interface MetricRow {
  readonly key: string
  readonly value: number
  readonly timestamp: Int64
  readonly step: Int64
  readonly is_nan: number | boolean
}

export function toMetric(row: MetricRow): Metric {
  return {
    key: row.key,
    value: row.is_nan ? Number.NaN : row.value,
    timestamp: row.timestamp ?? 0,
    step: row.step,
  }
}

/** NaN and the infinities, which databases have not, as MLflow keeps them; and no zero below zero. */
export function toMetricRow({ key, value, timestamp, step }: Metric): MetricRow {
  return {
    key,
    value: storedValue(value),
    timestamp: asInt64(timestamp),
    step: asInt64(step),
    is_nan: Number.isNaN(value) ? 1 : 0,
  }
}

export function storedValue(value: number): number {
  if (Number.isNaN(value) || value === 0) return 0
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))
}

/** Whether `one` comes after `other`: by step, then timestamp, then value. */
export function isLater(one: MetricRow, other: MetricRow): boolean {
  if (one.step !== other.step) return one.step > other.step
  if (one.timestamp !== other.timestamp) return one.timestamp > other.timestamp
  return one.value > other.value
}

/** The same text for the same value of the same metric of one run. */
export function identityOf({ key, value, timestamp, step, is_nan }: MetricRow): string {
  return `${step} ${timestamp} ${value} ${Number(is_nan)} ${key}`
}
