import type { ScenarioResult } from '../contest/result.ts'
import { day, figure } from './figures-text.ts'
import { Measured } from './measured.ts'
import { openLoopPlot } from './open-loop-plot.ts'
import { configurationsTable, summaryTable, versionsTable } from './overview.ts'
import type { Growth } from './read-growth.ts'
import { absentList, scenarioTable } from './tables.ts'
import { TARGETS } from './targets.ts'
import { isAnyFound, targetsTable } from './targets-table.ts'

/** @returns `benchmarks/results.md`. Its plots lie in `results/`, by the names of their scenarios. */
export function resultsPage(results: readonly ScenarioResult[], growth?: Growth): string {
  const parts = results.length === 0 ? ['Nothing was measured yet.'] : sections(results, growth)
  return `${['# Benchmark results', ...parts].join('\n\n')}\n`
}

function sections(results: readonly ScenarioResult[], growth: Growth | undefined): readonly string[] {
  const measured = new Measured(results, growth)
  return [
    'Written by `npm run bench`; not to be edited. Raw rounds: [results](results). What is run, and how: [README.md](README.md).',
    ...(results.some(({ settings }) => settings.quick) ? [quickWarning(results)] : []),
    measuredOn(results).join('\n'),
    folded('Versions', versionsTable(results)),
    ...['## How to read it', HOW_TO_READ],
    folded('Configurations', configurationsTable(results)),
    ...['## Summary', summaryWords(results), summaryTable(results)],
    ...(isAnyFound(TARGETS, measured) ? ['## Targets', TARGET_WORDS, targetsTable(TARGETS, measured)] : []),
    ...results.flatMap(scenarioSection),
  ]
}

const TARGET_WORDS =
  'What was aimed at, and what the kept rounds give: Headrace as `tuned` unless it says otherwise, requests a second at the most ' +
  'connections, medians. † as above: such a figure may be off in either direction. The last three are of `studies/growth`.'

/** Shown when it is asked for: long, and not what one comes for. */
function folded(title: string, text: string): string {
  return `<details>\n<summary>${title}</summary>\n\n${text}\n\n</details>`
}

const HOW_TO_READ = [
  '- **Closed loop**, `c=64`: so many connections, each of which sends its next request when it has its answer. Requests a second, and the latency that half (p50) and 99 of 100 (p99) of them stay within. Figures are medians of the rounds.',
  '- **Open loop**: requests arrive at random (Poisson) however long answers take, and latency counts from when each was due. The figure is the largest rate at which p99 stays within the limit; `≥` where the generator could send no faster, `<` where the smallest rate that was tried failed.',
  '- **CPU µs a request**: processor time of all processes of the server, divided by the answers. **start**: from exec to the first correct prediction. **RSS, PSS**: memory of all processes after the loads, in millions of bytes; RSS counts pages that processes share once for each, PSS once.',
  '- **†**: in every round others were at work on the machine, so the rate is a lower bound and the latency an upper; disturbed rounds do not count where there is an undisturbed one. **–**: not measured.',
  '- *In italics*, below the servers: what they are held against. HTTP servers without a model, and loops that only call the engine. Differences of less than 15 % mean little.',
].join('\n')

function quickWarning(results: readonly ScenarioResult[]): string {
  const quick = results.filter(({ settings }) => settings.quick).map(({ scenario }) => scenario)
  return `**The figures of ${quick.join(', ')} are of a quick run, which only shows that everything works: they mean nothing.**`
}

function measuredOn(results: readonly ScenarioResult[]): readonly string[] {
  const byMachine = Map.groupBy(results, ({ machine, settings }) =>
    [machine.line, settings.serverCpus, settings.loadCpus].join('\n'),
  )
  return [...byMachine.entries()].map(([key, same]) => {
    const [line, serverCpus, loadCpus] = key.split('\n')
    const scenarios = byMachine.size === 1 ? '' : ` (${same.map(({ scenario }) => scenario).join(', ')})`
    return `- ${period(same)}${scenarios}: ${line}; servers on CPUs ${serverCpus}, generator on ${loadCpus}`
  })
}

/** The day of the first and of the last of them. */
export function period(results: readonly ScenarioResult[]): string {
  const days = results.map(({ date }) => day(date)).sort()
  const [first = '', last = ''] = [days[0], days.at(-1)]
  return first === last ? first : `${first} to ${last}`
}

function summaryWords(results: readonly ScenarioResult[]): string {
  const connections = [
    ...new Set(results.flatMap(({ settings }) => settings.closedLoop.at(-1)?.connections ?? [])),
  ]
  return (
    `Requests a second at ${connections.map(figure).join(' or ')} connections. In bold the best configuration of each server; ` +
    "in brackets how many times the rate of MLflow's best configuration. Of engines: runs a second, without HTTP."
  )
}

function scenarioSection(result: ScenarioResult): readonly string[] {
  const { scenario, question, settings, absent } = result
  const rounds = settings.rounds === 1 ? '1 round' : `${settings.rounds} rounds`
  const seconds = settings.closedLoop.map((loop) => `${figure(loop.seconds)} s at ${loop.connections}`)
  return [
    ...[`## ${scenario}`, question],
    `${sizes(result)}${rounds}, each with loads of ${seconds.join(', ')}, after ${figure(settings.warmSeconds)} s to warm up. Raw: [${scenario}.json](results/${scenario}.json).`,
    ...(result.contestants.length === 0 ? ['Nobody took part.'] : [scenarioTable(result)]),
    ...(absent.length === 0 ? [] : ['Not taking part, or not to the end:', absentList(absent).join('\n')]),
    ...(isDrawn(result) ? [pictures(result)] : []),
  ]
}

/** Whether there is something to draw: one that answered. */
export function isDrawn({ contestants }: ScenarioResult): boolean {
  return contestants.some(
    ({ kind, rounds }) =>
      kind !== 'engine' &&
      rounds.some(({ loads }) => loads.some(({ requestsPerSecond }) => requestsPerSecond > 0)),
  )
}

function pictures(result: ScenarioResult): string {
  const { scenario } = result
  return [
    `![${scenario}: requests a second](results/${scenario}-rate.svg)`,
    `![${scenario}: latency](results/${scenario}-latency.svg)`,
    ...(openLoopPlot(result) === undefined
      ? []
      : [`![${scenario}: p99 against the rate of arrivals](results/${scenario}-open-loop.svg)`]),
  ].join('\n\n')
}

function sizes({ contestants }: ScenarioResult): string {
  const dialects = new Map<string, number>()
  for (const { kind, dialect, requestBytes } of contestants) {
    if (kind === 'server' && !dialects.has(dialect)) dialects.set(dialect, requestBytes)
  }
  const all = [...dialects.entries()].map(([dialect, bytes]) => `${dialect} ${figure(bytes)}`)
  return all.length === 0 ? '' : `Bytes of a request: ${all.join(', ')}. `
}
