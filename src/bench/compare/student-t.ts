import { logUpperBeta } from '../../core/incomplete-beta.ts'

/**
 * The value that a variable with Student's t distribution exceeds with half of the probability `1 - confidence`, so that
 * it lies between this and its negative with probability `confidence`.
 * @param degrees of freedom, at least 1
 * @param confidence above 0 and below 1
 */
export function studentT(degrees: number, confidence: number): number {
  let [low, high] = [0, 1]
  while (outside(high, degrees) > 1 - confidence) high *= 2
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2
    if (outside(middle, degrees) > 1 - confidence) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The chance of a value beyond t, on either side: I_x(n/2, 1/2) with x = n / (n + t^2). (NIST DLMF 8.17, Abramowitz and Stegun 26.7.1) */
function outside(t: number, degrees: number): number {
  if (t === 0) return 1
  const x = degrees / (degrees + t * t)
  return Math.exp(logUpperBeta(1 - x, 0.5, degrees / 2))
}
