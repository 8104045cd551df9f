/** Numbers that are the same in every run: a xorshift generator (Marsaglia, "Xorshift RNGs", 2003). */
export class SeededRandom {
  #state: number

  /** @param seed any whole number. */
  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) ^ 0x6d2b79f5 || 1
    for (let turn = 0; turn < 8; turn += 1) this.#next()
  }

  /** From 0 up to, but not including, 1. */
  uniform(): number {
    return this.#next() / 2 ** 32
  }

  /** Normally distributed around 0, with deviation 1; about, as the sum of a few others is. */
  normal(): number {
    return (this.uniform() + this.uniform() + this.uniform() + this.uniform() - 2) * Math.sqrt(3)
  }

  /** A whole number from 0 up to, but not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.uniform() * limit)
  }

  #next(): number {
    let state = this.#state
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.#state = state
    return state >>> 0
  }
}
