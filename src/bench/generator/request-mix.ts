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
    return this.#upTo.findIndex((upTo) => at < upTo)
  }
}
