import { quantileBetween } from './quantile.ts'
import type { ModelTraffic, Traffic } from './traffic.ts'

/** Values of metrics by their keys. */
export type MetricValues = ReadonlyMap<string, number>

const NOTHING: ModelTraffic = { requests: 0, errors: 0, serverErrors: 0, rows: 0, latency: new Map() }

const QUANTILES = [
  ['latency_p50_ms', 0.5],
  ['latency_p95_ms', 0.95],
  ['latency_p99_ms', 0.99],
] as const

/** What happened between two looks at a server, as metrics of its run. */
export function trafficMetrics(before: Traffic, after: Traffic, seconds: number): MetricValues {
  const values = new Map<string, number>()
  // On its way out a process may not be asked any more.
  if (after.residentBytes > 0) {
    values.set('memory_mb', after.residentBytes / 1e6)
    values.set('cpu_cores', since(after.cpuSeconds, before.cpuSeconds) / seconds)
  }
  for (const [name, model] of after.models) {
    const previous = before.models.get(name) ?? NOTHING
    for (const [key, value] of modelMetrics(previous, model, seconds)) {
      values.set(`${keyPart(name)}/${key}`, value)
    }
  }
  return values
}

function modelMetrics(
  before: ModelTraffic,
  after: ModelTraffic,
  seconds: number,
): readonly (readonly [string, number])[] {
  const requests = since(after.requests, before.requests)
  const errors = since(after.errors, before.errors)
  const quantiles = QUANTILES.flatMap(([key, part]) => {
    const value = quantileBetween(before.latency, after.latency, part)
    return value === undefined ? [] : [[key, value * 1000] as const]
  })
  return [
    ['requests', requests],
    ['requests_per_second', requests / seconds],
    ['rows', since(after.rows, before.rows)],
    ['errors', errors],
    ['server_errors', since(after.serverErrors, before.serverErrors)],
    ['error_rate', requests === 0 ? 0 : errors / requests],
    ['requests_total', after.requests],
    ...quantiles,
  ]
}

/** A listener that is left out of a look makes the sums smaller. */
function since(after: number, before: number): number {
  return Math.max(0, after - before)
}

/** A name as it may stand in a key of MLflow, which has these characters alone. */
export function keyPart(name: string): string {
  return name.replace(/[^\p{L}\p{N}_.\- ]/gu, '_')
}
