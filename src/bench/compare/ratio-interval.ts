import { studentT } from './student-t.ts'

/** How many times as large the figures of one side are as those of another. */
export interface RatioInterval {
  readonly ratio: number
  /** Undefined with fewer than two rounds: a single one says nothing about how much another would differ. */
  readonly low: number | undefined
  readonly high: number | undefined
  readonly rounds: number
}

/**
 * Student's paired t interval of the logarithms of the ratios of each round, brought back by exp: the geometric mean of the
 * ratios with its interval. What a round has in common, as a machine that others use, cancels out; few rounds give a
 * wide interval (the factor of the standard error is 12.7 with two of them, 4.3 with three, 2.8 with five).
 * (T. Kalibera, R. Jones, Rigorous Benchmarking in Reasonable Time, ISMM 2013, for the choice of rounds as the unit;
 * Student, The Probable Error of a Mean, 1908.)
 * @param baseline a figure for each round; rounds in which either is not above 0 are left out
 * @returns undefined where no round is left
 */
export function ratioInterval(
  baseline: readonly number[],
  other: readonly number[],
  confidence: number,
): RatioInterval | undefined {
  const logs = baseline.flatMap((value, round) => {
    const beside = other[round] ?? 0
    return value > 0 && beside > 0 && Number.isFinite(value) && Number.isFinite(beside)
      ? [Math.log(beside / value)]
      : []
  })
  const rounds = logs.length
  if (rounds === 0) return undefined
  const mean = logs.reduce((sum, each) => sum + each, 0) / rounds
  if (rounds === 1) return { ratio: Math.exp(mean), low: undefined, high: undefined, rounds }
  const variance = logs.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (rounds - 1)
  const half = studentT(rounds - 1, confidence) * Math.sqrt(variance / rounds)
  return { ratio: Math.exp(mean), low: Math.exp(mean - half), high: Math.exp(mean + half), rounds }
}
