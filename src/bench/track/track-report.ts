import type { ActiveRun } from '../../client/fluent/active-run.ts'
import { startRun } from '../../client/fluent/start-run.ts'
import type { MlflowClient } from '../../client/mlflow-client.ts'
import type { Measurement } from '../measurement.ts'
import type { BenchReport, TargetReport } from '../report/bench-report.ts'
import { loadText } from '../report/load-text.ts'
import { machineText } from '../report/machine.ts'
import { reportPage } from '../report/report-page.ts'
import { resultDocument } from '../report/result-document.ts'

export interface TrackOptions {
  /** The caller closes it. */
  readonly client: MlflowClient
  /** Its name; it is made where it is not there. */
  readonly experiment: string
  readonly signal?: AbortSignal
}

export interface TrackedRun {
  readonly runId: string
  readonly experimentId: string
}

/**
 * Logs a report as a run of MLflow: what was measured as params, figures as metrics, seconds as steps of the metrics
 * `over_time/…`, the loads of a search as `by_rate/…` whose steps are requests a second, and the files `result.json` and
 * `report.html`. Of several targets each has a run of its own, nested in one that has the files.
 * @throws ServingError of the tracking server; LogFailuresError where it took only a part
 */
export async function trackReport(report: BenchReport, options: TrackOptions): Promise<TrackedRun> {
  const { client, experiment, signal } = options
  const [only, ...others] = report.targets
  const name = `bench ${report.targets.map(({ target }) => target.name).join(', ')}`
  const tags = { 'headrace.version': report.version, 'headrace.machine': machineText(report.machine) }
  return startRun({ client, experiment, name, tags, signal }, async (run) => {
    if (only !== undefined && others.length === 0) await logTarget(run, only)
    else await logSeveral(report, options)
    await run.logJson(resultDocument(report), 'result.json')
    await run.logText(reportPage(report), 'report.html')
    return { runId: run.runId, experimentId: run.experimentId }
  })
}

/** The runs that are started in a run are nested in it. */
async function logSeveral(
  { targets }: BenchReport,
  { client, experiment, signal }: TrackOptions,
): Promise<void> {
  for (const target of targets) {
    const { name } = target.target
    await startRun({ client, experiment, name, signal }, (run) => logTarget(run, target))
  }
}

async function logTarget(run: ActiveRun, { target, chief, max }: TargetReport): Promise<void> {
  const { name, origin, transport, dialect, found, payloads } = target
  await run.logParams({
    target: name,
    origin,
    transport,
    dialect,
    payloads: payloads.length,
    found: found.join('; '),
  })
  if (max !== undefined) {
    await run.logMetrics({ max_rate: max.ratePerSecond, max_rate_low: max.interval.low })
    if (max.interval.high !== undefined) await run.logMetric('max_rate_high', max.interval.high)
    for (const { ratePerSecond, measurement } of max.tries) {
      const { p50, p99 } = measurement.latencyMs
      await run.logMetrics(
        { 'by_rate/p50_ms': p50, 'by_rate/p99_ms': p99 },
        { step: Math.round(ratePerSecond) },
      )
    }
  }
  if (chief !== undefined) await logMeasurement(run, chief)
}

async function logMeasurement(run: ActiveRun, measurement: Measurement): Promise<void> {
  const { load, seconds, overTime } = measurement
  await run.logParams({
    load: loadText(load),
    duration_s: seconds,
    seed: load.seed,
    valid: measurement.valid,
  })
  await run.logMetrics(figuresOf(measurement))
  for (const { second, answered, failed, p50Ms, p99Ms, serverCpu, serverMemory } of overTime) {
    await run.logMetrics(
      {
        ...{ 'over_time/rate': answered, 'over_time/errors': failed },
        ...{ 'over_time/p50_ms': p50Ms, 'over_time/p99_ms': p99Ms },
        ...(serverCpu === undefined ? {} : { 'over_time/cpu_cores': serverCpu }),
        ...(serverMemory === undefined ? {} : { 'over_time/memory_bytes': serverMemory }),
      },
      { step: second },
    )
  }
}

function figuresOf({ latencyMs, offered, answered, seconds, generator, server, stagesMs }: Measurement) {
  const { mean, p50, p90, p99, p999, max } = latencyMs
  const stages = Object.entries(stagesMs).filter(([name]) => METRIC_NAME.test(name))
  return {
    ...{ latency_mean_ms: mean, latency_p50_ms: p50, latency_p90_ms: p90, latency_p99_ms: p99 },
    ...{ latency_p99_9_ms: p999, latency_max_ms: max },
    ...{ rate: answered / seconds, errors: offered - answered, requests: offered },
    error_rate: offered === 0 ? 0 : (offered - answered) / offered,
    generator_lag_p99_ms: generator.lagMs.p99,
    ...Object.fromEntries(stages.map(([name, ms]) => [`stage_${name}_ms`, ms])),
    ...(server === undefined
      ? {}
      : { cpu_cores: server.cpu, cpu_ms_per_request: server.cpuMsPerRequest, memory_bytes: server.memory }),
  }
}

/** What MLflow takes in the name of a metric. Those of stages come from a server. */
const METRIC_NAME = /^[\w.-]{1,100}$/
