import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { LATENCY_BOUNDS } from '../metrics/buckets.ts'
import { RecordedHistogram, type Series } from '../metrics/recorded-histogram.ts'
import { type ServerFigureSources, serverFigures } from '../metrics/server-figures.ts'
import type { ApiExecutor, ThreadFigures } from './api-executor.ts'
import type { TrackingMetrics } from './tracking-metrics.ts'

/** Where the figures are. */
export interface TrackingFigureSources extends ServerFigureSources {
  readonly metrics: TrackingMetrics
  /** Undefined where the server has artifacts only. */
  readonly executor: ApiExecutor | undefined
}

/** The text that Prometheus scrapes, made by prom-client from what the server counts itself. */
export class TrackingPrometheus {
  readonly #registry = new Registry()

  constructor(sources: TrackingFigureSources) {
    requestFigures(sources.metrics, this.#registry)
    if (sources.executor !== undefined) threadFigures(sources.executor, this.#registry)
    serverFigures(sources, this.#registry)
    collectDefaultMetrics({ register: this.#registry })
  }

  async scrape(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() }
  }
}

function requestFigures(metrics: TrackingMetrics, registry: Registry): void {
  new Counter({
    name: 'headrace_tracking_requests_total',
    help: 'Answered requests by route (empty: none that is served) and HTTP status; 499: the client left.',
    labelNames: ['route', 'code'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [route, { answers }] of metrics.byRoute) {
        for (const [code, count] of answers) this.inc({ route, code: String(code) }, count)
      }
    },
  })
  new RecordedHistogram({
    name: 'headrace_tracking_request_seconds',
    help: 'Time from the head of a request to its answer, by route.',
    labelNames: ['route'],
    buckets: LATENCY_BOUNDS,
    registers: [registry],
    read: () => secondsOf(metrics),
  })
}

function* secondsOf(metrics: TrackingMetrics): Iterable<Series> {
  for (const [route, { seconds }] of metrics.byRoute) yield { labels: { route }, buckets: seconds }
}

const GAUGES: readonly (readonly [name: string, help: string, of: (figures: ThreadFigures) => number])[] = [
  ['threads', 'Threads that have the database open, by the work they do.', ({ threads }) => threads],
  ['running', 'Calls that threads have been given and not answered.', ({ running }) => running],
  ['waiting', 'Calls that wait until a thread has room.', ({ waiting }) => waiting],
]

const COUNTERS: typeof GAUGES = [
  ['calls_total', 'Calls that threads were given.', ({ calls }) => calls],
  [
    'call_seconds_total',
    'Time that calls have spent in threads, their waiting for locks, commits and each other included.',
    ({ callSeconds }) => callSeconds,
  ],
  ['threads_replaced_total', 'Threads that died and were replaced.', ({ replaced }) => replaced],
]

function threadFigures(executor: ApiExecutor, registry: Registry): void {
  for (const [name, help, of] of GAUGES) {
    new Gauge({
      ...{ name: `headrace_store_${name}`, help, labelNames: ['work'], registers: [registry] },
      collect() {
        for (const figures of executor.figures()) this.set({ work: figures.work }, of(figures))
      },
    })
  }
  for (const [name, help, of] of COUNTERS) {
    new Counter({
      ...{ name: `headrace_store_${name}`, help, labelNames: ['work'], registers: [registry] },
      collect() {
        this.reset()
        for (const figures of executor.figures()) this.inc({ work: figures.work }, of(figures))
      },
    })
  }
}
