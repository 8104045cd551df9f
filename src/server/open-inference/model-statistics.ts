import type { Buckets } from '../metrics/buckets.ts'
import type { RunFigure } from '../metrics/run-figures.ts'
import type { CountedModel, RequestMetrics } from '../metrics/server-metrics.ts'

const NANOSECONDS_OF_SECOND = 1e9
const NANOSECONDS_OF_MILLISECOND = 1e6

/** How often something happened, and how many nanoseconds it took together. */
export interface DurationStatistic {
  readonly count: number
  readonly ns: number
}

const NEVER: DurationStatistic = { count: 0, ns: 0 }

export interface InferStatistics {
  readonly success: DurationStatistic
  readonly fail: DurationStatistic
  readonly queue: DurationStatistic
  readonly compute_input: DurationStatistic
  readonly compute_infer: DurationStatistic
  readonly compute_output: DurationStatistic
  readonly cache_hit: DurationStatistic
  readonly cache_miss: DurationStatistic
}

export interface BatchStatistics {
  readonly batch_size: number
  readonly compute_input: DurationStatistic
  readonly compute_infer: DurationStatistic
  readonly compute_output: DurationStatistic
}

/** What one version of a model has done since it was first asked (Triton, "Statistics Extension"). */
export interface ModelStatistics {
  readonly name: string
  readonly version: string
  /** Milliseconds since 1970; 0 before the first answer. */
  readonly last_inference: number
  /** Rows. */
  readonly inference_count: number
  /** Runs of the model. */
  readonly execution_count: number
  readonly inference_stats: InferStatistics
  readonly batch_stats: readonly BatchStatistics[]
}

/** @param metrics undefined before the model's first request. */
export function modelStatistics(
  { model, version }: CountedModel,
  metrics: RequestMetrics | undefined,
): ModelStatistics {
  return {
    name: model,
    version,
    last_inference: metrics?.lastPredictionAt ?? 0,
    inference_count: metrics?.rows ?? 0,
    execution_count: Math.round(metrics?.runs.count ?? 0),
    inference_stats: inferStatistics(metrics),
    batch_stats: Array.from(metrics?.runs.bySize() ?? [], batchStatistics),
  }
}

function inferStatistics(metrics: RequestMetrics | undefined): InferStatistics {
  if (metrics === undefined) return inferStatisticsOf(NEVER, NEVER, () => NEVER)
  const { stages, failures, failedMs } = metrics
  const all = durationOf(stages.total)
  const fail = { count: failures, ns: Math.round(failedMs * NANOSECONDS_OF_MILLISECOND) }
  const success = { count: all.count - fail.count, ns: Math.max(0, all.ns - fail.ns) }
  return inferStatisticsOf(success, fail, (stage) => durationOf(stages[stage]))
}

function inferStatisticsOf(
  success: DurationStatistic,
  fail: DurationStatistic,
  of: (stage: 'parse' | 'queue' | 'compute' | 'serialise') => DurationStatistic,
): InferStatistics {
  return {
    success,
    fail,
    queue: of('queue'),
    compute_input: of('parse'),
    compute_infer: of('compute'),
    compute_output: of('serialise'),
    cache_hit: NEVER,
    cache_miss: NEVER,
  }
}

function batchStatistics({ rows, runs, parse, compute, serialise }: RunFigure): BatchStatistics {
  // What is in part of requests that were not answered yet becomes whole with them.
  const count = Math.round(runs)
  const of = (ms: number) => ({ count, ns: Math.round(ms * NANOSECONDS_OF_MILLISECOND) })
  return {
    batch_size: rows,
    compute_input: of(parse),
    compute_infer: of(compute),
    compute_output: of(serialise),
  }
}

function durationOf({ counts, sum }: Buckets): DurationStatistic {
  let count = 0
  for (const each of counts) count += each
  return { count, ns: Math.round(sum * NANOSECONDS_OF_SECOND) }
}
