import type { RateTry } from './found-max.ts'
import {
  judgeLimit,
  type LatencyLimit,
  type LimitCounts,
  type LimitVerdict,
  seemsWithin,
} from './latency-limit.ts'

/** On each side: 95 % between both. */
const INTERVAL_CONFIDENCE = 0.975

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

  /** Of all rates that were tried; 0 where none was. */
  get lowest(): number {
    return this.#tries.length === 0 ? 0 : Math.min(...this.#rates())
  }

  /** Of all loads at the rate together. */
  counts(rate: number, phase?: RateTry['phase']): LimitCounts {
    return sumOf(this.at(rate, phase))
  }

  /** Of all loads at the rate together. */
  verdict(rate: number, phase?: RateTry['phase']): LimitVerdict {
    return judgeLimit(this.counts(rate, phase), this.#limit)
  }

  /** Of all rates that are proved to be within the limit; 0 where none is. */
  largestKept(): number {
    const kept = this.#rates().filter((rate) => this.verdict(rate) === 'within')
    return Math.max(0, ...kept)
  }

  /** How many of the loads at a rate kept the limit, each by itself. */
  kept(rate: number): number {
    return this.at(rate).filter(({ counts }) => seemsWithin(counts, this.#limit)).length
  }

  /**
   * Between which rates the true one is. Fewer are over the limit at a lower rate, so the loads from a rate up to the found
   * one speak for it, and those from the found one up speak against it.
   * @param found that of the search, 0 for none
   */
  interval(found: number): { readonly low: number; readonly high: number | undefined } {
    const rates = this.#rates()
    const low = rates.filter((rate) => rate <= found && this.#between(rate, found) === 'within')
    const high = rates.filter((rate) => rate > found && this.#between(found, rate) === 'beyond')
    return { low: Math.max(0, ...low), high: high.length === 0 ? undefined : Math.min(...high) }
  }

  #between(from: number, to: number): LimitVerdict {
    const isAbove = (rate: number): boolean => rate >= from
    const tries = this.#tries.filter(({ ratePerSecond }) => isAbove(ratePerSecond) && ratePerSecond <= to)
    const { requests, over } = sumOf(tries)
    const burst = meanBurst(tries)
    const counts = { requests: requests / burst, over: over / burst }
    return judgeLimit(counts, { ...this.#limit, confidence: INTERVAL_CONFIDENCE })
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

/** Of the requests over the limit; those of one burst say as much as one. */
function meanBurst(tries: readonly RateTry[]): number {
  let [over, sum] = [0, 0]
  for (const { counts, burst } of tries) {
    over += counts.over
    sum += counts.over * burst
  }
  return over === 0 ? 1 : sum / over
}
