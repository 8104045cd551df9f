/** Chooses among kinds of requests by their weights. */
export class RequestMix {
  readonly #upTo: readonly number[]
  readonly #random: () => number

  /** @param weights at least one of them above 0. */
  constructor(weights: readonly number[], random: () => number) {
    let sum = 0
    this.#upTo = weights.map((weight) => {
      sum += weight
      return sum
    })
    this.#random = random
  }

  /** @returns the index of a weight. */
  pick(): number {
    if (this.#upTo.length === 1) return 0
    const at = this.#random() * this.#upTo.at(-1)!
    let low = 0
    let high = this.#upTo.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if (at < this.#upTo[middle]!) high = middle
      else low = middle + 1
    }
    return low
  }
}
