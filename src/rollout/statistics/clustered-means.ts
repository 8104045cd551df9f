import { concentration, covariance, type StepOutcomes, VariantOutcomes } from './variant-outcomes.ts'

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
   * and its implication on the design and analysis of group-sequential studies", JASA 1997). 0 where all outcomes are the same.
   */
  readonly n: number
  /**
   * Keys with equally many outcomes that would be as many, of the variant that has fewer: Kish's effective sample size ("Survey
   * sampling", 1965) of the clusters. Where one key has most of the outcomes the mean follows it, so its distance from the mean,
   * by which the variance is estimated, looks small (Carter, Schnepel, Steigerwald, "Asymptotic behavior of a t-test robust
   * to cluster heterogeneity", Review of Economics and Statistics 2017).
   */
  readonly effectiveKeys: number
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

  /** Different keys with outcomes, about; no more than there are outcomes. */
  keys(variant: number): number {
    const outcomes = this.#variants[variant]
    return outcomes === undefined ? 0 : Math.min(outcomes.keys.count, outcomes.count)
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
    return strata.length === 0 ? undefined : combined(strata, this.#shift ?? 0)
  }
}

/** A step in which both have outcomes. */
interface Stratum {
  readonly weight: number
  readonly control: StepOutcomes
  readonly variant: StepOutcomes
}

function strataOf(control: VariantOutcomes, variant: VariantOutcomes): Stratum[] {
  const strata: Stratum[] = []
  for (const step of variant.steps()) {
    const a = control.step(step)
    const b = variant.step(step)
    if (a === undefined || b === undefined || a.clusters < 2 || b.clusters < 2) continue
    const weight = 1 / (1 / a.keys.count + 1 / b.keys.count)
    strata.push({ weight, control: a, variant: b })
  }
  return strata
}

function combined(strata: readonly Stratum[], shift: number): DifferenceEstimate {
  let all = 0
  let controlMean = 0
  let variantMean = 0
  let ofOneOutcome = 0
  for (const { weight, control, variant } of strata) {
    all += weight
    controlMean += weight * control.mean
    variantMean += weight * variant.mean
    ofOneOutcome += weight * outcomeVariance(control, variant)
  }
  const ofControl = ({ control }: Stratum): StepOutcomes => control
  const ofVariant = ({ variant }: Stratum): StepOutcomes => variant
  const ofBoth = (what: PairValue): number[] =>
    [ofControl, ofVariant].map((side) => Math.max(0, weightedSum(strata, side, what)) / all ** 2)
  const variance = ofBoth(covariance).reduce((sum, each) => sum + each, 0)
  return {
    controlMean: controlMean / all + shift,
    variantMean: variantMean / all + shift,
    difference: (variantMean - controlMean) / all,
    variance,
    n: variance > 0 ? (4 * ofOneOutcome) / all / variance : 0,
    effectiveKeys: 1 / Math.max(...ofBoth(concentration)),
  }
}

/** Of two steps of one variant. */
type PairValue = (one: StepOutcomes, other: StepOutcomes) => number

/** Over all pairs of strata, a stratum and itself too. */
function weightedSum(
  strata: readonly Stratum[],
  side: (stratum: Stratum) => StepOutcomes,
  what: PairValue,
): number {
  let sum = 0
  for (const one of strata) {
    for (const other of strata) sum += one.weight * other.weight * what(side(one), side(other))
  }
  return sum
}

/** Of single outcomes, within their variant. */
function outcomeVariance(control: StepOutcomes, variant: StepOutcomes): number {
  return (control.deviations + variant.deviations) / (control.count + variant.count - 2)
}
