import type { Measurement } from '../measurement.ts'
import { explainMax } from './explain-max.ts'
import { checkOptions, type FindMaxOptions } from './find-max-options.ts'
import type { FoundMax, RateTry } from './found-max.ts'
import { judgeLimit } from './latency-limit.ts'
import { overLimit } from './over-limit.ts'
import { RateSearch } from './rate-search.ts'
import { SearchTimes } from './search-times.ts'
import { TriedRates } from './tried-rates.ts'

/** Measures a server at a Poisson rate, with arrivals of this seed. */
export type MeasureRate = (ratePerSecond: number, seconds: number, seed: number) => Promise<Measurement>

type Defaulted = Required<Pick<FindMaxOptions, 'precision' | 'repeats' | 'seed'>>

const DEFAULTS = { precision: 0.05, repeats: 2, seed: 1 } as const
const MOST_PROBES = 14
/** Of the guess: a server that is too slow at so low a rate is too slow without any load. */
const LOWEST = 0.02
const MOST_STEPS = 4
/** Of the precision: so far from the found rate a load bounds it below, and another one above. */
const BRACKET = 4

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
  checkOptions(options)
  return new MaxSearch(measure, options).find()
}

class MaxSearch {
  readonly #measure: MeasureRate
  readonly #options: FindMaxOptions & Defaulted
  readonly #times: SearchTimes
  readonly #tried: TriedRates
  #seconds = 0

  constructor(measure: MeasureRate, options: FindMaxOptions) {
    this.#measure = measure
    this.#options = { ...DEFAULTS, ...options }
    this.#times = new SearchTimes(this.#options)
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
      search.add({ ...this.#judge(rate), sentLate: measurement.generator.wasLimit })
    }
    return search
  }

  /** What is not proved by two loads is what it seems to be: the proof is for the rate that is found. */
  #judge(rate: number): { readonly passed: boolean; readonly doubtful: boolean } {
    const verdict = this.#tried.verdict(rate)
    const isOpen = verdict === 'undecided'
    const isRepeated = this.#tried.at(rate).length > 1
    const passed = verdict === 'within' || (isOpen && isRepeated && this.#tried.seems(rate))
    return { passed, doubtful: isOpen && !isRepeated }
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
      tries.every(({ measurement }) => !measurement.generator.wasLimit) &&
      this.#tried.verdict(rate, 'confirmation') === 'within'
    )
  }

  async #try(ratePerSecond: number, phase: RateTry['phase']): Promise<RateTry> {
    const { limit, guessPerSecond, seed, signal, onTry } = this.#options
    signal?.throwIfAborted()
    const seconds = this.#times.secondsAt(ratePerSecond, phase, this.#tried.at(ratePerSecond, phase).length)
    const measurement = await this.#measure(ratePerSecond, seconds, seed + this.#tried.all.length)
    const { counts, burst } = await overLimit(measurement, limit, guessPerSecond)
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

  get #isLate(): boolean {
    return this.#seconds >= this.#times.maxSeconds
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
      ({ ratePerSecond, measurement, verdict }) =>
        ratePerSecond > rate && (measurement.generator.wasLimit || verdict !== 'within'),
    )
    const lowest = Math.min(...above.map(({ ratePerSecond }) => ratePerSecond))
    const atLowest = above.filter(({ ratePerSecond }) => ratePerSecond === lowest)
    if (atLowest.length === 0) return 'time'
    return atLowest.every(({ measurement }) => measurement.generator.wasLimit) ? 'generator' : 'server'
  }
}
