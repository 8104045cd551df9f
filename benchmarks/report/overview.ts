import type { ScenarioResult } from '../contest/result.ts'
import { cell, markdownTable, marked, NOTHING, times } from './figures-text.ts'
import { bestOfEach, busiest, rateOf, type Standing, standings } from './standing.ts'

/** Others are told as so many times its best configuration. */
const YARDSTICK = 'mlflow'

interface Row {
  readonly name: string
  readonly reference: boolean
  /** By scenario. */
  readonly cells: Map<string, string>
}

/** Rates at the most connections: contestants below each other, scenarios side by side. */
export function summaryTable(results: readonly ScenarioResult[]): string {
  const rows = new Map<string, Row>()
  for (const result of results) addScenario(rows, result)
  const inOrder = [...rows.values()].sort((one, other) => Number(one.reference) - Number(other.reference))
  const names = results.map(({ scenario }) => scenario)
  return markdownTable(
    ['', ...names],
    inOrder.map(({ name, reference, cells }) => [
      reference ? `*${cell(name)}*` : cell(name),
      ...names.map((scenario) => cells.get(scenario) ?? NOTHING),
    ]),
  )
}

function addScenario(rows: Map<string, Row>, result: ScenarioResult): void {
  const all = standings(result)
  const best = bestOfEach(all)
  const yardstick = best.find(({ peer }) => peer === YARDSTICK)
  for (const standing of all) {
    const { name, kind } = standing
    const row = rows.get(name) ?? { name, reference: kind !== 'server', cells: new Map<string, string>() }
    row.cells.set(result.scenario, rateCell(standing, best.includes(standing), yardstick))
    rows.set(name, row)
  }
}

function rateCell(standing: Standing, best: boolean, yardstick: Standing | undefined): string {
  const load = busiest(standing)
  if (load === undefined) return NOTHING
  const text = marked(load.perSecond.median, load.disturbed)
  if (standing.kind !== 'server') return text
  const of = yardstick === undefined ? 0 : rateOf(yardstick)
  const rate = best ? `**${text}**` : text
  return of > 0 ? `${rate} (${times(load.perSecond.median / of)})` : rate
}

/** What each configuration is, and how it is asked. */
export function configurationsTable(results: readonly ScenarioResult[]): string {
  const rows = new Map<string, readonly string[]>()
  for (const { title, config, about } of results.flatMap((result) => result.contestants)) {
    const row = [cell(title), cell(config), cell(about)]
    rows.set(row.join('\n'), row)
  }
  const inOrder = [...rows.values()].sort(byText)
  return markdownTable(['', 'configuration', 'what it is'], inOrder, 'words')
}

/** Where scenarios were run with several versions, all of them. */
export function versionsTable(results: readonly ScenarioResult[]): string {
  const versions = new Map<string, Set<string>>()
  for (const [name, version] of results.flatMap((result) => Object.entries(result.versions))) {
    versions.set(name, (versions.get(name) ?? new Set()).add(version))
  }
  const rows = [...versions.entries()].map(([name, all]) => [cell(name), cell([...all].sort().join('; '))])
  return markdownTable(['software', 'version'], rows.sort(byText), 'words')
}

function byText(one: readonly string[], other: readonly string[]): number {
  return one.join('\n').toLowerCase() < other.join('\n').toLowerCase() ? -1 : 1
}
