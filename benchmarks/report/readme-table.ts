import type { ScenarioResult } from '../contest/result.ts'
import { cell, markdownTable, marked, megabytes, milliseconds, NOTHING, seconds } from './figures-text.ts'
import { period } from './results-page.ts'
import { bestOfEach, busiest, rateOf, type Standing, standings } from './standing.ts'

const BEGIN = '<!-- benchmarks -->'
const END = '<!-- /benchmarks -->'

/** The scenario whose best configuration the other columns are of. */
const FIRST = 'tiny'

const COLUMNS = [
  { scenario: 'tiny', title: '4 numbers' },
  { scenario: 'columns-100', title: '100 columns with a signature' },
  { scenario: 'trees', title: 'boosted trees, 30 numbers' },
  { scenario: 'image-binary', title: 'image, ResNet-18, binary' },
] as const

/** @returns the README with the table of these results between its two marks; undefined where it has no marks. */
export function withTable(readme: string, results: readonly ScenarioResult[]): string | undefined {
  const begin = readme.indexOf(BEGIN)
  const end = readme.indexOf(END, begin)
  if (begin === -1 || end === -1) return undefined
  return `${readme.slice(0, begin + BEGIN.length)}\n${readmeTable(results)}\n${readme.slice(end)}`
}

/** Servers only, each once. Quick runs do not count. */
export function readmeTable(results: readonly ScenarioResult[]): string {
  const shown = results.filter(({ scenario, settings }) => !settings.quick && isShown(scenario))
  if (shown.length === 0) return 'Nothing was measured yet: `npm run bench`.'
  const best = new Map(shown.map((result) => [result.scenario, bestServers(result)]))
  const columns = COLUMNS.filter(({ scenario }) => best.has(scenario))
  const rows = peersInOrder(best).map((peer) => row(peer, best, columns))
  const titles = columns.map(({ title }) => `${title}, req/s`)
  return [markdownTable(['', ...titles, 'p99, 4 numbers', 'start', 'memory'], rows), words(shown)].join(
    '\n\n',
  )
}

function isShown(scenario: string): boolean {
  return COLUMNS.some((column) => column.scenario === scenario)
}

type BestByScenario = ReadonlyMap<string, readonly Standing[]>

function bestServers(result: ScenarioResult): readonly Standing[] {
  return bestOfEach(standings(result).filter(({ kind }) => kind === 'server'))
}

/** Ours, then by the first scenario that each took part in. */
function peersInOrder(best: BestByScenario): readonly string[] {
  const peers = new Set(COLUMNS.flatMap(({ scenario }) => best.get(scenario)?.map(({ peer }) => peer) ?? []))
  return [...peers].sort((one, other) => Number(other === 'headrace') - Number(one === 'headrace'))
}

function row(
  peer: string,
  best: BestByScenario,
  columns: readonly { scenario: string }[],
): readonly string[] {
  const of = (scenario: string) => best.get(scenario)?.find((standing) => standing.peer === peer)
  const first = of(FIRST)
  const title = first ?? columns.flatMap(({ scenario }) => of(scenario) ?? [])[0]
  return [
    cell(title?.name ?? peer),
    ...columns.map(({ scenario }) => rateText(of(scenario))),
    ...(first === undefined ? [NOTHING, NOTHING, NOTHING] : processCells(first)),
  ]
}

function rateText(standing: Standing | undefined): string {
  const load = standing && busiest(standing)
  if (standing === undefined || load === undefined) return NOTHING
  return marked(rateOf(standing), load.disturbed)
}

function processCells(standing: Standing): readonly string[] {
  const load = busiest(standing)
  const p99 = load === undefined ? NOTHING : `${milliseconds(load.p99Us)} ms${load.disturbed ? ' †' : ''}`
  return [p99, `${seconds(standing.startMs)} s`, `${megabytes(standing.pssBytes)} MB`]
}

function words(shown: readonly ScenarioResult[]): string {
  const lines = [...new Set(shown.map(({ machine }) => machine.line))]
  const cpus = [...new Set(shown.map(({ settings }) => `${settings.serverCpus} and ${settings.loadCpus}`))]
  const disturbed = shown.some((result) =>
    bestServers(result).some((standing) => busiest(standing)?.disturbed),
  )
  return [
    `Measured ${period(shown)} on ${lines.join('; ')}; servers and load generator on CPUs ${cpus.join('; ')}; closed loop, 64`,
    'connections, medians of the rounds. Rates are of the configuration that was fastest in that column; p99, start (to the first',
    'correct prediction) and memory (PSS of all processes, after the load) of the one named, the fastest on 4 numbers.',
    '–: it takes no such requests, or did not start.',
    ...(disturbed ? ['†: others were at work on the machine in every round, so it is a lower bound.'] : []),
    'All scenarios, references and plots: [benchmarks/results.md](benchmarks/results.md); raw rounds:',
    '[benchmarks/results](benchmarks/results).',
  ].join('\n')
}
