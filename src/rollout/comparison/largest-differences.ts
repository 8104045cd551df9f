interface Kept {
  readonly size: number
  readonly example: string
}

/** Keeps the examples of the largest differences, and makes no others. */
export class LargestDifferences {
  readonly #most: number
  /** The largest first. */
  readonly #kept: Kept[] = []

  /** @param most how many are kept; none at 0 */
  constructor(most: number) {
    this.#most = most
  }

  get examples(): readonly string[] {
    return this.#kept.map(({ example }) => example)
  }

  /**
   * Asks for the example of a difference where it is among the largest so far, and gives it where it is kept. Of differences
   * of one size the first are kept, and an example that reads as one of the kept ones is not: one request often comes again.
   * @param size see differenceSize; an answer that agrees, of size 0, is no example
   */
  offer(size: number, makeExample: () => string): string | undefined {
    if (size <= 0) return undefined
    const place = this.#kept.findIndex((kept) => kept.size < size)
    const at = place === -1 ? this.#kept.length : place
    if (at >= this.#most) return undefined
    const example = makeExample()
    if (this.#kept.some((kept) => kept.example === example)) return undefined
    this.#kept.splice(at, 0, { size, example })
    if (this.#kept.length > this.#most) this.#kept.pop()
    return example
  }
}
