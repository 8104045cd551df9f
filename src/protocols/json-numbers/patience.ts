/** Bodies of new skeletons, more than of known ones, after which most are not looked at. */
const MOST_MISSES = 8
/** One of so many is looked at nonetheless. */
const SAMPLED = 16

/** Where texts are among the data each body has a skeleton of its own, and scanning it is lost time. */
export class Patience {
  readonly #mostMisses: number
  #misses = 0
  #unseen = 0

  constructor(mostMisses = MOST_MISSES) {
    this.#mostMisses = mostMisses
  }

  /** Whether the next body is worth a look. */
  get isLeft(): boolean {
    if (this.#misses < this.#mostMisses) return true
    this.#unseen = (this.#unseen + 1) % SAMPLED
    return this.#unseen === 0
  }

  hit(): void {
    if (this.#misses > 0) this.#misses -= 1
  }

  miss(): void {
    if (this.#misses < this.#mostMisses) this.#misses += 1
  }
}
