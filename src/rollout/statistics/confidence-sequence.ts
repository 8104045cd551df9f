export interface Interval {
  readonly low: number
  readonly high: number
}

export interface IntervalFacts {
  /** Effective sample size: what the estimate would be worth in independent outcomes. */
  readonly n: number
  readonly difference: number
  /** Squared standard error of the difference. */
  readonly variance: number
  readonly alpha: number
  /** The n at which the interval is to be tightest. */
  readonly plannedN: number
}

/**
 * Asymptotic confidence sequence: covers the true difference at all times at once with a probability of about 1 - alpha
 * (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences",
 * arXiv 2103.06476, theorem 2.2). Asymptotic: not to be believed below some fifty independent units a side.
 */
export function asymptoticInterval({ n, difference, variance, alpha, plannedN }: IntervalFacts): Interval {
  const halfWidth = Math.sqrt(variance) * boundary(n, alpha, plannedN)
  return { low: difference - halfWidth, high: difference + halfWidth }
}

/**
 * How many standard errors the interval reaches to either side, Robbins' normal mixture:
 *
 *     sqrt( 2 (n rho² + 1) / (n rho²) * log( sqrt(n rho² + 1) / alpha ) )
 *
 * About 3.0 near the planned n for an alpha of 0.05, and more before and after it.
 */
export function boundary(n: number, alpha: number, plannedN: number): number {
  const x = (n * rhoScale(alpha)) / plannedN
  return Math.sqrt(2 * (1 + 1 / x) * (0.5 * Math.log1p(x) - Math.log(alpha)))
}

/** rho² N for the N at which the mixture is tightest (equation 24 of the paper's appendix B.2, by approximation). */
function rhoScale(alpha: number): number {
  const twice = -2 * Math.log(alpha)
  return twice + Math.log(twice + 1)
}
