import { logUpperBeta } from '../../core/incomplete-beta.ts'
import { logBeta } from '../../core/log-gamma.ts'
import { evidence } from './evidence.ts'

/** Half of an event of each kind: Jeffreys' mixture. */
const PRIOR = 0.5

/**
 * Whether bad events come more often than `allowedRate`, judged after every event: by the mixture e-value
 *
 *     E = integral over p > p0 of w(p) * (p / p0)^s * ((1 - p) / (1 - p0))^(n - s)
 *
 * with s bad events among n and w the Beta(1/2, 1/2) density above p0 = `allowedRate`, scaled to 1. With a true rate of
 * p0 or less E is a supermartingale, so it ever reaches 1 / alpha with a probability of at most alpha (Ville 1939; Ramdas,
 * Grünwald, Vovk, Shafer, "Game-theoretic statistics and safe anytime-valid inference", arXiv 2210.01948). The integral is
 * a ratio of incomplete beta functions, so an event takes the same short time however many there have been.
 *
 * Nothing is corrected in here: who watches several guards and variants divides one alpha by their number and gives
 * each its part (Bonferroni), which holds however they depend on each other. Events have to be independent, or about so:
 * count few for each user.
 */
export class GuardTest {
  readonly #allowedRate: number
  readonly #logPriorAbove: number
  #bad = 0
  #events = 0

  /** @param allowedRate from 0, where the first bad event is proof, to 1, where none says anything. */
  constructor(allowedRate: number) {
    this.#allowedRate = allowedRate
    this.#logPriorAbove = isInside(allowedRate) ? logUpperBeta(allowedRate, PRIOR, PRIOR) : 0
  }

  add(isBad: boolean): void {
    this.#events += 1
    if (isBad) this.#bad += 1
  }

  get events(): number {
    return this.#events
  }

  get badEvents(): number {
    return this.#bad
  }

  /** Of now: good events lessen it. */
  get eValue(): number {
    return evidence(this.#logE())
  }

  #logE(): number {
    const p0 = this.#allowedRate
    if (!isInside(p0)) return p0 <= 0 && this.#bad > 0 ? Number.POSITIVE_INFINITY : 0
    const a = this.#bad + PRIOR
    const b = this.#events - this.#bad + PRIOR
    const logAllowed = this.#bad * Math.log(p0) + (this.#events - this.#bad) * Math.log1p(-p0)
    return logBeta(a, b) - logBeta(PRIOR, PRIOR) + logUpperBeta(p0, a, b) - this.#logPriorAbove - logAllowed
  }
}

function isInside(rate: number): boolean {
  return rate > 0 && rate < 1
}
