import type { Placement } from '../served-model.ts'
import type { BatchTrial } from './batch-trial.ts'
import { NotBatched } from './not-batched.ts'

export interface SizeSearchOptions {
  readonly trial: BatchTrial
  readonly placement: Placement
  readonly targetP99Ms: number | undefined
  /** No size is larger. */
  readonly most: number
  /** Milliseconds of runs that may still be made. */
  budgetMs(): number
  /** Told once, of the first few sizes, when they are known to be worth it. */
  onGain(sizes: readonly number[]): Promise<void>
}

/** The longest that one batch may keep the serving thread. */
const LONGEST_INLINE_MS = 5
/** In a pool a request may have to wait for a batch that began just before it came. */
const LONGEST_POOLED_MS = 10
/** As long as a batch may take where one row alone takes longer than that. */
const LONGEST_AGAINST_ONE = 1.5
/** A size of which the time per row is within this share of the best is as good. */
const AS_GOOD = 1.1
/** Less than a tenth is no gain. */
const GAIN = 0.9
const FEWEST_RUNS = 3
const MOST_RUNS = 5
/** Runs of one size are repeated for so long, in milliseconds; slow ones are made twice. */
const SIZE_MS = 10
const SLOW_MS = 60
/** A server that is busy from the start has its first batches as soon as so many rows were run. */
const FIRST_ROWS = 8

/**
 * Measures 1, 2, 4, 8, … rows and chooses the smallest number of which the time per row is about the best, as far as
 * a run takes no longer than it may.
 * @throws NotBatched where there is none above 1, and what the trial throws.
 */
export async function searchSize(options: SizeSearchOptions): Promise<number> {
  const search = new SizeSearch(options)
  let sizes = await search.grow()
  // What else the machine did meanwhile may hide a gain once. Twice is worth no request's waiting.
  if (!search.findsGain(sizes) && search.mayStartOver()) sizes = await search.grow()
  return search.choose(sizes)
}

/** What no batch may take longer than, however many rows are wanted, in milliseconds; Infinity where nothing is said. */
export function longestRunMs(placement: Placement, targetP99Ms = Number.POSITIVE_INFINITY): number {
  // Who comes just after a run has begun waits for it, and then for the next one.
  const wanted = targetP99Ms / 2
  return placement === 'inline' ? Math.min(wanted, LONGEST_INLINE_MS) : wanted
}

class SizeSearch {
  readonly #options: SizeSearchOptions
  #largestMeasured = 1

  constructor(options: SizeSearchOptions) {
    this.#options = options
  }

  /** Measures size after size. @returns those that take no longer than they may. */
  async grow(): Promise<readonly number[]> {
    const { most, onGain } = this.#options
    await this.#measure(1)
    const sizes = [1]
    for (let size = 2; size <= most && this.#mayMeasure(size); size *= 2) {
      if ((await this.#measure(size)) > this.#boundMs()) break
      sizes.push(size)
      if (size === FIRST_ROWS && this.#isGain(size)) await onGain(sizes)
      if (this.#isFlat(sizes)) break
    }
    return sizes
  }

  /** Whether any of the sizes is worth it. */
  findsGain(sizes: readonly number[]): boolean {
    return sizes.some((size) => this.#isGain(size))
  }

  /** Whether there is time to measure the first sizes once more. */
  mayStartOver(): boolean {
    const { trial, budgetMs } = this.#options
    return this.#mayMeasure(2) && 2 * FEWEST_RUNS * trial.times.shortest(1) <= budgetMs()
  }

  /** How long a batch may take at most. */
  #boundMs(): number {
    const { placement, targetP99Ms, trial } = this.#options
    const limit = longestRunMs(placement, targetP99Ms)
    if (limit < Number.POSITIVE_INFINITY) return limit
    return Math.max(LONGEST_POOLED_MS, LONGEST_AGAINST_ONE * trial.times.shortest(1))
  }

  /** @returns the shortest of a few runs, in milliseconds. */
  async #measure(size: number): Promise<number> {
    const { trial } = this.#options
    this.#largestMeasured = size
    let spent = 0
    for (let run = 0; run < MOST_RUNS; run += 1) {
      if (run >= FEWEST_RUNS && spent > SIZE_MS) break
      if (run > 1 && spent > SLOW_MS) break
      spent += await trial.run(size)
    }
    return trial.times.shortest(size)
  }

  #mayMeasure(size: number): boolean {
    const { trial, placement, budgetMs } = this.#options
    const bound = this.#boundMs()
    const half = trial.times.shortest(size / 2)
    // Runs in the serving thread are never longer than they may be, as far as it can be foreseen.
    if (placement === 'inline' && 2 * half > bound) return false
    return half <= bound && 2 * 2 * half <= budgetMs()
  }

  /** The last two doublings made nothing better. */
  #isFlat(sizes: readonly number[]): boolean {
    if (sizes.length < 4) return false
    const earlier = Math.min(...sizes.slice(0, -2).map((size) => this.#rowMs(size)))
    return sizes.slice(-2).every((size) => this.#rowMs(size) > earlier * GAIN)
  }

  /** Whether a row takes clearly less time in a batch of so many. */
  #isGain(size: number): boolean {
    return this.#rowMs(size) <= this.#rowMs(1) * GAIN
  }

  /** @throws NotBatched where none is worth it. */
  choose(sizes: readonly number[]): number {
    const best = Math.min(...sizes.map((size) => this.#rowMs(size)))
    const chosen = sizes.find((size) => this.#rowMs(size) <= best * AS_GOOD && this.#isGain(size))
    if (chosen === undefined) throw new NotBatched(this.#noGain())
    return chosen
  }

  #noGain(): string {
    const { trial, targetP99Ms } = this.#options
    const alone = text(trial.times.shortest(1))
    const last = this.#largestMeasured
    if (last === 1) {
      const target = targetP99Ms === undefined ? '' : `, for a target of ${targetP99Ms} ms`
      return `batching gains nothing: a batch may take ${text(this.#boundMs())} ms${target}, and a row alone takes ${alone} ms`
    }
    const share = Math.round((this.#rowMs(last) / this.#rowMs(1)) * 100)
    return `batching gains nothing: a row takes ${alone} ms alone, and ${share} % of that in a batch of ${last}`
  }

  #rowMs(size: number): number {
    return this.#options.trial.times.shortest(size) / size
  }
}

/** Milliseconds as a reason tells them. */
export function text(ms: number): string {
  return String(Number(ms.toPrecision(2)))
}
