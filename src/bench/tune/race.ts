/** A run of all that are still in the race. */
export interface Rung {
  /** How long each is measured. */
  readonly seconds: number
  /** How many go on, at most; the best one always does. */
  readonly keep: number
}

export interface RaceOptions<C, R extends Rung> {
  readonly rungs: readonly R[]
  /** Who is below this share of the best is out, however many may go on. */
  readonly clearlyWorse: number
  /** Goes on whatever its score, beside those that may: what the others are held against. */
  readonly stays?: C | undefined
  /** @returns what is to be large, by one measure in a rung; undefined where the candidate cannot be measured, which ends it. */
  measure(candidate: C, rung: R): Promise<number | undefined>
}

/** How far a candidate came. */
export interface Raced<C> {
  readonly candidate: C
  /** Of each rung that it was in. */
  readonly scores: readonly number[]
  /** It was in the last rung to the end. */
  readonly finished: boolean
}

/**
 * Successive halving: all are measured for a short time, and only those that may be the best for a longer one.
 * (Jamieson and Talwalkar: Non-stochastic Best Arm Identification and Hyperparameter Optimization, AISTATS 2016)
 * @returns all of them, the best first; by how far they came, then by their last score.
 */
export async function race<C, R extends Rung>(
  candidates: readonly C[],
  options: RaceOptions<C, R>,
): Promise<readonly Raced<C>[]> {
  const { rungs, measure } = options
  let runners = candidates.map((candidate) => new Runner(candidate))
  const all = runners
  for (const rung of rungs) {
    const measured: Runner<C>[] = []
    for (const runner of runners) {
      const score = await measure(runner.candidate, rung)
      if (score === undefined) continue
      runner.scores.push(score)
      measured.push(runner)
    }
    runners = stillIn(measured, rung, options)
  }
  for (const runner of runners) runner.finished = true
  return all.toSorted((a, b) => b.scores.length - a.scores.length || b.last - a.last)
}

class Runner<C> implements Raced<C> {
  readonly candidate: C
  readonly scores: number[] = []
  finished = false

  constructor(candidate: C) {
    this.candidate = candidate
  }

  /** Below all others where it could not be measured. */
  get last(): number {
    return this.scores.at(-1) ?? Number.NEGATIVE_INFINITY
  }
}

function stillIn<C>(
  measured: readonly Runner<C>[],
  { keep }: Rung,
  { clearlyWorse, stays }: Pick<RaceOptions<C, Rung>, 'clearlyWorse' | 'stays'>,
): Runner<C>[] {
  const ranked = measured.toSorted((a, b) => b.last - a.last)
  const best = ranked[0]?.last ?? 0
  return ranked.filter(
    ({ candidate, last }, place) =>
      place === 0 || candidate === stays || (place < keep && last >= clearlyWorse * best),
  )
}
