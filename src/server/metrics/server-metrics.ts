import type { Timing } from '../../core/timing.ts'
import type { LoggedRequest } from '../request-log.ts'
import { BATCH_ROW_BOUNDS, Buckets, LATENCY_BOUNDS } from './buckets.ts'
import { RunFigures } from './run-figures.ts'

export const STAGES = ['parse', 'queue', 'compute', 'serialise', 'total'] as const
export type Stage = (typeof STAGES)[number]

/** What was counted for the requests to one model, or (name '') for those to no model. */
export class RequestMetrics {
  /** Answers by HTTP status. */
  readonly answers = new Map<number, number>()
  readonly stages: Readonly<Record<Stage, Buckets>> = {
    parse: new Buckets(LATENCY_BOUNDS),
    queue: new Buckets(LATENCY_BOUNDS),
    compute: new Buckets(LATENCY_BOUNDS),
    serialise: new Buckets(LATENCY_BOUNDS),
    total: new Buckets(LATENCY_BOUNDS),
  }
  readonly batchRows = new Buckets(BATCH_ROW_BOUNDS)
  readonly runs = new RunFigures()
  rows = 0
  /** Answers that are no prediction, and how long they took. */
  failures = 0
  failedMs = 0
  /** Milliseconds since 1970; 0 before the first. */
  lastPredictionAt = 0

  record(status: number, timing: Timing | undefined, totalMs: number): void {
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1)
    this.stages.total.observe(totalMs / 1000)
    if (timing !== undefined && status === 200) {
      this.#recordPrediction(timing)
    } else {
      this.failures += 1
      this.failedMs += totalMs
    }
  }

  #recordPrediction(timing: Timing): void {
    const { stages } = this
    stages.parse.observe(timing.parse / 1000)
    stages.queue.observe(timing.queue / 1000)
    stages.compute.observe(timing.compute / 1000)
    stages.serialise.observe(timing.serialise / 1000)
    this.batchRows.observe(timing.batchRows)
    this.runs.record(timing)
    this.rows += timing.rows
    this.lastPredictionAt = Date.now()
  }
}

/** Whose requests were counted; both empty for requests to no model. */
export interface CountedModel {
  readonly model: string
  readonly version: string
}

/** A model that is loaded anew every hour has so many versions in four days, most of them long gone. */
const MOST_VERSIONS = 100

/**
 * Counts every exchange as it ends. Plain numbers, since prom-client looks its labels up at each observation,
 * which would cost a tenth of a small request; `prometheus.ts` reads them when somebody scrapes.
 */
export class ServerMetrics {
  /** By name, then by version: a key of both would be a text made for each request. */
  readonly #byName = new Map<string, Map<string, RequestMetrics>>()

  record(request: LoggedRequest, totalMs: number): void {
    this.#of(request.modelName, request.modelVersion).record(request.status, request.timing, totalMs)
  }

  /** What was counted for one version of a model; undefined before its first request. */
  find(name: string, version: string): RequestMetrics | undefined {
    return this.#byName.get(name)?.get(version)
  }

  /** Everything that was counted. */
  *byModel(): Iterable<readonly [CountedModel, RequestMetrics]> {
    for (const [model, versions] of this.#byName) {
      for (const [version, metrics] of versions) yield [{ model, version }, metrics]
    }
  }

  #of(name: string, version: string): RequestMetrics {
    let versions = this.#byName.get(name)
    if (versions === undefined) {
      versions = new Map()
      this.#byName.set(name, versions)
    }
    let metrics = versions.get(version)
    if (metrics === undefined) {
      metrics = new RequestMetrics()
      if (versions.size >= MOST_VERSIONS) versions.delete(longestIdle(versions))
      versions.set(version, metrics)
    }
    return metrics
  }
}

/** The version that has predicted nothing for the longest time. */
function longestIdle(versions: ReadonlyMap<string, RequestMetrics>): string {
  let [longest, since] = ['', Number.POSITIVE_INFINITY]
  for (const [version, { lastPredictionAt }] of versions) {
    if (lastPredictionAt < since) [longest, since] = [version, lastPredictionAt]
  }
  return longest
}
