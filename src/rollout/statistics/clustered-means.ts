import { VariantOutcomes } from './variant-outcomes.ts'

/** What is known of a variant's mean against that of the control, at one time. */
export interface DifferenceEstimate {
  /** Means over the steps in which both have outcomes, by the same weights. */
  readonly controlMean: number
  readonly variantMean: number
  readonly difference: number
  /** Squared standard error of the difference. */
  readonly variance: number
  /**
   * Effective sample size: outcomes, all independent and half of them the variant's, that would tell as much. It grows with
   * keys and with outcomes of known keys, by what these add, and is the time of the confidence sequence: the estimate of
   * now and an earlier one have the variance of now as their covariance, so that the inverse of the variance is the
   * clock by which the standardised estimate is a Brownian motion (Scharfstein, Tsiatis, Robins, "Semiparametric efficiency
   * and its implication on the design and analysis of group-sequential studies", JASA 1997).
   */
  readonly n: number
}

/**
 * Means of outcomes by variant, where the unit is the sticky key and not the outcome: variances are robust to any dependence
 * of the outcomes of one key, in bounded memory (keys are hashed into 2048 buckets a variant).
 *
 * Differences are stratified by step, since the split and the base rate change together: a weighted mean of the differences
 * within steps. The weight of a step is the harmonic mean of its numbers of keys and does not look at outcomes. A key that a
 * new split has moved from the control to the variant has outcomes in both; the dependence this makes is left out, which
 * errs on the side of wide intervals where outcomes of one key resemble each other.
 *
 * Outcomes whose tails have no variance (sums of money with rare huge ones) are beyond it: they have to be capped before.
 */
export class ClusteredMeans {
  readonly #variants: readonly VariantOutcomes[]
  #shift: number | undefined

  /** Variant 0 is the control. */
  constructor(variants: number) {
    this.#variants = Array.from({ length: variants }, () => new VariantOutcomes())
  }

  /** `key` is a number of `keyNumber`. Outcomes may come in any order of steps. */
  add(step: number, variant: number, key: number, value: number): void {
    this.#shift ??= value
    this.#variants[variant]?.add(step, key, value, this.#shift)
  }

  outcomes(variant: number): number {
    return this.#variants[variant]?.count ?? 0
  }

  /** Different keys with outcomes, about. */
  keys(variant: number): number {
    return this.#variants[variant]?.keys.count ?? 0
  }

  /** Of all outcomes, whatever their step; undefined without any. */
  mean(variant: number): number | undefined {
    const outcomes = this.#variants[variant]
    return outcomes === undefined || outcomes.count === 0 ? undefined : outcomes.sum / outcomes.count
  }

  /** Clusters of keys that have an outcome other than zero, and such that have one of zero. */
  clusters(variant: number): { readonly withSome: number; readonly withNone: number } {
    const outcomes = this.#variants[variant]
    return { withSome: outcomes?.clustersWithSome ?? 0, withNone: outcomes?.clustersWithNone ?? 0 }
  }

  /** Undefined as long as there is no step in which both have two clusters of keys. */
  estimate(variant: number): DifferenceEstimate | undefined {
    const control = this.#variants[0]
    const other = this.#variants[variant]
    if (control === undefined || other === undefined) return undefined
    const strata = strataOf(control, other)
    return strata.length === 0 ? undefined : combined(control, other, strata, this.#shift ?? 0)
  }
}

/** A step in which both have outcomes. */
interface Stratum {
  readonly step: number
  readonly weight: number
  readonly controlMean: number
  readonly variantMean: number
  /** Of single outcomes within their variant. */
  readonly outcomeVariance: number
}

function strataOf(control: VariantOutcomes, variant: VariantOutcomes): Stratum[] {
  const strata: Stratum[] = []
  for (const step of variant.steps()) {
    const a = control.step(step)
    const b = variant.step(step)
    if (a === undefined || b === undefined || a.clusters < 2 || b.clusters < 2) continue
    const keys = { a: a.keys.count, b: b.keys.count }
    strata.push({
      step,
      weight: (keys.a * keys.b) / (keys.a + keys.b),
      controlMean: a.mean,
      variantMean: b.mean,
      outcomeVariance: (a.deviations + b.deviations) / (a.count + b.count - 2),
    })
  }
  return strata
}

function combined(
  control: VariantOutcomes,
  variant: VariantOutcomes,
  strata: readonly Stratum[],
  shift: number,
): DifferenceEstimate {
  const all = sumOf(strata, (stratum) => stratum.weight)
  const controlMean = sumOf(strata, ({ weight, controlMean }) => weight * controlMean) / all
  const variantMean = sumOf(strata, ({ weight, variantMean }) => weight * variantMean) / all
  const variance = (weightedVariance(control, strata) + weightedVariance(variant, strata)) / all ** 2
  const ofOneOutcome = sumOf(strata, ({ weight, outcomeVariance }) => weight * outcomeVariance) / all
  return {
    controlMean: controlMean + shift,
    variantMean: variantMean + shift,
    difference: variantMean - controlMean,
    variance,
    n: variance > 0 ? (4 * ofOneOutcome) / variance : 0,
  }
}

function weightedVariance(outcomes: VariantOutcomes, strata: readonly Stratum[]): number {
  const squared = sumOf(strata, (a) =>
    sumOf(strata, (b) => a.weight * b.weight * outcomes.covariance(a.step, b.step)),
  )
  return Math.max(0, squared)
}

function sumOf<Item>(items: readonly Item[], value: (item: Item) => number): number {
  let sum = 0
  for (const item of items) sum += value(item)
  return sum
}
