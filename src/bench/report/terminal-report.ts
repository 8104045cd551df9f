import { styleText } from 'node:util'
import { printable } from '../../core/printable.ts'
import { bytesText, countText, millisecondsText, numberText, percentText } from '../../page/number-texts.ts'
import type { Measurement } from '../measurement.ts'
import type { BenchReport, TargetReport } from './bench-report.ts'
import { loadText } from './load-text.ts'
import { machineText } from './machine.ts'
import { textTable } from './text-table.ts'

export interface TerminalOptions {
  /** Whether the terminal shows colours. */
  readonly colors: boolean
}

/** Control characters of foreign text are left out. */
type Paint = (style: 'bold' | 'cyan' | 'dim' | 'green' | 'red' | 'yellow', text: string) => string

/** The report for who reads a terminal: what was measured of whom, in a table, and what follows from it. */
export function terminalReport(report: BenchReport, { colors }: TerminalOptions): string {
  const paint: Paint = (style, text) =>
    colors ? styleText(style, printable(text), { validateStream: false }) : printable(text)
  const parts = [
    report.warnings.map((warning) => `${paint('yellow', 'Warning:')} ${printable(warning)}`).join('\n'),
    report.targets.map((target) => foundLines(target, paint)).join('\n'),
    loadTable(report, paint),
    ...report.targets.map((target) => maxLines(target, report.targets.length > 1)),
    ...report.targets.map((target) => stageBars(target, paint)),
    verdictLines(report, paint),
    report.assertions
      .map(({ text, passed, measured }) => assertionLine(text, passed, measured, paint))
      .join('\n'),
    [...report.notes, `Measured from ${machineText(report.machine)}.`]
      .map((note) => paint('dim', note))
      .join('\n'),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`.replaceAll('\u00a0', ' ')
}

function foundLines({ target }: TargetReport, paint: Paint): string {
  const head = `${paint('bold', target.name)}${target.name === target.origin ? '' : ` ${paint('dim', target.origin)}`}`
  return [head, ...target.found.map((line) => `  ${printable(line)}`)].join('\n')
}

const COLUMNS = ['load', 'rate', 'p50', 'p90', 'p99', 'p99.9', 'max', 'errors'] as const
const SERVER_COLUMNS = ['CPU', 'CPU/request', 'memory'] as const

function loadTable({ targets }: BenchReport, paint: Paint): string {
  const hasServer = targets.some((target) => rowsOf(target).some(({ server }) => server !== undefined))
  const several = targets.length > 1
  const head = [...(several ? ['target'] : []), ...COLUMNS, ...(hasServer ? SERVER_COLUMNS : [])]
  const rows = targets.flatMap((target) =>
    rowsOf(target).map((measurement) => [
      ...(several ? [printable(target.target.name)] : []),
      ...figures(measurement),
      ...(hasServer ? serverFigures(measurement) : []),
    ]),
  )
  const left = several ? 2 : 1
  const [title = '', ...lines] = textTable([head, ...rows], left)
  return [paint('dim', title), ...lines].join('\n')
}

/** The load that was asked for is the last. */
function rowsOf({ merged, chief }: TargetReport): readonly Measurement[] {
  return chief === undefined ? merged : [...merged, chief]
}

function figures({ load, answered, offered, seconds, latencyMs }: Measurement): readonly string[] {
  const { p50, p90, p99, p999, max } = latencyMs
  const times = [p50, p90, p99, p999, max].map((ms) => (answered === 0 ? '-' : millisecondsText(ms)))
  const failed = offered - answered
  const errors = failed === 0 ? '0' : `${countText(failed)} (${percentText(failed / offered)})`
  return [loadText(load), `${numberText(seconds > 0 ? answered / seconds : 0)}/s`, ...times, errors]
}

function serverFigures({ server }: Measurement): readonly string[] {
  if (server === undefined) return ['-', '-', '-']
  return [numberText(server.cpu), millisecondsText(server.cpuMsPerRequest), bytesText(server.memory)]
}

function maxLines({ target, max }: TargetReport, several: boolean): string {
  return max === undefined ? '' : `${several ? `${printable(target.name)}: ` : ''}${max.explanation}`
}

const BAR = 32

/** Where the time of an answer went, as the server tells it; the rest is the way, and waiting for the server to begin. */
function stageBars({ target, chief }: TargetReport, paint: Paint): string {
  const stages = Object.entries(chief?.stagesMs ?? {}).filter(([, ms]) => ms > 0)
  if (chief === undefined || stages.length === 0) return ''
  const longest = Math.max(...stages.map(([, ms]) => ms))
  const rows = stages.map(([name, ms]) => [
    `  ${printable(name)}`,
    millisecondsText(ms),
    '█'.repeat(Math.max(1, Math.round((BAR * ms) / longest))),
  ])
  const mean = millisecondsText(chief.latencyMs.mean)
  return [
    paint('dim', `Where the time went at ${target.name} (means; ${mean} in all, by Server-Timing):`),
    ...rows.map(
      ([name = '', time = '', bar = '']) => `${name.padEnd(16)} ${time.padStart(9)} ${paint('cyan', bar)}`,
    ),
  ].join('\n')
}

function verdictLines({ comparisons }: BenchReport, paint: Paint): string {
  return comparisons
    .flatMap(({ load, comparisons: each }) =>
      each.map(({ verdict }) => `${paint('dim', `${loadText(load)}:`)} ${paint('bold', verdict)}`),
    )
    .join('\n')
}

function assertionLine(text: string, passed: boolean, measured: string, paint: Paint): string {
  return `${passed ? paint('green', 'kept  ') : paint('red', 'broken')} ${printable(`${text}: ${measured}`)}`
}
