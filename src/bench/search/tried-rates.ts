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

/** Chance alone makes found rates differ by so much, however many requests there were. */
const CLOSEST = 1.05
/** Of the logarithm of a rate: about 15 % up and down. */
const NEAR = 0.15
/** Over the limit: where more are, the queue has only grown, and does not come and go in bursts. */
const SHARE_OF_INTEREST = 0.5

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
    const isAround = (rate: number): boolean => Math.abs(Math.log(rate / found)) < NEAR
    const [around, below] = [this.#burst(isAround), this.#burst((rate) => rate <= found && isAround(rate))]
    // At a lower rate bursts are shorter, but a load that shows none may have had luck.
    const low = rates.filter(
      (rate) =>
        (rate <= found && this.#of((each) => each >= rate && each <= found, below) === 'within') ||
        (rate < found && this.#of((each) => each >= rate && each < found, Math.sqrt(below)) === 'within'),
    )
    const high = rates.filter(
      (rate) => rate > found && this.#of((each) => each > found && each <= rate, around) === 'beyond',
    )
    return {
      low: Math.min(found / CLOSEST, Math.max(0, ...low)),
      high: high.length === 0 ? undefined : Math.max(found * CLOSEST, Math.min(...high)),
    }
  }

  /** Of loads at some rates, with bursts counted as one. */
  #of(isMeant: (rate: number) => boolean, burst: number): LimitVerdict {
    const { requests, over } = sumOf(this.#tries.filter(({ ratePerSecond }) => isMeant(ratePerSecond)))
    const counts = { requests: requests / burst, over: over / burst }
    return judgeLimit(counts, { ...this.#limit, confidence: INTERVAL_CONFIDENCE })
  }

  #burst(isMeant: (rate: number) => boolean): number {
    const tries = this.#tries.filter(
      ({ ratePerSecond, counts }) =>
        isMeant(ratePerSecond) && counts.over < counts.requests * SHARE_OF_INTEREST,
    )
    return Math.max(meanBurst(tries), dispersion(tries))
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

/**
 * By how much more loads at one rate differ than independent requests would make them: Pearson's chi-square by its degrees of freedom,
 * the dispersion of a quasi-binomial model (McCullagh, Nelder, Generalized Linear Models, 4.5). At least 1.
 */
function dispersion(tries: readonly RateTry[]): number {
  let [square, freedom] = [0, 0]
  for (const loads of Map.groupBy(tries, ({ ratePerSecond }) => ratePerSecond).values()) {
    const all = sumOf(loads)
    const share = all.over / all.requests
    if (loads.length < 2 || share === 0) continue
    freedom += loads.length - 1
    for (const { counts } of loads)
      square += (counts.over - counts.requests * share) ** 2 / (counts.requests * share * (1 - share))
  }
  return freedom === 0 ? 1 : Math.max(1, square / freedom)
}
