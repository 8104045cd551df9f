/** A power of two; a byte each. */
const COUNTERS = 2 ** 16

/** Of each key. */
const MOST = 3

/**
 * Lets each key through three times. A counter is shared by keys whose numbers end alike, so some are let through less often,
 * never more. Once half of the counters are in use all begin anew: it never goes deaf, and of millions of keys one that comes
 * again and again is let through at most three times among some 30,000 others.
 */
export class KeyCap {
  /** From the first event on. */
  #counts: Uint8Array | undefined
  #used = 0

  /** Counts an event of a key (a number of `keyNumber`), and says whether it is let through. */
  take(key: number): boolean {
    const index = key % COUNTERS
    this.#counts ??= new Uint8Array(COUNTERS)
    const count = this.#counts[index]!
    if (count >= MOST) return false
    if (count === 0) this.#use()
    this.#counts[index] = count + 1
    return true
  }

  clear(): void {
    if (this.#used === 0) return
    this.#counts?.fill(0)
    this.#used = 0
  }

  #use(): void {
    if (this.#used * 2 >= COUNTERS) this.clear()
    this.#used += 1
  }
}
