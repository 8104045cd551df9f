import type { MetricFigures } from '../core/metric-figures.ts'
import type { SupervisedProcess } from './supervised-process.ts'

export interface OwnFigureSources {
  readonly processes: readonly SupervisedProcess[]
  /** By what ended the process that was started again. */
  readonly restarts: ReadonlyMap<string, number>
  /** Answers to scrapes that did not come in time. */
  readonly missed: number
  connectionsOf(process: SupervisedProcess): number
}

/** What the supervisor knows, in the same form as the figures of the processes, and first among them. */
export function ownFigures(sources: OwnFigureSources): MetricFigures[] {
  const { processes, restarts, missed, connectionsOf } = sources
  const ready = processes.filter(({ isReady, isLeaving }) => isReady && !isLeaving)
  const numbered = (read: (process: SupervisedProcess) => number) =>
    ready.map((process) => ({ labels: { process: String(process.number) }, value: read(process) }))
  return [
    gauge('headrace_processes', 'Server processes that serve now.', [{ labels: {}, value: ready.length }]),
    gauge(
      'headrace_process_connections',
      'Open connections of each server process.',
      numbered(connectionsOf),
    ),
    gauge(
      'headrace_process_resident_memory_bytes',
      'Resident memory of each server process.',
      numbered(({ residentBytes }) => residentBytes),
    ),
    counter(
      'headrace_process_restarts_total',
      'Server processes that ended and were started again, by what ended them: exit, a signal, or hang.',
      [...restarts].map(([reason, value]) => ({ labels: { reason }, value })),
    ),
    counter('headrace_process_scrapes_missed_total', 'Times that a process was left out of a scrape.', [
      { labels: {}, value: missed },
    ]),
    ...ownUsage(),
  ]
}

/** The supervisor's part of what the service uses; the service is as old as its supervisor. */
function ownUsage(): MetricFigures[] {
  const { user, system } = process.cpuUsage()
  const cpuSeconds = (microseconds: number) => [{ labels: {}, value: microseconds / 1e6 }]
  const rss = process.memoryUsage.rss()
  const startedAt = Math.round(Date.now() / 1000 - process.uptime())
  return [
    gauge('process_resident_memory_bytes', 'Resident memory of all processes, in bytes.', [
      { labels: {}, value: rss },
    ]),
    counter(
      'process_cpu_user_seconds_total',
      'User CPU time of all processes, in seconds.',
      cpuSeconds(user),
    ),
    counter(
      'process_cpu_system_seconds_total',
      'System CPU time of all processes, in seconds.',
      cpuSeconds(system),
    ),
    counter('process_cpu_seconds_total', 'CPU time of all processes, in seconds.', cpuSeconds(user + system)),
    {
      ...gauge('process_start_time_seconds', 'When the supervisor was started, in seconds since 1970.', [
        { labels: {}, value: startedAt },
      ]),
      aggregator: 'first',
    },
  ]
}

function gauge(name: string, help: string, values: MetricFigures['values']): MetricFigures {
  return { name, help, type: 'gauge', aggregator: 'sum', values }
}

function counter(name: string, help: string, values: MetricFigures['values']): MetricFigures {
  return { name, help, type: 'counter', aggregator: 'sum', values }
}
