/**
 * An e-value from its logarithm: the largest number stands for all that are larger, since what tells of it is JSON, which
 * has no infinity.
 */
export function evidence(logarithm: number): number {
  return Math.min(Math.exp(logarithm), Number.MAX_VALUE)
}
