import type { BatchPlan } from './batch-plan.ts'

export interface SizeLimits {
  /** No run is predicted to take longer, where it can be helped. */
  readonly longestRunMs: number
  /** Runs shorter than this are not worth being spread over several threads. */
  readonly shortestRunMs: number
  /** The most rows that the engine takes. */
  readonly mostRows: number
}

/** The numbers of rows that runs may have. */
export class BatchSizes {
  readonly #sizes: readonly number[]
  /** The largest of them. */
  readonly largest: number
  /** The smallest that is worth a thread of its own. */
  readonly least: number

  /** @param plan its smallest size is kept even where a run of it takes too long. */
  constructor(plan: BatchPlan, { longestRunMs, shortestRunMs, mostRows }: SizeLimits) {
    const [smallest = 1] = plan.sizes
    const sizes = plan.sizes.filter(
      (size) => size === smallest || (size <= mostRows && plan.runMs(size) <= longestRunMs),
    )
    this.#sizes = sizes
    this.largest = sizes.at(-1) ?? 1
    this.least = sizes.findLast((size) => plan.runMs(size) <= shortestRunMs) ?? smallest
  }

  has(rows: number): boolean {
    return rows > 0 && this.#atMost(rows) === rows
  }

  /**
   * The rows of the next run, where `available` of them wait and each free place is to get `share`: rounded up, so
   * that nothing is left for which there is no place. 0 where not even the smallest size is reached.
   */
  choose(available: number, share: number): number {
    const wanted = this.#atLeast(Math.max(share, this.least))
    return wanted <= available ? wanted : this.#atMost(available)
  }

  #atLeast(rows: number): number {
    return this.#sizes[this.#indexOf(rows)] ?? this.largest
  }

  #atMost(rows: number): number {
    const at = this.#indexOf(rows)
    return this.#sizes[at] === rows ? rows : (this.#sizes[at - 1] ?? 0)
  }

  /** Index of the first size that is not under `rows`. */
  #indexOf(rows: number): number {
    let low = 0
    let high = this.#sizes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#sizes[middle]! < rows) low = middle + 1
      else high = middle
    }
    return low
  }
}
