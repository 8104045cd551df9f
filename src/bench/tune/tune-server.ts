import { compareMeasurements } from '../compare/compare-measurements.ts'
import { batchCandidates, type Candidate, flagsOf, flagsText, threadCandidates } from './candidate.ts'
import { judgeAtRate } from './judge-at-rate.ts'
import { type Raced, race } from './race.ts'
import type { TriedCandidate, TuneRung, Tuning, TuningBench } from './tuning.ts'

export interface TuneOptions {
  /** That the servers have. */
  readonly cores: number
  /** In milliseconds; the throughput counts unless set. */
  readonly p99Ms: number | undefined
}

const DEFAULT: Candidate = {}
/** Short measurements on a machine with other work are that far off. */
const CLEARLY_WORSE = 0.6
/** At the rate that was found, chance decides whether the limit holds: a little below it does. */
const SAFE_SHARE = 0.95

/**
 * Searches the settings by which a server does most: first where the model runs and in how many threads, then, with the
 * best of that, how requests are batched. What is clearly worse is given up after a short measurement. What was found is
 * measured beside the default, in turn, and counts only where it is proved to be better there.
 */
export async function tuneServer(bench: TuningBench, options: TuneOptions): Promise<Tuning> {
  const rungs = rungsOf(options)
  const run = { rungs, clearlyWorse: CLEARLY_WORSE, measure: bench.score.bind(bench) }
  const threads = await race(threadCandidates(options.cores), run)
  const bestThreads = threads[0]?.candidate ?? DEFAULT
  const batches = await race(batchCandidates(bestThreads, options.p99Ms), run)
  const [winner] = batches
  const tried = triedOf([...threads, ...batches.filter(({ candidate }) => candidate !== bestThreads)], rungs)
  if (winner === undefined || isDefault(winner.candidate, options)) {
    return { tried, chosen: DEFAULT, reasons: ['Nothing that was tried did more than the default.'] }
  }
  return { tried, ...(await prove(bench, winner, options)) }
}

function rungsOf({ p99Ms }: TuneOptions): readonly TuneRung[] {
  const first = { seconds: 1.5, keep: 4, by: 'throughput' } as const
  return p99Ms === undefined
    ? [first, { seconds: 4, keep: 1, by: 'throughput' }]
    : [
        { ...first, keep: 3 },
        { seconds: 12, keep: 1, by: 'rate-within-limit' },
      ]
}

async function prove(
  bench: TuningBench,
  { candidate, scores }: Raced<Candidate>,
  options: TuneOptions,
): Promise<Pick<Tuning, 'chosen' | 'reasons'>> {
  const { p99Ms, cores } = options
  const words = flagsText(flagsOf(candidate, cores))
  const rate = p99Ms === undefined ? undefined : SAFE_SHARE * (scores.at(-1) ?? 0)
  const rounds = await bench.sideBySide(candidate, rate)
  const { better, reason } =
    p99Ms === undefined || rate === undefined
      ? byThroughput(rounds, words)
      : await judgeAtRate(rounds, { p99Ms, ratePerSecond: rate, words })
  if (better) return { chosen: candidate, reasons: [reason] }
  return { chosen: DEFAULT, reasons: [reason, 'So the default stays.'] }
}

function byThroughput(
  { standard, found }: Awaited<ReturnType<TuningBench['sideBySide']>>,
  words: string,
): { readonly better: boolean; readonly reason: string } {
  const [comparison] = compareMeasurements([
    { name: 'the default', rounds: standard },
    { name: words, rounds: found },
  ])
  return { better: comparison?.better === 'other', reason: comparison?.verdict ?? '' }
}

function isDefault(candidate: Candidate, { cores }: TuneOptions): boolean {
  return Object.keys(flagsOf(candidate, cores)).length === 0
}

function triedOf(raced: readonly Raced<Candidate>[], rungs: readonly TuneRung[]): readonly TriedCandidate[] {
  const lastBy = (scores: readonly number[], by: TuneRung['by']) =>
    scores.findLast((_, index) => rungs[index]?.by === by)
  return raced.map(({ candidate, scores }) => ({
    candidate,
    throughput: lastBy(scores, 'throughput'),
    rateWithinLimit: lastBy(scores, 'rate-within-limit'),
  }))
}
