import { type CountedPart, type ModelCounts, modelCounts } from '../metrics/model-counts.ts'
import type { CountedModel, RequestMetrics } from '../metrics/server-metrics.ts'
import type { CountedTotal } from '../metrics/statistics-figures.ts'

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

/** @param metrics of this process; undefined before the model's first request. */
export function modelStatistics(model: CountedModel, metrics: RequestMetrics | undefined): ModelStatistics {
  const counts = metrics === undefined ? new Map<string, number>() : modelCounts(metrics)
  return statisticsOf(model, { counts, lastPredictionAt: metrics?.lastPredictionAt ?? 0 })
}

export function statisticsOf(
  { model, version }: CountedModel,
  { counts, lastPredictionAt }: CountedTotal,
): ModelStatistics {
  return {
    name: model,
    version,
    last_inference: lastPredictionAt,
    inference_count: counts.get('rows') ?? 0,
    execution_count: Math.round(counts.get('runs') ?? 0),
    inference_stats: {
      success: duration(counts, 'success'),
      fail: duration(counts, 'fail'),
      queue: duration(counts, 'queue'),
      compute_input: duration(counts, 'parse'),
      compute_infer: duration(counts, 'compute'),
      compute_output: duration(counts, 'serialise'),
      cache_hit: NEVER,
      cache_miss: NEVER,
    },
    batch_stats: batchStatistics(counts),
  }
}

function duration(counts: ModelCounts, part: CountedPart): DurationStatistic {
  return { count: counts.get(`${part}.count`) ?? 0, ns: Math.round(counts.get(`${part}.ns`) ?? 0) }
}

const BATCH_RUNS = /^batch\.(\d+)\.runs$/

function batchStatistics(counts: ModelCounts): readonly BatchStatistics[] {
  const sizes = Array.from(counts.keys(), (name) => BATCH_RUNS.exec(name)?.[1]).filter(
    (rows) => rows !== undefined,
  )
  return sizes
    .sort((a, b) => Number(a) - Number(b))
    .map((rows) => {
      // What is a part of a run becomes a whole one with the requests that are not answered yet.
      const count = Math.round(counts.get(`batch.${rows}.runs`) ?? 0)
      const of = (stage: string) => ({ count, ns: Math.round(counts.get(`batch.${rows}.${stage}`) ?? 0) })
      return {
        batch_size: Number(rows),
        compute_input: of('parse'),
        compute_infer: of('compute'),
        compute_output: of('serialise'),
      }
    })
}
