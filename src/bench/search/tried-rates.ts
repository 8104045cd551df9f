import type { RateTry } from './found-max.ts'
import {
  judgeLimit,
  type LatencyLimit,
  type LimitCounts,
  type LimitVerdict,
  seemsWithin,
} from './latency-limit.ts'

/** All loads of a search, and what those at one rate say together. */
export class TriedRates {
  readonly #limit: LatencyLimit
  readonly #tries: RateTry[] = []

  constructor(limit: LatencyLimit) {
    this.#limit = limit
  }

  get all(): readonly RateTry[] {
    return this.#tries
  }

  add(rateTry: RateTry): void {
    this.#tries.push(rateTry)
  }

  /** @param phase that of the loads which count; both unless set */
  at(rate: number, phase?: RateTry['phase']): readonly RateTry[] {
    return this.#tries.filter(
      (each) => each.ratePerSecond === rate && (phase === undefined || each.phase === phase),
    )
  }

  /** Of all loads at the rate together. */
  verdict(rate: number, phase?: RateTry['phase']): LimitVerdict {
    return judgeLimit(sumOf(this.at(rate, phase)), this.#limit)
  }

  /** How many of the loads at a rate kept the limit, each by itself. */
  kept(rate: number): number {
    return this.at(rate).filter(({ counts }) => seemsWithin(counts, this.#limit)).length
  }

  /** The largest rate up to this one at which every load kept the limit; 0 where there is none. */
  largestKept(rate: number): number {
    const rates = this.#rates().filter((each) => each <= rate && this.kept(each) === this.at(each).length)
    return Math.max(0, ...rates)
  }

  /** The smallest rate above this one that is beyond the limit with confidence. */
  smallestBeyond(rate: number): number | undefined {
    const rates = this.#rates().filter((each) => each > rate && this.verdict(each) === 'beyond')
    return rates.length === 0 ? undefined : Math.min(...rates)
  }

  #rates(): readonly number[] {
    return [...new Set(this.#tries.map(({ ratePerSecond }) => ratePerSecond))]
  }
}

function sumOf(tries: readonly RateTry[]): LimitCounts {
  let [requests, over] = [0, 0]
  for (const { counts } of tries) {
    requests += counts.requests
    over += counts.over
  }
  return { requests, over }
}
