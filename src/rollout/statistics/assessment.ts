import type { OutcomePlan } from '../rollout-plan.ts'
import type { ComparisonVerdict } from '../rollout-view.ts'
import type { ClusteredMeans, DifferenceEstimate } from './clustered-means.ts'
import { asymptoticInterval, type Interval } from './confidence-sequence.ts'
import type { UniversalTest } from './universal-test.ts'

/** Below, the interval's theory does not hold yet: of keys that there are, and of effective ones. */
export const LEAST_KEYS = 50
/** Keys with a success, and keys with a failure. */
export const LEAST_KEYS_OF_A_KIND = 20
/** Of numeric outcomes: keys with a value other than zero, since sums of money that are mostly nothing are far from normal. */
export const LEAST_KEYS_WITH_SOME = 50
/** Part of alpha that the exact test may use up where the interval has to wait. */
const EXACT_PART = 0.1

/** What the outcomes say of one variant and the control. */
export interface Assessment {
  readonly estimate: DifferenceEstimate | undefined
  /** Undefined as long as there are too few keys, or too few of a kind. */
  readonly interval: Interval | undefined
  readonly eValue: number | undefined
  readonly verdict: ComparisonVerdict
  /** The exact test has decided, not the interval. */
  readonly isExact: boolean
}

export interface AssessedOutcomes {
  readonly plan: OutcomePlan
  readonly means: ClusteredMeans
  /** Undefined where outcomes are numeric. */
  readonly equality: UniversalTest | undefined
  /** Part of all comparisons of this variant without a difference that may find one. */
  readonly alpha: number
}

/** May be asked after each outcome: all promises are kept at all times at once. */
export function assess(outcomes: AssessedOutcomes, variant: number): Assessment {
  const { plan, means, equality } = outcomes
  const estimate = means.estimate(variant)
  const interval = intervalOf(outcomes, variant, estimate)
  if (interval !== undefined) {
    return { estimate, interval, eValue: undefined, verdict: verdictOf(plan, interval), isExact: false }
  }
  const eValue = equality?.eValue(variant)
  const isExact =
    eValue !== undefined && eValue >= 1 / (EXACT_PART * outcomes.alpha) && (estimate?.difference ?? 0) !== 0
  const verdict = isExact ? better(plan, estimate!.difference > 0) : 'keep-looking'
  return { estimate, interval, eValue, verdict, isExact }
}

/** The alpha of the interval: the exact test has the rest of it. */
export function intervalAlpha(plan: OutcomePlan, alpha: number): number {
  return plan.kind === 'binary' ? (1 - EXACT_PART) * alpha : alpha
}

function intervalOf(
  { plan, means, alpha }: AssessedOutcomes,
  variant: number,
  estimate: DifferenceEstimate | undefined,
): Interval | undefined {
  if (estimate === undefined || estimate.n === 0 || estimate.effectiveKeys < LEAST_KEYS) return undefined
  if (!isEnough(plan, means, 0) || !isEnough(plan, means, variant)) return undefined
  return asymptoticInterval({
    n: estimate.n,
    difference: estimate.difference,
    variance: estimate.variance,
    alpha: intervalAlpha(plan, alpha),
    plannedN: plan.plannedKeys,
  })
}

function isEnough(plan: OutcomePlan, means: ClusteredMeans, variant: number): boolean {
  if (means.keys(variant) < LEAST_KEYS) return false
  const { withSome, withNone } = means.clusters(variant)
  return plan.kind === 'binary'
    ? Math.min(withSome, withNone) >= LEAST_KEYS_OF_A_KIND
    : withSome >= LEAST_KEYS_WITH_SOME
}

function verdictOf(plan: OutcomePlan, { low, high }: Interval): ComparisonVerdict {
  const smallest = plan.smallestDifference
  if (smallest !== undefined && low > -smallest && high < smallest) return 'no-difference-worth-having'
  if (low > 0) return better(plan, true)
  if (high < 0) return better(plan, false)
  return 'keep-looking'
}

function better(plan: OutcomePlan, variantIsHigher: boolean): ComparisonVerdict {
  return variantIsHigher === (plan.better === 'higher') ? 'variant-better' : 'control-better'
}
