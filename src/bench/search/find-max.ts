import { invalidParameter } from '../../core/errors.ts'
import { Latencies } from '../latencies.ts'
import type { Measurement } from '../measurement.ts'
import { explainMax } from './explain-max.ts'
import type { FoundMax, RateTry } from './found-max.ts'
import { judgeLimit, type LatencyLimit, type LimitCounts, requestsForVerdict } from './latency-limit.ts'
import { RateSearch } from './rate-search.ts'
import { TriedRates } from './tried-rates.ts'

/** Measures a server at a Poisson rate, with arrivals of this seed. */
export type MeasureRate = (ratePerSecond: number, seconds: number, seed: number) => Promise<Measurement>

export interface FindMaxOptions {
  readonly limit: LatencyLimit
  /** Requests a second that the server answers in a closed loop of some connections; above 0. */
  readonly guessPerSecond: number
  /** How much above the found rate the smallest that failed may be; 0.05 unless set. */
  readonly precision?: number
  /**
   * Of one load; unless set 2, or longer for a long limit: so long that at a rate of `precision` above what the server can do
   * its queue grows beyond it. It lasts up to four times that, and longer at a low rate, where few requests prove nothing.
   */
  readonly leastSeconds?: number
  /** Measured times the rate that was found, and its neighbour, are tried once more; 2 unless set. */
  readonly repeats?: number
  /**
   * Of all loads together; the search ends with what is known by then. Unless set enough for fifteen loads: three minutes,
   * more where loads are longer, ten at most.
   */
  readonly maxSeconds?: number
  /** Of the first load; the others have those after it. */
  readonly seed?: number
  /** Ends the search with what is known by then. */
  readonly signal?: AbortSignal
  /** Called after each load. */
  readonly onTry?: (rateTry: RateTry) => void
}

type Defaulted = Required<
  Pick<FindMaxOptions, 'precision' | 'leastSeconds' | 'repeats' | 'maxSeconds' | 'seed'>
>

const DEFAULTS = { precision: 0.05, repeats: 2, seed: 1 } as const
const [LEAST_SECONDS, MOST_LEAST_SECONDS] = [2, 15]
const [LEAST_TOTAL, MOST_TOTAL] = [180, 600]
const LOADS = 15
const MOST_PROBES = 14
/** Of the guess: a server that is too slow at so low a rate is too slow without any load. */
const LOWEST = 0.02
const MOST_STEPS = 4
const LONGEST = 4
/** Of the precision: so far from the found rate a load bounds it below, and another one above. */
const BRACKET = 4
/**
 * By how much bursts of requests over the limit exceed those of one queue that drains by its mean excess, for they differ in
 * size: the variance of their number over its mean, in queues M/M/1 and M/D/1 that are 8 to 98 % busy 3.2 to 5.2.
 */
const BURST = 4
/** Of a search however few requests arrive: with fewer nothing is found. */
const LEAST_LOADS = 6
/** Of a server; the guess may be too low. */
const LEAST_FREE = 0.01

/**
 * The largest rate of Poisson arrivals whose latencies stay within a limit: MLPerf Inference's score of the server
 * scenario ("the largest Poisson arrival rate that meets the latency constraint").
 *
 * A rate counts as kept when its requests prove it (`judgeLimit`); where they prove nothing, it is measured again and longer,
 * and then counts as what it seems to be. The search ends between a rate that is kept and one that is not, within the precision.
 * Then both are measured anew, in turn (ABBA), so that a machine that gets slower or faster is seen: a rate that is not proved
 * gives way to a lower one, a neighbour that is takes its place. Loads at some distance on both sides bound it.
 * @throws ServingError INVALID_PARAMETER_VALUE for a limit or guess that makes no sense; what `measure` throws, unless
 * `signal` has ended a search in which something was measured
 */
export async function findMax(measure: MeasureRate, options: FindMaxOptions): Promise<FoundMax> {
  check(options)
  return new MaxSearch(measure, options).find()
}

class MaxSearch {
  readonly #measure: MeasureRate
  readonly #options: FindMaxOptions & Defaulted
  readonly #tried: TriedRates
  #seconds = 0

  constructor(measure: MeasureRate, options: FindMaxOptions) {
    this.#measure = measure
    const { leastSeconds = secondsOfLoad(options) } = options
    this.#options = { ...DEFAULTS, maxSeconds: secondsFor(options, leastSeconds), ...options, leastSeconds }
    this.#tried = new TriedRates(options.limit)
  }

