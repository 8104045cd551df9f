/** What a load at one rate showed. */
export interface Probe {
  /** The limit was kept. */
  readonly passed: boolean
  /** That it was not may have another reason than the server: too few requests, others at work on the machine. */
  readonly doubtful: boolean
  /** The generator could send no faster, or sent too late: the load was not the one asked for. */
  readonly sentLate: boolean
}

export interface RateSearchLimits {
  /** Probes in all, those that are repeated too. */
  readonly probes: number
  /** Ends once the smallest rate that failed is at most this share above the largest that passed. */
  readonly precision: number
}

export interface FoundRate {
  /** 0 where even the smallest failed. */
  readonly perSecond: number
  readonly bound: 'server' | 'generator'
}

/** Of the guess, which is the rate of a closed loop: at that rate arrivals at random would have to wait. */
const FIRST_FACTOR = 0.8
const RISING = [1.25, 1.5, 2]
const FALLING = [0.5, 0.5, 0.25]

/**
 * The search for the largest rate that passes: up or down by factors until one has passed and one has failed, then
 * halfway between (of their logarithms). Whatever spoils a load makes it fail, so a pass counts at once, and a failure
 * only if nothing else explains it, or it comes twice.
 */
export class RateSearch {
  readonly #limits: RateSearchLimits
  #rate: number
  #passed = 0
  #failed = Number.POSITIVE_INFINITY
  /** Whether the generator was the reason of the smallest that failed. */
  #sentLate = false
  #probes = 0
  #steps = 0
  #repeated = false

  /** @param guess a rate a second, above 0. */
  constructor(guess: number, limits: RateSearchLimits) {
    this.#limits = limits
    this.#rate = guess * FIRST_FACTOR
  }

  /** The rate to try now; undefined once the search is over. */
  get next(): number | undefined {
    const isExact = this.#failed <= this.#passed * (1 + this.#limits.precision)
    return isExact || this.#probes >= this.#limits.probes ? undefined : this.#rate
  }

  get found(): FoundRate {
    return { perSecond: this.#passed, bound: this.#sentLate ? 'generator' : 'server' }
  }

  /** Infinity where none has. */
  get smallestFailed(): number {
    return this.#failed
  }

  /** @param probe what the rate of `next` showed. */
  add({ passed, doubtful, sentLate }: Probe): void {
    this.#probes += 1
    const succeeded = passed && !sentLate
    const maySucceed = !succeeded && (doubtful || sentLate)
    if (maySucceed && !this.#repeated) {
      this.#repeated = true
      return
    }
    this.#repeated = false
    if (succeeded) this.#passed = this.#rate
    else this.#fail(sentLate)
    this.#rate = this.#nextRate()
    this.#steps += 1
  }

  #fail(sentLate: boolean): void {
    this.#failed = this.#rate
    this.#sentLate = sentLate
  }

  #nextRate(): number {
    if (this.#passed === 0) return this.#rate * factor(FALLING, this.#steps)
    if (this.#failed === Number.POSITIVE_INFINITY) return this.#rate * factor(RISING, this.#steps)
    return Math.sqrt(this.#passed * this.#failed)
  }
}

function factor(factors: readonly number[], step: number): number {
  return factors[Math.min(step, factors.length - 1)]!
}
