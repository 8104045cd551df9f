import type { Absent, LargestRate, ScenarioResult } from '../contest/result.ts'
import {
  cell,
  DISTURBED,
  figure,
  markdownTable,
  marked,
  megabytes,
  milliseconds,
  NOTHING,
} from './figures-text.ts'
import { busiest, type LoadFigures, type Standing, standings } from './standing.ts'

/** Servers, and what they are held against below them. */
export function scenarioTable(result: ScenarioResult): string {
  const connections = result.settings.closedLoop.map((loop) => loop.connections)
  const all = standings(result)
  return markdownTable(
    scenarioColumns(connections, result.settings.p99LimitMs),
    all.map((standing) => scenarioRow(standing, connections)),
  )
}

function scenarioColumns(connections: readonly number[], p99LimitMs: number): readonly string[] {
  return [
    ...['', 'start ms', 'RSS MB', 'PSS MB'],
    ...connections.flatMap((count) => [`c=${count} req/s`, 'p50 / p99 ms']),
    ...[
      `CPU µs a request, c=${connections.at(-1)}`,
      `open loop: req/s with p99 ≤ ${p99LimitMs} ms`,
      'failed',
    ],
  ]
}

function scenarioRow(standing: Standing, connections: readonly number[]): readonly string[] {
  const byConnections = new Map(standing.loads.map((load) => [load.connections, load]))
  const loads = standing.kind === 'engine' ? engineCells(standing, connections) : undefined
  return [
    standing.kind === 'server' ? cell(standing.name) : `*${cell(standing.name)}*`,
    figure(standing.startMs),
    megabytes(standing.rssBytes),
    megabytes(standing.pssBytes),
    ...(loads ?? connections.flatMap((count) => loadCells(byConnections.get(count)))),
    figure(busiest(standing)?.cpuUs ?? Number.NaN),
    largestRateText(standing.largestRate),
    failedText(standing),
  ]
}

function loadCells(load: LoadFigures | undefined): readonly string[] {
  if (load === undefined) return [NOTHING, NOTHING]
  const mark = load.disturbed ? ` ${DISTURBED}` : ''
  return [
    marked(load.perSecond.median, load.disturbed),
    `${milliseconds(load.p50Us)} / ${milliseconds(load.p99Us)}${mark}`,
  ]
}

/** Its runs a second stand with the most connections, where all of its cores are at work as well. */
function engineCells(standing: Standing, connections: readonly number[]): readonly string[] {
  const load = busiest(standing)
  const empty = connections.slice(1).flatMap(() => [NOTHING, NOTHING])
  if (load === undefined) return [...empty, NOTHING, NOTHING]
  return [...empty, `${marked(load.perSecond.median, load.disturbed)} runs`, NOTHING]
}

function failedText({ failed, requests }: Standing): string {
  return failed === 0 ? '0' : `**${figure(failed)}** of ${figure(failed + requests)}`
}

function largestRateText(largest: LargestRate | undefined): string {
  if (largest === undefined) return NOTHING
  if (largest.perSecond === 0) return `< ${figure(Math.min(...largest.steps.map(({ rate }) => rate)))}`
  if (largest.bound === 'generator') return `≥ ${figure(largest.perSecond)}`
  return marked(largest.perSecond, failedWhileDisturbed(largest))
}

/** Whether others were at work each time that the lowest of the rates failed: then it may be able to do more. */
function failedWhileDisturbed({ steps }: LargestRate): boolean {
  const failed = steps.filter((step) => !step.passed)
  const lowest = Math.min(...failed.map(({ rate }) => rate))
  return failed.length > 0 && failed.filter(({ rate }) => rate === lowest).every((step) => step.disturbed)
}

/** @returns one line for each reason. */
export function absentList(absent: readonly Absent[]): readonly string[] {
  const byReason = Map.groupBy(absent, ({ title, reason }) => `${cell(title)}: ${cell(reason)}`)
  return [...byReason.entries()].map(([text, same]) => {
    const [title = '', ...reason] = text.split(': ')
    const configs = same.map(({ config }) => config).join(', ')
    return `- **${title}** (${cell(configs)}): ${reason.join(': ')}`
  })
}
