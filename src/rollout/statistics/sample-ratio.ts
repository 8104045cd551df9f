import { evidence } from './evidence.ts'
import { FirstKeys } from './first-keys.ts'

/** Keys that the mixture is worth: it is most sensitive to shares that are off by about sqrt(share (1 - share) / 1000). */
const CONCENTRATION = 1000
const DEFAULT_ALPHA = 0.001

/**
 * Whether keys come to the variants in the shares that the split says, judged after every key (Lindon, Malek, "Anytime-valid
 * inference for multinomial count data", arXiv 2011.03567): the Bayes factor of a Dirichlet(k theta) mixture against the
 * shares theta,
 *
 *     Gamma(k) / Gamma(k + n) * product over i of Gamma(k theta_i + n_i) / Gamma(k theta_i) / theta_i^n_i
 *
 * A key counts once a step (see `FirstKeys`). Each step has shares of its own and begins anew. The same users come in several
 * steps, so the steps depend on each other and their values must not be multiplied; the one of step h (from 0) is divided by
 * (h + 1)(h + 2) instead, whose reciprocals add up to 1, and the largest counts: by the union bound there is a false alarm
 * in at most a part alpha of the rollouts, however many steps they have.
 */
export class SampleRatio {
  readonly #logLimit: number
  #firstKeys = new FirstKeys()
  #step: number | undefined
  #shares: readonly number[] = []
  #counts: number[] = []
  #all = 0
  #logOfStep = 0
  #logOfEarlierSteps = Number.NEGATIVE_INFINITY
  #alarm = false

  constructor({ alpha = DEFAULT_ALPHA }: { readonly alpha?: number } = {}) {
    this.#logLimit = -Math.log(alpha)
  }

  /** Keys of other steps are left out from now on. `permille` of each variant, in their order. */
  begin(step: number, permille: readonly number[]): void {
    if (this.#step !== undefined) this.#logOfEarlierSteps = this.#logE()
    this.#firstKeys = new FirstKeys()
    this.#step = step
    this.#shares = permille.map((part) => part / 1000)
    this.#counts = permille.map(() => 0)
    this.#all = 0
    this.#logOfStep = 0
  }

  /** A key that was answered; returns at once for one that was there before in this step. */
  add(step: number, variant: number, key: number): void {
    const share = this.#shares[variant]
    if (step !== this.#step || share === undefined || !this.#firstKeys.add(key)) return
    const count = this.#counts[variant]!
    // One factor of the formula's products after the other: predicted share of this variant against its configured one.
    const predicted = (CONCENTRATION * share + count) / (CONCENTRATION + this.#all)
    this.#counts[variant] = count + 1
    this.#all += 1
    this.#logOfStep += share === 0 ? Number.POSITIVE_INFINITY : Math.log(predicted / share)
    if (this.#logE() >= this.#logLimit) this.#alarm = true
  }

  get eValue(): number {
    return this.#step === undefined ? 1 : evidence(this.#logE())
  }

  /** True for good once the shares were off. */
  get alarm(): boolean {
    return this.#alarm
  }

  #logE(): number {
    const step = this.#step ?? 0
    const ofStep = this.#logOfStep - Math.log((step + 1) * (step + 2))
    return Math.max(ofStep, this.#logOfEarlierSteps)
  }
}