  async find(): Promise<FoundMax> {
    try {
      return await this.#findToTheEnd()
    } catch (error) {
      if (this.#options.signal?.aborted !== true || this.#tried.all.length === 0) throw error
      return this.#found(this.#tried.largestKept(), false)
    }
  }

  async #findToTheEnd(): Promise<FoundMax> {
    const search = await this.#search()
    let rate = search.found.perSecond
    let confirmed = false
    if (rate > 0) {
      ;({ rate, confirmed } = await this.#confirm(rate, search.smallestFailed))
      await this.#bracket(rate)
    }
    return this.#found(rate, confirmed)
  }

  async #search(): Promise<RateSearch> {
    const { guessPerSecond, precision } = this.#options
    const search = new RateSearch(guessPerSecond, { probes: MOST_PROBES, precision })
    for (let rate = search.next; rate !== undefined; rate = search.next) {
      if (this.#isLate || (search.found.perSecond === 0 && rate < guessPerSecond * LOWEST)) break
      const { measurement } = await this.#try(rate, 'search')
      search.add({ ...this.#judge(rate), sentLate: !measurement.valid })
    }
    return search
  }

  /** What is not proved by two loads is what it seems to be: the proof is for the rate that is found. */
  #judge(rate: number): { readonly passed: boolean; readonly disturbed: boolean } {
    const verdict = this.#tried.verdict(rate)
    const isOpen = verdict === 'undecided'
    const isRepeated = this.#tried.at(rate).length > 1
    const passed = verdict === 'within' || (isOpen && isRepeated && this.#tried.seems(rate))
    return { passed, disturbed: isOpen && !isRepeated }
  }

  /** The rate that is confirmed in the end; the first one, unconfirmed, where the time was too short for any. */
  async #confirm(first: number, failed: number): Promise<{ rate: number; confirmed: boolean }> {
    const factor = 1 + this.#options.precision
    let [rate, neighbour] = [first, Number.isFinite(failed) ? failed : first * factor]
    for (let step = 0; step < MOST_STEPS && !this.#isLate; step += 1) {
      await this.#inTurn(rate, neighbour)
      const isKept = this.#isConfirmed(rate)
      if (isKept && !this.#isConfirmed(neighbour)) return { rate, confirmed: true }
      if (isKept) [rate, neighbour] = [neighbour, neighbour * factor]
      else if (!this.#isConfirmed(neighbour))
        [rate, neighbour] = [rate / (1 + (step + 1) * (factor - 1)), rate]
      else return { rate, confirmed: false }
    }
    return { rate: this.#isConfirmed(rate) ? rate : first, confirmed: this.#isConfirmed(rate) }
  }

  /** A load at some distance on each side, where what was measured so far does not bound the rate as closely. */
  async #bracket(rate: number): Promise<void> {
    const factor = 1 + BRACKET * this.#options.precision
    const { low, high = Number.POSITIVE_INFINITY } = this.#tried.interval(rate)
    if (low < rate / factor && !this.#isLate) await this.#try(rate / factor, 'confirmation')
    if (high > rate * factor && !this.#isLate) await this.#try(rate * factor, 'confirmation')
  }

  /** Both rates as often as they are to be repeated: ABBA, or as long as nothing is proved once more. */
  async #inTurn(rate: number, neighbour: number): Promise<void> {
    const { repeats } = this.#options
    for (let round = 0; round < 2 * repeats && !this.#isLate; round += 1) {
      if (round >= repeats && this.#tried.verdict(rate, 'confirmation') !== 'undecided') return
      const pair = round % 2 === 0 ? [rate, neighbour] : [neighbour, rate]
      for (const each of pair) {
        if (this.#tried.at(each, 'confirmation').length <= round) await this.#try(each, 'confirmation')
      }
    }
  }

  #isConfirmed(rate: number): boolean {
    const tries = this.#tried.at(rate, 'confirmation')
    return (
      tries.every(({ measurement }) => measurement.valid) &&
      this.#tried.verdict(rate, 'confirmation') === 'within'
    )
  }

  async #try(ratePerSecond: number, phase: RateTry['phase']): Promise<RateTry> {
    const { limit, seed, signal, onTry } = this.#options
    signal?.throwIfAborted()
    const seconds = this.#secondsAt(ratePerSecond, phase)
    const measurement = await this.#measure(ratePerSecond, seconds, seed + this.#tried.all.length)
    const { counts, burst } = await overLimit(measurement, this.#options)
    const rateTry = {
      ratePerSecond,
      seconds,
      phase,
      counts,
      burst,
      verdict: judgeLimit(counts, limit),
      measurement,
    }
    this.#tried.add(rateTry)
    this.#seconds += seconds
    onTry?.(rateTry)
    return rateTry
  }

  /**
   * Long enough for a verdict where requests are many, longer at each repeat. Where they are few, the first load is short too: a
   * server that is much too slow shows it with a handful.
   */
  #secondsAt(rate: number, phase: RateTry['phase']): number {
    const { limit, leastSeconds, maxSeconds } = this.#options
    const before = this.#tried.at(rate, phase)
    const needed = requestsForVerdict(limit) / rate
    const isFirst = phase === 'search' && before.length === 0
    const times = phase === 'search' ? 2 ** before.length : LONGEST
    const usual = Math.min(LONGEST * leastSeconds, Math.max(leastSeconds, needed) * times)
    return isFirst ? usual : Math.max(usual, Math.min(maxSeconds / LEAST_LOADS, needed))
  }

  get #isLate(): boolean {
    return this.#seconds >= this.#options.maxSeconds
  }

  #found(ratePerSecond: number, confirmed: boolean): FoundMax {
    const { limit } = this.#options
    const tried = this.#tried
    const interval = tried.interval(ratePerSecond)
    const found = {
      limit,
      ratePerSecond,
      confirmed,
      interval,
      boundBy: this.#boundBy(ratePerSecond),
      tries: tried.all,
    }
    return { ...found, explanation: explainMax(found, tried) }
  }

  /** By the lowest rate above the found one that was not kept. */
  #boundBy(rate: number): FoundMax['boundBy'] {
    const above = this.#tried.all.filter(
      (each) => each.ratePerSecond > rate && (!each.measurement.valid || each.verdict !== 'within'),
    )
    const lowest = Math.min(...above.map(({ ratePerSecond }) => ratePerSecond))
    const atLowest = above.filter(({ ratePerSecond }) => ratePerSecond === lowest)
    if (atLowest.length === 0) return 'time'
    return atLowest.every(({ measurement }) => !measurement.valid) ? 'generator' : 'server'
  }
}

/** At a rate of `precision` above the largest that is possible a queue grows by so much of each second: twice as long as it takes to the limit. */
function secondsOfLoad({ limit, precision = DEFAULTS.precision }: FindMaxOptions): number {
  return Math.min(MOST_LEAST_SECONDS, Math.max(LEAST_SECONDS, (2 * limit.milliseconds) / 1000 / precision))
}

/** In which a search of as many loads as most take comes to its end. */
function secondsFor({ limit, guessPerSecond }: FindMaxOptions, leastSeconds: number): number {
  const aLoad = Math.max(2 * leastSeconds, requestsForVerdict(limit) / guessPerSecond)
  return Math.max(LEAST_TOTAL, Math.min(MOST_TOTAL, LOADS * aLoad), LEAST_LOADS * leastSeconds)
}

/** Failures count as over the limit: who got no right answer still waits for one. */
async function overLimit(
  { histogram, offered, answered, seconds }: Measurement,
  { limit, guessPerSecond }: FindMaxOptions,
): Promise<{ counts: LimitCounts; burst: number }> {
  const latencies = await Latencies.merge([histogram])
  const { count, meanExcessMs } = excessOf(latencies, limit)
  const rate = offered / seconds
  const burst = 1 + (BURST * (rate / 1000) * meanExcessMs) / freeShare(rate, guessPerSecond, meanExcessMs)
  return { counts: { requests: offered, over: offered - answered + count }, burst }
}

/**
 * Of the server, so that a queue drains: by the guess, which may be too high, or by the excess. Where it is the tail of one
 * queue its mean is that of a service time, divided by the share that is free (the queue M/M/1; others have longer services).
 */
function freeShare(rate: number, guessPerSecond: number, meanExcessMs: number): number {
  const byExcess = meanExcessMs === 0 ? 1 : 1000 / guessPerSecond / meanExcessMs
  return Math.max(LEAST_FREE, Math.min(1 - rate / guessPerSecond, byExcess))
}

function excessOf(
  latencies: Latencies,
  { milliseconds }: LatencyLimit,
): { count: number; meanExcessMs: number } {
  let [count, sum] = [0, 0]
  for (const bar of latencies.bars()) {
    if (bar.upToMs <= milliseconds) continue
    count += bar.count
    sum += bar.count * (bar.upToMs - milliseconds)
  }
  return { count, meanExcessMs: count === 0 ? 0 : sum / count }
}

function check({ limit, guessPerSecond }: FindMaxOptions): void {
  const { percentile, milliseconds, confidence } = limit
  if (!(percentile > 0 && percentile < 100))
    throw invalidParameter(`There is no percentile ${percentile} to keep`)
  if (!(milliseconds > 0)) throw invalidParameter(`A latency limit is above 0 ms, not ${milliseconds} ms`)
  if (!(confidence > 0.5 && confidence < 1))
    throw invalidParameter(`A confidence is above 0.5 and below 1, not ${confidence}`)
  if (!(guessPerSecond > 0 && Number.isFinite(guessPerSecond)))
    throw invalidParameter(
      `A search cannot begin at ${guessPerSecond} requests a second: was nothing answered?`,
    )
}
