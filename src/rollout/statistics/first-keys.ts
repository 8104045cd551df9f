const BUCKETS = 2 ** 18

/**
 * Which keys come for the first time, in 32 kB: keys are hashed into 262,144 buckets, and the first of each bucket is the
 * only one that counts. What is left out that way is chosen by the hash alone, so what is counted is a fair sample.
 */
export class FirstKeys {
  readonly #seen = new Uint8Array(BUCKETS / 8)

  /** True where neither this key nor another of its bucket was there before. */
  add(key: number): boolean {
    const bucket = key % BUCKETS
    const bit = 1 << (bucket & 7)
    const held = this.#seen[bucket >>> 3]!
    if ((held & bit) !== 0) return false
    this.#seen[bucket >>> 3] = held | bit
    return true
  }
}
