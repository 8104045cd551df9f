import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Workload } from '../workloads/workload.ts'
import { type Contestant, contestantName, type Selection } from './contestant.ts'
import { halfLoads, halfRates, type Rated } from './half-loads.ts'
import { type Played, playRound, type Turn } from './play-round.ts'
import type { Absent, ContestantResult, OpenLoad, Round, Settings } from './result.ts'
import type { Scenario } from './scenario.ts'

export interface ScenarioRun {
  readonly scenario: Scenario
  readonly selection: Selection
  readonly settings: Settings
  /** Whether to look for the largest rate, once for each server that is tuned. */
  readonly largestRate: boolean
  /** What is known of contestants from earlier runs. */
  readonly earlier: readonly Rated[]
  /** Told what was measured as it is. */
  readonly say: (line: string) => void
}

export interface ScenarioOutcome {
  readonly contestants: readonly ContestantResult[]
  readonly absent: readonly Absent[]
}

/**
 * Every contestant is started, loaded and ended once a round, alone on the machine, in an order that is reversed each
 * time. One that fails to start takes no further part; one that fails later keeps the rounds that it has.
 */
export async function runScenario(run: ScenarioRun): Promise<ScenarioOutcome> {
  const folder = mkdtempSync(join(tmpdir(), `headrace-bench-${run.scenario.name}-`))
  try {
    const workload = await run.scenario.workload(folder)
    const scores = run.selection.contestants.map((contestant) => new Score(contestant))
    for (let round = 0; round < run.settings.rounds; round += 1) {
      for (const score of round % 2 === 0 ? scores : [...scores].reverse()) {
        if (score.failure === undefined) await play(run, { score, workload, round })
      }
    }
    if (run.scenario.halfLoad && run.largestRate) await playHalfLoads(run, scores, workload)
    return {
      contestants: scores.filter((score) => score.rounds.length > 0).map((score) => score.result()),
      absent: [...run.selection.absent, ...scores.flatMap((score) => score.absent() ?? [])],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function play(
  { scenario, settings, largestRate, say }: ScenarioRun,
  { score, workload, round }: { score: Score; workload: Workload; round: number },
): Promise<void> {
  const last = round === settings.rounds - 1
  const turn: Turn = {
    ...{ contestant: score.contestant, workload, wire: scenario.wire, settings },
    seekLargestRate: largestRate && last && isTuned(score.contestant),
  }
  try {
    const played = await playRound(turn)
    score.add(played)
    say(`${round + 1}/${settings.rounds} ${contestantName(score.contestant)} ${described(played)}`)
  } catch (error) {
    score.failure = withoutFolders(error instanceof Error ? error.message : String(error))
    say(`${round + 1}/${settings.rounds} ${contestantName(score.contestant)} FAILED: ${score.failure}`)
  }
}

async function playHalfLoads(run: ScenarioRun, scores: readonly Score[], workload: Workload): Promise<void> {
  const { scenario, settings, say } = run
  const played = scores.filter(({ rounds, failure }) => rounds.length > 0 && failure === undefined)
  const results = played.map((score) => score.result())
  const all = [...results, ...run.earlier.filter((one) => !results.some((own) => isSame(own, one)))]
  for (const [index, score] of played.entries()) {
    const rates = halfRates(results[index]!, all)
    if (rates.length === 0) continue
    const name = contestantName(score.contestant)
    try {
      const start = { contestant: score.contestant, workload, wire: scenario.wire, settings }
      score.halfLoads = await halfLoads(start, rates)
      say(`half ${name} ${score.halfLoads.map(describedHalf).join(' | ')}`)
    } catch (error) {
      say(`half ${name} FAILED: ${withoutFolders(error instanceof Error ? error.message : String(error))}`)
    }
  }
}

function isSame(one: Rated, other: Rated): boolean {
  return one.peer === other.peer && one.config === other.config
}

/** It takes most of a minute, which a configuration that nobody would run at its limit is not worth. */
function isTuned({ peer, config }: Contestant): boolean {
  if (config.hasOneCpu) return false
  return peer.kind === 'server' && (peer.configs.length === 1 || config !== peer.configs[0])
}

/** What a contestant has reached so far. */
class Score {
  readonly contestant: Contestant
  readonly rounds: Round[] = []
  failure: string | undefined
  halfLoads: readonly OpenLoad[] | undefined
  #last: Played | undefined

  constructor(contestant: Contestant) {
    this.contestant = contestant
  }

  add(played: Played): void {
    this.rounds.push(played.round)
    this.#last = played
  }

  result(): ContestantResult {
    const { peer, config, dialect = '' } = this.contestant
    const { requestBytes = 0, replyBytes = 0, largestRate } = this.#last ?? {}
    return {
      ...{ peer: peer.name, config: config.name, title: peer.title, about: config.about, kind: peer.kind },
      ...{ dialect, requestBytes, replyBytes, rounds: this.rounds },
      ...(largestRate && { largestRate }),
      ...(this.halfLoads && { halfLoads: this.halfLoads }),
    }
  }

  absent(): Absent | undefined {
    if (this.failure === undefined) return undefined
    const { peer, config } = this.contestant
    return { peer: peer.name, config: config.name, title: peer.title, reason: this.failure }
  }
}

/** Where things lie on this machine is nobody's business. */
function withoutFolders(text: string): string {
  return text.replace(/(?:\/[\w.@+-]+)+\/(?=[\w.@+-]+)/g, '')
}

function describedHalf({ rate, p50Us, p99Us, disturbed }: OpenLoad): string {
  const inMs = (us: number | null): string => (us === null ? 'endless' : `${(us / 1000).toPrecision(3)} ms`)
  return `${rate}/s p50 ${inMs(p50Us)} p99 ${inMs(p99Us)}${disturbed ? ' †' : ''}`
}

function described({ round, largestRate }: Played): string {
  const loads = round.loads.map(
    ({ connections, requestsPerSecond, p99Us, cpuUs, failed, disturbed }) =>
      `c${connections} ${requestsPerSecond.toPrecision(4)}/s p99 ${(p99Us / 1000).toPrecision(3)} ms ` +
      `cpu ${cpuUs.toPrecision(3)} us${failed > 0 ? ` FAILED ${failed}` : ''}${disturbed ? ' †' : ''}`,
  )
  const largest =
    largestRate &&
    `largest ${largestRate.bound === 'generator' ? '>= ' : ''}${largestRate.perSecond.toPrecision(4)}/s`
  const memory = `${Math.round(round.memory.rssBytes / 1e6)} MB`
  return [`start ${Math.round(round.startMs)} ms`, ...loads, memory, ...(largest ? [largest] : [])].join(
    ' | ',
  )
}
