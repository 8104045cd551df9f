import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { pinThisProcess } from '../lib/pin.ts'
import { machine } from '../lib/report.ts'
import { ALL_PEERS } from '../peers/all.ts'
import { makeReport, REPORT_PLACES, type ReportPlaces } from '../report/make-report.ts'
import { scenariosNamed } from './all-scenarios.ts'
import { contestSettings } from './contest-settings.ts'
import { type Contestant, select } from './contestant.ts'
import type { ScenarioResult } from './result.ts'
import { runScenario } from './run-scenario.ts'
import type { Scenario } from './scenario.ts'

export interface BenchOptions {
  readonly peers?: readonly string[]
  readonly quick?: true
  readonly sources?: true
  readonly rounds?: number
  readonly largestRate: boolean
  readonly profile?: true
  readonly out?: string
}

/** Runs scenarios one after the other, keeps what each found, and writes the report again. @throws Error where none could take part */
export async function benchScenarios(names: readonly string[], options: BenchOptions): Promise<void> {
  const scenarios = await scenariosNamed(names)
  if (options.profile) {
    const { profileScenario } = await import('./profile.ts')
    for (const scenario of scenarios) await profileScenario(scenario, options)
    return
  }
  const places = options.out === undefined ? REPORT_PLACES : placesBelow(options.out)
  // Results of some peers, or of a moment, would take the place of whole ones.
  const kept = options.out !== undefined || !(options.quick || options.sources || options.peers)
  for (const scenario of scenarios) {
    const result = await bench(scenario, options)
    if (kept) keep(result, places)
  }
  if (kept) await makeReport(console.log, places)
  else console.log('Not kept, since it is only a part: --out FOLDER keeps it there.')
}

function keep(result: ScenarioResult, { results }: ReportPlaces): void {
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, `${result.scenario}.json`), `${JSON.stringify(result, null, 1)}\n`)
}

function placesBelow(folder: string): ReportPlaces {
  return {
    results: join(folder, 'results'),
    page: join(folder, 'results.md'),
    readme: join(folder, 'README.md'),
  }
}

async function bench(scenario: Scenario, options: BenchOptions): Promise<ScenarioResult> {
  const settings = contestSettings(scenario, options.quick ?? false, options.rounds)
  // Neither asking for the first prediction nor waiting for the generator takes time from the servers.
  pinThisProcess(settings.loadCpus)
  const selection = select(ALL_PEERS, options.peers, scenario.wire)
  console.log(`${scenario.name}: ${scenario.question}\n${machine()}`)
  for (const { peer, config, reason } of selection.absent) console.log(`without ${peer}:${config}: ${reason}`)
  const { contestants, absent } = await runScenario({
    ...{ scenario, selection, settings },
    largestRate: options.largestRate,
    say: (line) => console.log(`${new Date().toTimeString().slice(0, 8)} ${line}`),
  })
  if (contestants.length === 0) throw new Error(`${scenario.name}: nobody could take part`)
  if (absent.length > selection.absent.length) process.exitCode = 1
  return {
    ...{ scenario: scenario.name, question: scenario.question, date: new Date().toISOString() },
    machine: { line: machine(), cores: cpus().length },
    versions: versionsOf(selection.contestants),
    ...{ settings, contestants, absent },
  }
}

function versionsOf(contestants: readonly Contestant[]): Readonly<Record<string, string>> {
  const peers = new Set(contestants.map(({ peer }) => peer))
  return Object.fromEntries(
    [...peers].flatMap((peer) =>
      Object.entries(peer.versions()).map(([name, version]) => [`${peer.name}: ${name}`, version]),
    ),
  )
}
