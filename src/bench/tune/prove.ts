import { compareMeasurements } from '../compare/compare-measurements.ts'
import type { Measurement } from '../measurement.ts'
import { type Candidate, flagsOf, flagsText, isDefault } from './candidate.ts'
import { judgeAtRate } from './judge-at-rate.ts'
import type { Raced } from './race.ts'
import type { SideBySide, Tuning, TuningBench } from './tuning.ts'

export interface SearchResult {
  /** What the default showed last in the search. */
  readonly standard: number
  /** The best of the search. */
  readonly found: Raced<Candidate> | undefined
  /** In milliseconds; the throughput counts unless set. */
  readonly p99Ms: number | undefined
  /** That the servers have. */
  readonly cores: number
}

type Judgement = Pick<Tuning, 'chosen' | 'reasons'>

const DEFAULT: Candidate = {}
const STAYS = 'So the default stays.'
/** Where the default keeps the limit at no rate. At the rate that was found itself chance decides whether the limit holds. */
const SAFE_SHARE = 0.9
/** So small a share of failures is chance. */
const MORE_FAILED = 0.001

/** Measures the best of a search beside the default: it is chosen only where it is proved to be better there. */
export async function prove(bench: TuningBench, search: SearchResult): Promise<Judgement> {
  const { standard, found, p99Ms } = search
  const score = found?.scores.at(-1) ?? 0
  if (p99Ms !== undefined && score === 0 && standard === 0) {
    return stays(`Nothing that was tried keeps a p99 of ${p99Ms} ms, at any rate.`)
  }
  if (found === undefined || isDefault(found.candidate) || score <= standard) {
    return stays('Nothing that was tried did more than the default.')
  }
  return p99Ms === undefined
    ? await proveThroughput(bench, found.candidate, search)
    : await proveRate(bench, found.candidate, {
        ...search,
        p99Ms,
        ratePerSecond: rateBetween(standard, score),
      })
}

/** At a rate that is too much for one and easy for the other, where both are as the search has shown them. */
function rateBetween(standard: number, found: number): number {
  return standard === 0 ? SAFE_SHARE * found : Math.sqrt(standard * found)
}

async function proveRate(
  bench: TuningBench,
  candidate: Candidate,
  { cores, p99Ms, ratePerSecond }: { cores: number; p99Ms: number; ratePerSecond: number },
): Promise<Judgement> {
  const rounds = await bench.sideBySide(candidate, ratePerSecond)
  const words = flagsText(flagsOf(candidate, cores))
  const { better, reason } = await judgeAtRate(rounds, { p99Ms, ratePerSecond, words })
  return better ? { chosen: candidate, reasons: [reason] } : stays(reason)
}

async function proveThroughput(
  bench: TuningBench,
  candidate: Candidate,
  { cores }: { cores: number },
): Promise<Judgement> {
  const { standard, found }: SideBySide = await bench.sideBySide(candidate, undefined)
  const [comparison] = compareMeasurements([
    { name: 'the default', rounds: standard },
    { name: flagsText(flagsOf(candidate, cores)), rounds: found },
  ])
  const verdict = comparison?.verdict ?? ''
  const isBetter = comparison?.better === 'other' && !failsMore(found, standard)
  return isBetter ? { chosen: candidate, reasons: [verdict] } : stays(verdict)
}

/** More answers are worth nothing where others are lost for them; a server that has ended answers nothing. */
function failsMore(found: readonly Measurement[], standard: readonly Measurement[]): boolean {
  return (
    found.some(({ answered }) => answered === 0) || shareFailed(found) > shareFailed(standard) + MORE_FAILED
  )
}

function shareFailed(rounds: readonly Measurement[]): number {
  const offered = rounds.reduce((sum, round) => sum + round.offered, 0)
  const answered = rounds.reduce((sum, round) => sum + round.answered, 0)
  return offered === 0 ? 1 : 1 - answered / offered
}

function stays(reason: string): Judgement {
  return { chosen: DEFAULT, reasons: [reason, STAYS] }
}
