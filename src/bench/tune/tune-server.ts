import { batchCandidates, type Candidate, flagsOf, flagsText, threadCandidates } from './candidate.ts'
import { prove } from './prove.ts'
import { type Raced, race } from './race.ts'
import type { TriedCandidate, TuneRung, Tuning, TuningBench } from './tuning.ts'

export interface TuneOptions {
  /** That the servers have. */
  readonly cores: number
  /** In milliseconds; the throughput counts unless set. */
  readonly p99Ms: number | undefined
  /** Names of flags that hold for all servers, and are not tried in other ways; none unless set. */
  readonly fixed?: ReadonlySet<string>
}

const DEFAULT: Candidate = {}
/** Short measurements on a machine with other work are that far off. */
const CLEARLY_WORSE = 0.6
/** That a server of a small model takes to start and to find out about batches, with what runs before a measurement counts. */
const SECONDS_TO_START = 6
/** Of the rounds beside the default, with the start of both. */
const LAST_SECONDS = 75

/**
 * Searches the settings by which a server does most: first where the model runs and in how many threads, then, with the
 * best of that, how requests are batched. What is clearly worse is given up after a short measurement. What was found is
 * measured beside the default, in turn, and counts only where it is proved to be better there.
 */
export async function tuneServer(bench: TuningBench, options: TuneOptions): Promise<Tuning> {
  const { cores, p99Ms } = options
  const rungs = rungsOf(options)
  const run = { rungs, clearlyWorse: CLEARLY_WORSE, measure: bench.score.bind(bench) }
  const arrangements = threadCandidates(trialsOf(options))
  const [standard = DEFAULT] = arrangements
  const threads = await race(arrangements, { ...run, stays: standard })
  const best = threads[0]?.candidate ?? standard
  const sizes = batchCandidates(best, p99Ms, trialsOf(options))
  const batches = sizes.length === 1 ? [] : await race(sizes, { ...run, stays: sizes[0] })
  const judged = await prove(bench, {
    ...{ standard: scoreOf(standard, threads), found: bestOf([...batches, ...threads]) },
    ...{ p99Ms, cores },
  })
  // The best arrangement of threads was in both.
  const others = batches.filter((each) => !isSame(each.candidate, best, cores))
  return { tried: triedOf([...threads, ...others], rungs), ...judged }
}

/** How long it takes with a small model, in seconds. */
export function expectedSeconds(options: TuneOptions): number {
  const { p99Ms } = options
  const trials = trialsOf(options)
  const sizes = batchCandidates(DEFAULT, p99Ms, trials).length
  const races = [threadCandidates(trials).length, ...(sizes === 1 ? [] : [sizes])]
  return races.reduce((sum, candidates) => sum + secondsOf(candidates, rungsOf(options)), LAST_SECONDS)
}

function secondsOf(candidates: number, rungs: readonly TuneRung[]): number {
  let running = candidates
  let sum = 0
  for (const { seconds, keep } of rungs) {
    sum += running * (SECONDS_TO_START + seconds)
    running = Math.min(running, keep)
  }
  return sum
}

function trialsOf({ cores, fixed = new Set() }: TuneOptions) {
  return { cores, fixed }
}

function rungsOf({ p99Ms }: Pick<TuneOptions, 'p99Ms'>): readonly TuneRung[] {
  const first = { seconds: 1.5, keep: 4, by: 'throughput' } as const
  return p99Ms === undefined
    ? [first, { seconds: 4, keep: 1, by: 'throughput' }]
    : [
        { ...first, keep: 3 },
        { seconds: 12, keep: 1, by: 'rate-within-limit' },
      ]
}

/** By the last score of those that were measured to the end; the first of equal ones. */
function bestOf(raced: readonly Raced<Candidate>[]): Raced<Candidate> | undefined {
  const last = ({ scores }: Raced<Candidate>): number => scores.at(-1) ?? 0
  return raced.filter(({ finished }) => finished).toSorted((a, b) => last(b) - last(a))[0]
}

function scoreOf(candidate: Candidate, raced: readonly Raced<Candidate>[]): number {
  return raced.find((each) => each.candidate === candidate)?.scores.at(-1) ?? 0
}

function isSame(one: Candidate, other: Candidate, cores: number): boolean {
  return flagsText(flagsOf(one, cores)) === flagsText(flagsOf(other, cores))
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
