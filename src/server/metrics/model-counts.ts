import type { Buckets } from './buckets.ts'
import type { RequestMetrics, Stage } from './server-metrics.ts'

const NANOSECONDS_OF_SECOND = 1e9
const NANOSECONDS_OF_MILLISECOND = 1e6

/** How often something happened, and how many nanoseconds it took together. */
export type CountedPart = 'success' | 'fail' | Exclude<Stage, 'total'>

/**
 * What was counted of one model, as numbers that can be added up: `rows`, `runs`; `PART.count` and `PART.ns` of each
 * `CountedPart`; `batch.ROWS.runs`, `batch.ROWS.parse`, `….compute` and `….serialise` (nanoseconds) of runs of so many
 * rows.
 */
export type ModelCounts = ReadonlyMap<string, number>

export function modelCounts(metrics: RequestMetrics): ModelCounts {
  const counts = new Map([
    ['rows', metrics.rows],
    ['runs', metrics.runs.count],
  ])
  const add = (part: CountedPart, count: number, ns: number): void => {
    counts.set(`${part}.count`, count)
    counts.set(`${part}.ns`, ns)
  }
  const { stages, failures } = metrics
  const failedNs = metrics.failedMs * NANOSECONDS_OF_MILLISECOND
  add('fail', failures, failedNs)
  add('success', countOf(stages.total) - failures, Math.max(0, nanosecondsOf(stages.total) - failedNs))
  for (const stage of ['parse', 'queue', 'compute', 'serialise'] as const) {
    add(stage, countOf(stages[stage]), nanosecondsOf(stages[stage]))
  }
  for (const { rows, runs, parse, compute, serialise } of metrics.runs.bySize()) {
    counts.set(`batch.${rows}.runs`, runs)
    counts.set(`batch.${rows}.parse`, parse * NANOSECONDS_OF_MILLISECOND)
    counts.set(`batch.${rows}.compute`, compute * NANOSECONDS_OF_MILLISECOND)
    counts.set(`batch.${rows}.serialise`, serialise * NANOSECONDS_OF_MILLISECOND)
  }
  return counts
}

function nanosecondsOf({ sum }: Buckets): number {
  return sum * NANOSECONDS_OF_SECOND
}

function countOf({ counts }: Buckets): number {
  let count = 0
  for (const each of counts) count += each
  return count
}
