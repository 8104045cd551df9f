import { LEAST_KEYS, LEAST_KEYS_OF_A_KIND, LEAST_KEYS_WITH_SOME } from './assessment.ts'
import type { ClusteredMeans, DifferenceEstimate } from './clustered-means.ts'
import { boundary } from './confidence-sequence.ts'

/** What is further away than this is nothing to tell people. */
const MOST_OUTCOMES = 1e9

/**
 * Outcomes of both variants until there is likely to be a verdict, if they come as before and the difference stays what it is:
 * until the interval excludes zero, or lies within differences that are not worth having, and there are keys enough. Undefined
 * where that is too far away to tell, or a few keys have most of the outcomes. An extrapolation, not a promise: the difference of a small sample is a rough one.
 */
export function outcomesToGo(
  means: ClusteredMeans,
  variant: number,
  estimate: DifferenceEstimate | undefined,
  rules: {
    readonly alpha: number
    readonly plannedN: number
    readonly smallestDifference: number | undefined
    readonly isBinary: boolean
  },
): number | undefined {
  if (estimate === undefined || estimate.n === 0) return undefined
  const hasKeys = Math.min(means.keys(0), means.keys(variant)) >= LEAST_KEYS
  if (hasKeys && estimate.effectiveKeys < LEAST_KEYS) return undefined
  const outcomes = means.outcomes(0) + means.outcomes(variant)
  const least = Math.max(
    timesUntilEnough(means, 0, rules.isBinary),
    timesUntilEnough(means, variant, rules.isBinary),
  )
  const reach = Math.abs(estimate.difference)
  // Half the interval has to be shorter than the difference, or than what is left to the edge of the region around zero.
  const target = Math.max(reach, (rules.smallestDifference ?? 0) - reach)
  const times = Math.max(least, timesUntil(target, estimate, rules))
  const toGo = Math.ceil(outcomes * (times - 1))
  return toGo <= MOST_OUTCOMES ? toGo : undefined
}

/** How many times the sample has to grow until half the interval is shorter than `target`. */
function timesUntil(
  target: number,
  { variance, n }: DifferenceEstimate,
  { alpha, plannedN }: { readonly alpha: number; readonly plannedN: number },
): number {
  const isShort = (times: number): boolean =>
    Math.sqrt(variance / times) * boundary(n * times, alpha, plannedN) < target
  let low = 1
  let high = 1
  while (!isShort(high)) {
    low = high
    high *= 2
    if (high > MOST_OUTCOMES) return Number.POSITIVE_INFINITY
  }
  while (high - low > 1e-3 * low) {
    const middle = (low + high) / 2
    if (isShort(middle)) high = middle
    else low = middle
  }
  return high
}

function timesUntilEnough(means: ClusteredMeans, variant: number, isBinary: boolean): number {
  const { withSome, withNone } = means.clusters(variant)
  const ofKinds = isBinary
    ? LEAST_KEYS_OF_A_KIND / Math.min(withSome, withNone)
    : LEAST_KEYS_WITH_SOME / withSome
  return Math.max(1, LEAST_KEYS / means.keys(variant), ofKinds)
}
