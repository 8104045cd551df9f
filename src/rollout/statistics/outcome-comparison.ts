import type { OutcomePlan } from '../rollout-plan.ts'
import type { ComparisonView } from '../rollout-view.ts'
import { assess, intervalAlpha } from './assessment.ts'
import type { ClusteredMeans } from './clustered-means.ts'
import { comparisonSentence } from './comparison-sentence.ts'
import { outcomesToGo } from './outcomes-to-go.ts'
import type { UniversalTest } from './universal-test.ts'

export interface ComparedOutcomes {
  readonly plan: OutcomePlan
  /** Names of the variants, the control first. */
  readonly variants: readonly string[]
  readonly means: ClusteredMeans
  /** Of binary outcomes; undefined where they are numeric. */
  readonly equality: UniversalTest | undefined
}

/**
 * Each variant against the control. With K variants each comparison has alpha / (K - 1), so that all of them together find a
 * difference where there is none with a probability of at most alpha, whenever and however often they are asked.
 */
export function compareOutcomes(outcomes: ComparedOutcomes): readonly ComparisonView[] {
  return outcomes.variants.slice(1).map((_, place) => comparisonOf(outcomes, place + 1))
}

function comparisonOf(
  { plan, variants, means, equality }: ComparedOutcomes,
  variant: number,
): ComparisonView {
  const alpha = plan.alpha / (variants.length - 1)
  const assessment = assess({ plan, means, equality, alpha }, variant)
  const { estimate, interval, eValue, verdict } = assessment
  const toGo =
    verdict === 'keep-looking'
      ? outcomesToGo(means, variant, estimate, {
          alpha: intervalAlpha(plan, alpha),
          plannedN: plan.plannedKeys,
          smallestDifference: plan.smallestDifference,
          isBinary: plan.kind === 'binary',
        })
      : undefined
  const facts = {
    controlKeys: Math.round(means.keys(0)),
    variantKeys: Math.round(means.keys(variant)),
    confidence: 1 - alpha,
    outcomesToGo: toGo,
  }
  const [control, name] = [variants[0]!, variants[variant]!]
  return {
    ...facts,
    variant: name,
    controlMean: estimate?.controlMean ?? means.mean(0),
    variantMean: estimate?.variantMean ?? means.mean(variant),
    difference: estimate?.difference,
    interval,
    verdict,
    eValue,
    sentence: comparisonSentence({ ...facts, plan, control, variant: name, assessment }),
  }
}
