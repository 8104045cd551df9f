import { printable } from '../../core/printable.ts'
import { bytesText, countText, millisecondsText, numberText, percentText } from '../../page/number-texts.ts'
import type { Measurement } from '../measurement.ts'
import type { TargetReport } from './bench-report.ts'
import { loadText } from './load-text.ts'
import { textTable } from './text-table.ts'

const FIGURES = ['rate/s', 'p50 ms', 'p90 ms', 'p99 ms', 'p99.9 ms', 'max ms', 'errors'] as const
const OF_SERVER = ['CPU cores', 'CPU/request', 'memory'] as const
const INDENT = '  '

/**
 * Every load of every target as lines, the heads first in each part: one part, or two where the terminal is too narrow
 * for latencies and the server's figures side by side. The load that was asked for is a target's last.
 */
export function loadTable(targets: readonly TargetReport[], width: number): readonly (readonly string[])[] {
  const hasServer = targets.some((target) => rowsOf(target).some(({ server }) => server !== undefined))
  const latencies = part('load', targets, FIGURES, figures)
  if (!hasServer) return [latencies]
  const all = part('load', targets, [...FIGURES, ...OF_SERVER], (each) => [
    ...figures(each),
    ...serverFigures(each),
  ])
  const isWide = all.every((line) => line.length <= width)
  return isWide ? [all] : [latencies, part('server', targets, OF_SERVER, serverFigures)]
}

function part(
  title: string,
  targets: readonly TargetReport[],
  columns: readonly string[],
  read: (measurement: Measurement) => readonly string[],
): readonly string[] {
  const several = targets.length > 1
  const rows = targets.flatMap((target) => [
    ...(several ? [[printable(target.target.name)]] : []),
    ...rowsOf(target).map((each) => [`${several ? INDENT : ''}${loadText(each.load)}`, ...read(each)]),
  ])
  return textTable([[title, ...columns], ...rows], 1).map((line) => line.replaceAll('\u00a0', ' '))
}

function rowsOf({ merged, chief }: TargetReport): readonly Measurement[] {
  return chief === undefined ? merged : [...merged, chief]
}

function figures({ answered, offered, seconds, latencyMs }: Measurement): readonly string[] {
  const { p50, p90, p99, p999, max } = latencyMs
  const times = [p50, p90, p99, p999, max].map((ms) => (answered === 0 ? '-' : threeDigits(ms)))
  const failed = offered - answered
  const errors = failed === 0 ? '0' : `${countText(failed)} (${percentText(failed / offered)})`
  return [threeDigits(seconds > 0 ? answered / seconds : 0), ...times, errors]
}

function serverFigures({ server }: Measurement): readonly string[] {
  if (server === undefined) return ['-', '-', '-']
  return [numberText(server.cpu), millisecondsText(server.cpuMsPerRequest), bytesText(server.memory)]
}

/** 0.0214, 5.70, 42.7, 1,204: in a column each with as much precision as the others. */
function threeDigits(value: number): string {
  if (value >= 100) return countText(value)
  return value >= 1e-4 ? value.toPrecision(3) : '0'
}
