import type { MetricFigures } from '../core/metric-figures.ts'

export interface GroupFigureSources {
  /** Open connections of each listener that serves, by its number. */
  readonly connections: ReadonlyMap<number, number>
  /** By what ended the listener that was started again. */
  readonly restarts: ReadonlyMap<string, number>
  /** Answers to scrapes that did not come in time. */
  readonly missed: number
}

/** What a group of listeners knows, in the form of their own figures, and first among them. */
export function groupFigures({ connections, restarts, missed }: GroupFigureSources): MetricFigures[] {
  const startedAt = Math.round(Date.now() / 1000 - process.uptime())
  return [
    metric('gauge', 'headrace_listeners', 'Threads that serve now, each with its own connections.', [
      { labels: {}, value: connections.size },
    ]),
    metric(
      'gauge',
      'headrace_listener_connections',
      'Open connections of each listener, gRPC not counted.',
      [...connections].map(([number, value]) => ({ labels: { listener: String(number) }, value })),
    ),
    metric(
      'counter',
      'headrace_listener_restarts_total',
      'Listeners that ended and were started again, by what ended them: heap, error or exit.',
      [...restarts].map(([reason, value]) => ({ labels: { reason }, value })),
    ),
    metric(
      'counter',
      'headrace_listener_scrapes_missed_total',
      'Times that a listener was left out of a scrape.',
      [{ labels: {}, value: missed }],
    ),
    {
      ...metric(
        'gauge',
        'process_start_time_seconds',
        'When the process was started, in seconds since 1970.',
        [{ labels: {}, value: startedAt }],
      ),
      aggregator: 'first',
    },
  ]
}

/**
 * The figures of a listener but those of the process as a whole, which the first listener gives for all. What it has for
 * its own event loop and heap stays: prom-client averages or adds it.
 */
export function ofListener(figures: readonly MetricFigures[]): MetricFigures[] {
  return figures.filter(({ name }) => !name.startsWith('process_'))
}

function metric(
  type: 'gauge' | 'counter',
  name: string,
  help: string,
  values: MetricFigures['values'],
): MetricFigures {
  return { name, help, type, aggregator: 'sum', values }
}
