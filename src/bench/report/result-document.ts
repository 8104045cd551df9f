import type { Comparison } from '../compare/comparison.ts'
import type { Load } from '../load.ts'
import type { Measurement, Percentiles } from '../measurement.ts'
import type { FoundMax } from '../search/found-max.ts'
import type { BenchReport, TargetReport } from './bench-report.ts'

/** Changes when a field gets another meaning, or goes. */
const RESULT_SCHEMA = 'headrace-bench/1'

type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [name: string]: Json }
type JsonObject = { readonly [name: string]: Json }

/**
 * The result for programs (`docs/bench.md` describes its fields): of one target its figures stand at the top, of several
 * in `runs`, with `comparisons`. What was measured on the way is in `before`. To be written by `JSON.stringify`.
 */
export function resultDocument(report: BenchReport): JsonObject {
  const [only, ...others] = report.targets
  const isAlone = only !== undefined && others.length === 0
  return {
    schema: RESULT_SCHEMA,
    ...(isAlone ? targetFields(only) : { runs: report.targets.map(targetFields) }),
    ...(isAlone ? {} : { comparisons: report.comparisons.flatMap(comparisonFields) }),
    assertions: report.assertions.map(({ text, passed, measured }) => ({ text, passed, measured })),
    warnings: report.warnings,
    notes: report.notes,
    stopped: report.stopped,
    started_at: new Date(report.startedAt).toISOString(),
    machine: { ...report.machine },
    versions: { headrace: report.version, node: report.machine.node },
  }
}

function targetFields({ target, chief, merged, measurements, max }: TargetReport): JsonObject {
  const { name, origin, transport, dialect, found, payloads } = target
  return {
    target: { name, origin, transport, dialect, found, payloads: payloads.length },
    ...(chief === undefined ? {} : measurementFields(chief)),
    ...(max === undefined ? {} : { find_max: maxFields(max) }),
    ...(measurements.length > 1 && max === undefined ? { rounds: measurements.map(roundFields) } : {}),
    before: merged.map(measurementFields),
  }
}

function measurementFields(measurement: Measurement): JsonObject {
  const { seconds, offered, answered, generator, server } = measurement
  return {
    ...roundFields(measurement),
    load: loadFields(measurement.load),
    duration_s: seconds,
    requests: offered,
    error_rate: offered === 0 ? 0 : (offered - answered) / offered,
    failures: { ...measurement.failures },
    failure_examples: { ...measurement.failureExamples },
    payloads: Object.fromEntries(
      Object.entries(measurement.byPayload).map(([name, payload]) => [
        name,
        {
          requests: payload.offered,
          answered: payload.answered,
          latency_ms: percentileFields(payload.latencyMs),
        },
      ]),
    ),
    stages_ms: { ...measurement.stagesMs },
    generator: {
      threads: generator.threads,
      lag_ms: percentileFields(generator.lagMs),
      busy_share: generator.busyShare,
      connections: generator.connections,
      waited: generator.waited,
    },
    server:
      server === undefined
        ? null
        : { cpu_cores: server.cpu, cpu_ms_per_request: server.cpuMsPerRequest, memory_bytes: server.memory },
    over_time: measurement.overTime.map((second) => ({
      ...{
        second: second.second,
        requests: second.offered,
        answered: second.answered,
        errors: second.failed,
      },
      ...{ p50_ms: second.p50Ms, p99_ms: second.p99Ms },
      ...{ server_cpu_cores: second.serverCpu, server_memory_bytes: second.serverMemory },
    })),
    histogram: measurement.histogram,
  }
}

/** Of a trace the number of its arrivals, which may be millions. */
function loadFields(load: Load): JsonObject {
  if (load.kind === 'closed' || load.arrivals.kind !== 'trace') return { ...load }
  return { ...load, arrivals: { kind: 'trace', count: load.arrivals.timesMs.length } }
}

function roundFields({
  latencyMs,
  answered,
  offered,
  seconds,
  valid,
  faults,
  load,
}: Measurement): JsonObject {
  return {
    latency_ms: percentileFields(latencyMs),
    rate: seconds > 0 ? answered / seconds : 0,
    errors: offered - answered,
    seed: load.seed,
    valid,
    faults,
  }
}

function percentileFields({ count, mean, p50, p90, p99, p999, max }: Percentiles): JsonObject {
  return { count, mean, p50, p90, p99, p99_9: p999, max }
}

function maxFields(found: FoundMax): JsonObject {
  const { limit, interval } = found
  return {
    rate: found.ratePerSecond,
    limit: { percentile: limit.percentile, ms: limit.milliseconds, confidence: limit.confidence },
    confirmed: found.confirmed,
    interval: { low: interval.low, high: interval.high ?? null },
    bound_by: found.boundBy,
    explanation: found.explanation,
    tries: found.tries.map(({ ratePerSecond, seconds, phase, counts, verdict, measurement }) => ({
      ...{ rate: ratePerSecond, seconds, phase, requests: counts.requests, over_limit: counts.over, verdict },
      ...{ latency_ms: percentileFields(measurement.latencyMs), valid: measurement.valid },
    })),
  }
}

function comparisonFields({ load, comparisons }: BenchReport['comparisons'][number]): readonly JsonObject[] {
  return comparisons.map(({ baseline, other, verdict, better, confidence, figures }: Comparison) => ({
    ...{ load: loadFields(load), baseline, other, verdict, better, confidence },
    figures: Object.fromEntries(
      figures.map(({ name, ratio, low, high, rounds, baselineValue, otherValue }) => [
        name,
        { ratio, low: low ?? null, high: high ?? null, rounds, baseline: baselineValue, other: otherValue },
      ]),
    ),
  }))
}
