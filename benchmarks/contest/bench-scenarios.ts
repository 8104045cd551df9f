import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { pinThisProcess } from '../lib/pin.ts'
import { machine } from '../lib/report.ts'
import { ALL_PEERS } from '../peers/all.ts'
import { makeReport, REPORT_PLACES, type ReportPlaces } from '../report/make-report.ts'
import { keptResult } from '../report/read-results.ts'
import { addedTo, type RunPlan, whyNotAdded } from './added-result.ts'
import { scenariosNamed } from './all-scenarios.ts'
import { contestSettings } from './contest-settings.ts'
import { type Contestant, type Selection, select } from './contestant.ts'
import type { ScenarioResult } from './result.ts'
import { runScenario } from './run-scenario.ts'
import type { Scenario } from './scenario.ts'

export interface BenchOptions {
  readonly peers?: readonly string[]
  readonly configs?: readonly string[]
  readonly quick?: true
  readonly sources?: true
  readonly rounds?: number
  /** Rounds are to stand beside those that are kept. */
  readonly add?: true
  readonly largestRate: boolean
  readonly profile?: true
  readonly out?: string
}

/**
 * Runs scenarios one after the other, keeps what each found, and writes the report again.
 * @throws Error where none could take part, or rounds cannot be added to those that are kept: that before anything is run
 */
export async function benchScenarios(names: readonly string[], options: BenchOptions): Promise<void> {
  const scenarios = await scenariosNamed(names)
  if (options.profile) {
    const { profileScenario } = await import('./profile.ts')
    for (const scenario of scenarios) await profileScenario(scenario, options)
    return
  }
  const places = options.out === undefined ? REPORT_PLACES : placesBelow(options.out)
  const kept = isKept(options)
  for (const run of scenarios.map((scenario) => plannedRun(scenario, options, places))) {
    const result = await bench(run, options)
    if (kept) keep(run.kept === undefined ? result : addedTo(run.kept, result), places)
  }
  if (kept) await makeReport(console.log, places)
  else console.log('Not kept, since it is only a part: --add keeps it with the rest, --out FOLDER elsewhere.')
}

/** Results of some peers, or of a moment, would take the place of whole ones. */
function isKept({ out, quick, sources, peers, add }: BenchOptions): boolean {
  if (out !== undefined) return true
  return !(quick || sources) && (peers === undefined || add === true)
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

/** A scenario with all that is known before anybody is started. */
interface PlannedRun {
  readonly scenario: Scenario
  readonly selection: Selection
  readonly plan: RunPlan
  /** What the rounds are to be added to. */
  readonly kept: ScenarioResult | undefined
}

function plannedRun(scenario: Scenario, options: BenchOptions, { results }: ReportPlaces): PlannedRun {
  const selection = select(ALL_PEERS, options, scenario.wire)
  const plan: RunPlan = {
    ...{ scenario: scenario.name, date: new Date().toISOString() },
    machine: { line: machine(), cores: cpus().length },
    versions: versionsOf(selection.contestants),
    settings: contestSettings(scenario, options.quick ?? false, options.rounds),
  }
  const kept = options.add ? keptResult(results, scenario.name) : undefined
  const reason = kept && whyNotAdded(kept, plan)
  if (reason !== undefined) throw new Error(`${scenario.name}: cannot be added to what is kept: ${reason}`)
  return { scenario, selection, plan, kept }
}

async function bench(
  { scenario, selection, plan, kept }: PlannedRun,
  options: BenchOptions,
): Promise<ScenarioResult> {
  const { settings } = plan
  // Neither asking for the first prediction nor waiting for the generator takes time from the servers.
  pinThisProcess(settings.loadCpus)
  console.log(`${scenario.name}: ${scenario.question}\n${plan.machine.line}`)
  for (const { peer, config, reason } of selection.absent) console.log(`without ${peer}:${config}: ${reason}`)
  const { contestants, absent } = await runScenario({
    ...{ scenario, selection, settings },
    largestRate: options.largestRate,
    earlier: kept?.contestants ?? [],
    say: (line) => console.log(`${new Date().toTimeString().slice(0, 8)} ${line}`),
  })
  if (contestants.length === 0) throw new Error(`${scenario.name}: nobody could take part`)
  if (absent.length > selection.absent.length) process.exitCode = 1
  return { ...plan, date: new Date().toISOString(), question: scenario.question, contestants, absent }
}

function versionsOf(contestants: readonly Contestant[]): Readonly<Record<string, string>> {
  const peers = new Set(contestants.map(({ peer }) => peer))
  return Object.fromEntries(
    [...peers].flatMap((peer) =>
      Object.entries(peer.versions()).map(([name, version]) => [`${peer.name}: ${name}`, version]),
    ),
  )
}
