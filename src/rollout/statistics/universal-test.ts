import { evidence } from './evidence.ts'
import { FirstKeys } from './first-keys.ts'

/** Jeffreys' prior of a rate. */
const PRIOR = 0.5

interface Tries {
  successes: number
  failures: number
  /** Logarithm of their Beta(1/2, 1/2) marginal likelihood, in the order in which they came. */
  logMarginal: number
}

/**
 * Whether two variants have one rate, exact for samples of any size (Wasserman, Ramdas, Balakrishnan, "Universal inference",
 * PNAS 2020): of each step
 *
 *     E = (product over both variants of the Beta(1/2, 1/2) marginal likelihood) / (largest likelihood of one common rate)
 *
 * The numerator predicts each outcome from those before it, the denominator is at least the likelihood of the true common
 * rate, so E lies below a martingale and ever reaches 1 / alpha with a probability of at most alpha. Steps have base rates
 * of their own and are independent, so their values are multiplied.
 *
 * Outcomes of one key depend on each other, which this test cannot know: only the first outcome of a key counts, in whatever
 * step and variant it comes. It needs 2 to 3.5 times the sample of the confidence sequence.
 */
export class UniversalTest {
  readonly #firstKeys = new FirstKeys()
  /** By step, then by variant. */
  readonly #steps = new Map<number, Map<number, Tries>>()

  add(step: number, variant: number, key: number, isSuccess: boolean): void {
    if (!this.#firstKeys.add(key)) return
    const tries = this.#triesOf(step, variant)
    const before = tries.successes + tries.failures
    // The marginal likelihood is the product of what is predicted for each outcome by those before it.
    tries.logMarginal += Math.log(
      ((isSuccess ? tries.successes : tries.failures) + PRIOR) / (before + 2 * PRIOR),
    )
    if (isSuccess) tries.successes += 1
    else tries.failures += 1
  }

  /** Evidence against equal rates of this variant and the control, which is variant 0. */
  eValue(variant: number): number {
    let logE = 0
    for (const tries of this.#steps.values()) {
      const control = tries.get(0)
      const other = tries.get(variant)
      if (control !== undefined && other !== undefined) logE += logEvidence(control, other)
    }
    return evidence(logE)
  }

  #triesOf(step: number, variant: number): Tries {
    const variants = this.#steps.get(step) ?? new Map<number, Tries>()
    this.#steps.set(step, variants)
    const tries = variants.get(variant) ?? { successes: 0, failures: 0, logMarginal: 0 }
    variants.set(variant, tries)
    return tries
  }
}

function logEvidence(a: Tries, b: Tries): number {
  return a.logMarginal + b.logMarginal - logLargest(a.successes + b.successes, a.failures + b.failures)
}

/** Of the likelihoods of one rate for all of them. */
function logLargest(successes: number, failures: number): number {
  const all = successes + failures
  return timesLog(successes, successes / all) + timesLog(failures, failures / all)
}

function timesLog(count: number, rate: number): number {
  return count === 0 ? 0 : count * Math.log(rate)
}
