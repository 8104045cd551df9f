import type { OutcomePlan } from '../rollout-plan.ts'
import { type Assessment, LEAST_KEYS, LEAST_KEYS_OF_A_KIND, LEAST_KEYS_WITH_SOME } from './assessment.ts'
import type { Interval } from './confidence-sequence.ts'

export interface ComparisonFacts {
  readonly plan: OutcomePlan
  readonly control: string
  readonly variant: string
  readonly controlKeys: number
  readonly variantKeys: number
  /** From 0 to 1. */
  readonly confidence: number
  readonly outcomesToGo: number | undefined
  readonly assessment: Assessment
}

/** One sentence that says what is known, in points of a rate or in the outcome's own unit. */
export function comparisonSentence(facts: ComparisonFacts): string {
  const { assessment } = facts
  switch (assessment.verdict) {
    case 'no-difference-worth-having':
      return noDifference(facts)
    case 'variant-better':
      return assessment.isExact ? exactly(facts, true) : better(facts, true)
    case 'control-better':
      return assessment.isExact ? exactly(facts, false) : better(facts, false)
    case 'keep-looking':
      return keepLooking(facts)
  }
}

function better(facts: ComparisonFacts, variantIsBetter: boolean): string {
  const { estimate, interval } = facts.assessment
  if (estimate === undefined || interval === undefined) return keepLooking(facts)
  const isPositive = estimate.difference > 0
  const size = isPositive ? interval : { low: -interval.high, high: -interval.low }
  const unit = unitOf(facts.plan, size)
  const name = variantIsBetter ? facts.variant : facts.control
  return `${name} is better by ${unit.withName(Math.abs(estimate.difference))} (${holding(facts)}: ${unit.range(size)}).`
}

function exactly(
  { control, variant, assessment, controlKeys, variantKeys }: ComparisonFacts,
  variantIsBetter: boolean,
): string {
  const [name, other] = variantIsBetter ? [variant, control] : [control, variant]
  const keys = `${count(controlKeys)} keys of ${control} and ${count(variantKeys)} of ${variant}`
  const evidence = `e-value ${count(Math.min(assessment.eValue ?? 0, 1e6))}`
  return `${name} is better than ${other}, by an exact test of few successes or failures (${evidence}, ${keys}).`
}

function noDifference(facts: ComparisonFacts): string {
  const smallest = facts.plan.smallestDifference ?? 0
  const unit = unitOf(facts.plan, { low: 0, high: smallest })
  const range = facts.assessment.interval ?? { low: 0, high: 0 }
  const between = `between ${facts.control} and ${facts.variant}`
  return `No difference larger than ${unit.withName(smallest)} ${between} (${holding(facts)}: ${unitOf(facts.plan, range).range(range)}).`
}

function keepLooking(facts: ComparisonFacts): string {
  const { estimate, interval } = facts.assessment
  const more =
    facts.outcomesToGo === undefined ? '' : `; at this rate about ${count(facts.outcomesToGo)} more outcomes`
  if (estimate === undefined || interval === undefined) return `Keep looking: ${whatIsMissing(facts)}${more}.`
  const unit = unitOf(facts.plan, interval)
  const side = estimate.difference < 0 ? 'below' : 'above'
  const difference = `${facts.variant} is ${unit.withName(Math.abs(estimate.difference))} ${side} ${facts.control} so far`
  return `Keep looking: ${difference} (${holding(facts)}: ${unit.range(interval)})${more}.`
}

function whatIsMissing(facts: ComparisonFacts): string {
  const { plan, control, variant, controlKeys, variantKeys } = facts
  if (Math.min(controlKeys, variantKeys) < LEAST_KEYS) {
    return `outcomes of ${count(controlKeys)} keys of ${control} and ${count(variantKeys)} of ${variant}, at least ${LEAST_KEYS} of each are needed`
  }
  const { effectiveKeys = LEAST_KEYS } = facts.assessment.estimate ?? {}
  if (effectiveKeys < LEAST_KEYS) {
    const asMany = `as if there were ${Math.floor(effectiveKeys)}, and ${LEAST_KEYS} are needed`
    return `most outcomes of a variant are of a few of its keys (${asMany})`
  }
  return plan.kind === 'binary'
    ? `each variant needs ${LEAST_KEYS_OF_A_KIND} keys with a success and ${LEAST_KEYS_OF_A_KIND} with a failure`
    : `each variant needs ${LEAST_KEYS_WITH_SOME} keys with an outcome other than zero, and not all may be the same`
}

function holding({ confidence }: ComparisonFacts): string {
  return `${Number((100 * confidence).toFixed(2))} % interval that stays valid while you look`
}

interface Unit {
  withName(difference: number): string
  range(interval: Interval): string
}

/** With as many digits as the interval bears. */
function unitOf(plan: OutcomePlan, { low, high }: Interval): Unit {
  const scale = plan.kind === 'binary' ? 100 : 1
  const name = plan.kind === 'binary' ? ' points' : ''
  const smallest = Math.min(...[low, high, (high - low) / 2].filter((bound) => bound !== 0).map(Math.abs))
  const digits = Math.min(
    6,
    Math.max(plan.kind === 'binary' ? 1 : 0, Math.ceil(-Math.log10(smallest * scale))),
  )
  const text = (value: number): string => (value * scale).toFixed(digits).replace(/^-(0(?:\.0*)?)$/, '$1')
  return {
    withName: (difference) => `${text(difference)}${name}`,
    range: (interval) => `${text(interval.low)} to ${text(interval.high)}`,
  }
}

function count(number: number): string {
  return Math.round(number).toLocaleString('en-US')
}
