import { evidence } from './evidence.ts'
import { FirstKeys } from './first-keys.ts'

/** Keys that the mixture is worth: it is most sensitive to shares that are off by about sqrt(share (1 - share) / 1000). */
const CONCENTRATION = 1000
const DEFAULT_ALPHA = 0.001

/** A second is judged when it has been over for so long, and most of its requests are answered. */
const SETTLED_MS = 10_000

/**
 * Whether keys come to the variants in the shares that the split says, judged after every second (Lindon, Malek, "Anytime-valid
 * inference for multinomial count data", arXiv 2011.03567): the Bayes factor of a Dirichlet(k theta) mixture against the
 * shares theta,
 *
 *     Gamma(k) / Gamma(k + n) * product over i of Gamma(k theta_i + n_i) / Gamma(k theta_i) / theta_i^n_i
 *
 * Keys are judged in the order in which their requests came, not their answers: those of a slower variant come later, so at
 * any time there are fewer of them than its share.
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
  /** Keys by the second in which they came, and by variant: those that are not judged yet. */
  readonly #unsettled = new Map<number, number[]>()
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
    this.#unsettled.clear()
    this.#logOfStep = 0
  }

  /**
   * A key that was answered; returns at once for one that was there before in this step.
   * @param cameAt when its request came, in milliseconds since 1970
   */
  add(step: number, variant: number, key: number, cameAt: number): void {
    if (step !== this.#step || variant >= this.#shares.length || !this.#firstKeys.add(key)) return
    const second = Math.floor(cameAt / 1000)
    const counts = this.#unsettled.get(second) ?? this.#shares.map(() => 0)
    this.#unsettled.set(second, counts)
    counts[variant]! += 1
  }

  /** Called about once a second: judges the seconds that are over. */
  settle(now: number): void {
    for (const [second, counts] of [...this.#unsettled].sort(([a], [b]) => a - b)) {
      // Before now or after: the clock may have been set back.
      if (Math.abs(now - (second + 1) * 1000) < SETTLED_MS) continue
      this.#unsettled.delete(second)
      for (const [variant, count] of counts.entries()) this.#judge(variant, count)
      if (this.#logE() >= this.#logLimit) this.#alarm = true
    }
  }

  get eValue(): number {
    return this.#step === undefined ? 1 : evidence(this.#logE())
  }

  /** True for good once the shares were off. */
  get alarm(): boolean {
    return this.#alarm
  }

  /** One factor of the formula's products after the other: predicted share of this variant against its configured one. */
  #judge(variant: number, keys: number): void {
    const share = this.#shares[variant]!
    for (let key = 0; key < keys; key += 1) {
      const predicted = (CONCENTRATION * share + this.#counts[variant]!) / (CONCENTRATION + this.#all)
      this.#counts[variant]! += 1
      this.#all += 1
      this.#logOfStep += share === 0 ? Number.POSITIVE_INFINITY : Math.log(predicted / share)
    }
  }

  #logE(): number {
    const step = this.#step ?? 0
    const ofStep = this.#logOfStep - Math.log((step + 1) * (step + 2))
    return Math.max(ofStep, this.#logOfEarlierSteps)
  }
}
