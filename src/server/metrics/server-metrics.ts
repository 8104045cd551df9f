import type { Timing } from '../../core/timing.ts'
import type { LoggedRequest } from '../request-log.ts'
import { BATCH_ROW_BOUNDS, Buckets, LATENCY_BOUNDS } from './buckets.ts'

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
  rows = 0

  record(status: number, timing: Timing | undefined, totalMs: number): void {
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1)
    this.stages.total.observe(totalMs / 1000)
    if (timing !== undefined && status === 200) this.#recordPrediction(timing)
  }

  #recordPrediction(timing: Timing): void {
    const { stages } = this
    stages.parse.observe(timing.parse / 1000)
    stages.queue.observe(timing.queue / 1000)
    stages.compute.observe(timing.compute / 1000)
    stages.serialise.observe(timing.serialise / 1000)
    this.batchRows.observe(timing.batchRows)
    this.rows += timing.rows
  }
}

/**
 * Counts every exchange as it ends. Plain numbers, since prom-client looks its labels up at each observation,
 * which would cost a tenth of a small request; `prometheus.ts` reads them when somebody scrapes.
 */
export class ServerMetrics {
  readonly byModel = new Map<string, RequestMetrics>()

  record(exchange: LoggedRequest, totalMs: number): void {
    this.#of(exchange.modelName).record(exchange.status, exchange.timing, totalMs)
  }

  #of(modelName: string): RequestMetrics {
    let metrics = this.byModel.get(modelName)
    if (metrics === undefined) {
      metrics = new RequestMetrics()
      this.byModel.set(modelName, metrics)
    }
    return metrics
  }
}
