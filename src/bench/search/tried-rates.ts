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

  /** Whether no more of all requests at the rate were over the limit than may be. */
  seems(rate: number): boolean {
    return seemsWithin(this.counts(rate), this.#limit)
  }

  /** How many of the loads at a rate kept the limit, each by itself. */
  kept(rate: number): number {
    return this.at(rate).filter(({ counts }) => seemsWithin(counts, this.#limit)).length
  }

  /**
   * Between which rates the true one is. Fewer are over the limit at a lower rate, so the loads from a rate up to the found
   * one speak for it, and those above the found one up to a rate speak against that.
   * @param found that of the search, 0 for none
   */
  interval(found: number): { readonly low: number; readonly high: number | undefined } {
    const rates = this.#rates()
    const low = rates.filter(
      (rate) => rate <= found && this.#of((each) => each >= rate && each <= found) === 'within',
    )
    const high = rates.filter(
      (rate) => rate > found && this.#of((each) => each > found && each <= rate) === 'beyond',
    )
    return { low: Math.max(0, ...low), high: high.length === 0 ? undefined : Math.min(...high) }
  }

  /** Of loads at some rates, with bursts counted as one. */
  #of(isMeant: (rate: number) => boolean): LimitVerdict {
    const tries = this.#tries.filter(({ ratePerSecond }) => isMeant(ratePerSecond))
    const { requests, over } = sumOf(tries)
    const burst = Math.max(meanBurst(tries), dispersion(tries))
    const counts = { requests: requests / burst, over: over / burst }
    return judgeLimit(counts, { ...this.#limit, confidence: INTERVAL_CONFIDENCE })
  }

  #rates(): readonly number[] {
    return [...new Set(this.#tries.map(({ ratePerSecond }) => ratePerSecond))]
  }
}

function sumOf(tries: readonly Pick<RateTry, 'counts'>[]): LimitCounts {
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

/** Of the requests over the limit: where more are, loads differ by how long the queue has grown, not by chance. */
const SHARE_OF_INTEREST = 0.1

/**
 * By how much more loads at one rate differ than independent requests would make them: Pearson's chi-square by its degrees of freedom,
 * the dispersion of a quasi-binomial model (McCullagh, Nelder, Generalized Linear Models, 4.5). At least 1.
 */
function dispersion(tries: readonly RateTry[]): number {
  let [square, freedom] = [0, 0]
  for (const loads of Map.groupBy(tries, ({ ratePerSecond }) => ratePerSecond).values()) {
    const all = sumOf(loads)
    const share = all.over / all.requests
    if (loads.length < 2 || share === 0 || share > SHARE_OF_INTEREST) continue
    freedom += loads.length - 1
    for (const { counts } of loads)
      square += (counts.over - counts.requests * share) ** 2 / (counts.requests * share * (1 - share))
  }
  return freedom === 0 ? 1 : Math.max(1, square / freedom)
}
