import { interleaved } from '../../../bench/compare/interleaved.ts'
import type { ClosedLoad, Load, OpenLoad } from '../../../bench/load.ts'
import type { Measurement, Progress } from '../../../bench/measurement.ts'
import type { SharedCores } from '../../../bench/processes/cores.ts'
import { runLoad } from '../../../bench/run-load.ts'
import { findMax } from '../../../bench/search/find-max.ts'
import { type Candidate, flagsOf, flagsText, isDefault } from '../../../bench/tune/candidate.ts'
import type { SideBySide, TuneRung, TuningBench } from '../../../bench/tune/tuning.ts'
import { messageOf, ServingError, unavailable } from '../../../core/errors.ts'
import type { TuneSettings } from '../../tune-settings.ts'
import { answeringOnly } from '../bench/answering-only.ts'
import type { FoundModel } from '../bench/known-model.ts'
import { startTarget } from '../bench/open-targets.ts'
import type { OpenedTarget } from '../bench/opened-target.ts'

export interface ServerBenchOptions {
  readonly model: FoundModel
  readonly settings: TuneSettings
  readonly serverFlags: readonly string[]
  /** Undefined where they cannot be kept apart. */
  readonly apart: SharedCores | undefined
  /** That the servers have. */
  readonly cores: number
  readonly signal: AbortSignal
  /** Tells how something ended. */
  say(line: string): void
  /** Tells what begins. */
  watch(title: string): void
  onProgress(progress: Progress): void
}

/** Enough that a server with batches has some to make; fewer of slow models, as their requests would wait too long. */
const MOST_CONNECTIONS = 64
/** Of the time that a request may take: what it may wait where all connections ask. */
const WAITING_SHARE = 0.25
/** Fewer say little of a rate: then it is measured for longer. */
const LEAST_ANSWERS = 100
const LONGEST_CLOSED_MS = 8000
/** Requests a second: of slower models no search of minutes proves a 99th percentile. */
const LEAST_RATE = 20
const WARM_UP_MS = 1000
const FINAL_ROUNDS = 8
const FINAL_MS = 3000
const LONGEST_FINAL_MS = 15_000
/** Of all rounds together: that few of them are late can be proved then. */
const FINAL_REQUESTS = 1000
/** For an order among candidates: what is found is proved beside the default. */
const CONFIDENCE = 0.7
/** How near a search comes to the largest rate. */
const PRECISION = 0.1
/** That a load of a search has, at four times its least length: enough for a verdict. */
const SEARCH_REQUESTS = 400
const LONGEST_SEARCH_FACTOR = 3

/** Measures real servers of a model, one after the other, on other cores than their load comes from. */
export class ServerBench implements TuningBench {
  readonly #options: ServerBenchOptions
  /** Loads that were to be as they were planned: those of a search may be too much on purpose. */
  readonly #loads: Measurement[] = []
  /** Of closed loops; known since the default was first measured. */
  #connections: number | undefined

  constructor(options: ServerBenchOptions) {
    this.#options = options
  }

  async score(candidate: Candidate, rung: TuneRung): Promise<number | undefined> {
    const { say, watch } = this.#options
    const name = this.#name(candidate)
    watch(name)
    try {
      await using target = await this.#start(candidate)
      this.#connections ??= await this.#countConnections(target.opened)
      const score = await this.#scoreOf(target.opened, rung)
      if (isDefault(candidate)) this.#expectFast(score, rung)
      const by = rung.by === 'throughput' ? `, ${this.#connections} connections` : ' within the limit'
      say(`${name}: ${rateText(score)} requests a second${by}`)
      return score
    } catch (error) {
      // Of some models a placement or a batch is refused: they are served by others. Without the default there is no model.
      if (!(error instanceof ServingError) || error.code === 'CANCELLED' || isDefault(candidate)) throw error
      say(`${name}: ${messageOf(error)}`)
      return undefined
    }
  }

  async sideBySide(candidate: Candidate, ratePerSecond: number | undefined): Promise<SideBySide> {
    this.#options.say(`${this.#name(candidate)} beside the default, ${FINAL_ROUNDS} rounds in turn`)
    await using standard = await this.#start({})
    await using found = await this.#start(candidate)
    const rounds: { standard: Measurement[]; found: Measurement[] } = { standard: [], found: [] }
    for (const { side, round } of interleaved(['standard', 'found'] as const, FINAL_ROUNDS)) {
      const { opened } = side === 'found' ? found : standard
      rounds[side].push(await this.#steady(opened, this.#finalLoad(ratePerSecond, round)))
    }
    return rounds
  }

  /** What speaks against all that was measured, be it too much for a server or not; undefined where nothing does. */
  get doubt(): string | undefined {
    const invalid = this.#loads.filter(({ generator }) => generator.wasLimit)
    const [fault] = invalid[0]?.faults ?? []
    if (invalid.length === 0) return undefined
    const example = fault === undefined ? '' : ` (${fault})`
    return `Trust it less: ${invalid.length} of ${this.#loads.length} loads were not what they were to be${example}.`
  }

  async #scoreOf(opened: OpenedTarget, { by, seconds }: TuneRung): Promise<number> {
    const throughput = await this.#throughput(opened, (by === 'throughput' ? seconds : 1.5) * 1000)
    return by === 'throughput' ? throughput : await this.#rateWithinLimit(opened, throughput, seconds)
  }

  async #throughput(opened: OpenedTarget, durationMs: number): Promise<number> {
    const first = answeringOnly(await this.#steady(opened, this.#closed(durationMs)))
    if (first.answered >= LEAST_ANSWERS) return first.answered / first.seconds
    const longerMs = Math.min(LONGEST_CLOSED_MS, (durationMs * LEAST_ANSWERS) / first.answered)
    const { answered, seconds } = answeringOnly(await this.#steady(opened, this.#closed(longerMs)))
    return answered / seconds
  }

  /** By what one connection can have answered: a single run may take all cores already. */
  async #countConnections(opened: OpenedTarget): Promise<number> {
    const { cores, settings } = this.#options
    const alone = await this.#run(opened, { ...this.#closed(1000), connections: 1 })
    const { answered, seconds } = answeringOnly(alone)
    const bearable = (WAITING_SHARE * settings.timeoutMs * (answered / seconds)) / 1000
    return Math.min(MOST_CONNECTIONS, Math.max(2 * cores, Math.floor(bearable)))
  }

  /** A short search; of slow models a longer one, as few requests say nothing of the 99th percentile. */
  async #rateWithinLimit(opened: OpenedTarget, guessPerSecond: number, maxSeconds: number): Promise<number> {
    const { settings, signal } = this.#options
    const factor = Math.min(LONGEST_SEARCH_FACTOR, Math.max(1, SEARCH_REQUESTS / 4 / guessPerSecond))
    const { ratePerSecond } = await findMax(
      (rate, seconds, seed) =>
        this.#run(opened, { ...this.#poisson(rate, seconds * 1000), warmUpMs: 300, seed }),
      {
        limit: { percentile: 99, milliseconds: settings.p99Ms ?? Number.NaN, confidence: CONFIDENCE },
        ...{ guessPerSecond, precision: PRECISION, repeats: 1 },
        ...{ leastSeconds: factor, maxSeconds: factor * maxSeconds },
        signal,
      },
    )
    signal.throwIfAborted()
    return ratePerSecond
  }

  #expectFast(score: number, { by }: TuneRung): void {
    if (this.#options.settings.p99Ms === undefined || by !== 'throughput' || score >= LEAST_RATE) return
    throw unavailable(
      `The model answers ${rateText(score)} requests a second here: too few to tell a 99th percentile in minutes. Without --p99 the most that it can answer is looked for`,
    )
  }

  async #start(candidate: Candidate): Promise<StartedServer> {
    const { model, settings, serverFlags, apart, cores, signal } = this.#options
    const own = Object.entries(flagsOf(candidate, cores)).flatMap(([flag, value]) => [`--${flag}`, value])
    const opened = await startTarget(model, {
      settings,
      serverFlags: [...serverFlags, ...own],
      signal,
      cores: apart?.server,
    })
    return { opened, [Symbol.asyncDispose]: () => opened.close() }
  }

  async #steady(opened: OpenedTarget, load: Load): Promise<Measurement> {
    const measurement = await this.#run(opened, load)
    this.#loads.push(measurement)
    return measurement
  }

  async #run({ target, meter }: OpenedTarget, load: Load): Promise<Measurement> {
    const { settings, signal, onProgress } = this.#options
    return await runLoad(target, load, {
      ...{ signal, onProgress },
      threads: settings.threads,
      resources: meter,
    })
  }

  #finalLoad(ratePerSecond: number | undefined, round: number): Load {
    const load =
      ratePerSecond === undefined
        ? this.#closed(FINAL_MS)
        : this.#poisson(ratePerSecond, finalMs(ratePerSecond))
    return { ...load, seed: load.seed + round }
  }

  #closed(durationMs: number): ClosedLoad {
    const connections = this.#connections ?? MOST_CONNECTIONS
    return { kind: 'closed', connections, durationMs, ...this.#common() }
  }

  #poisson(ratePerSecond: number, durationMs: number): OpenLoad {
    return { kind: 'open', ratePerSecond, arrivals: { kind: 'poisson' }, durationMs, ...this.#common() }
  }

  #common() {
    const { timeoutMs, seed } = this.#options.settings
    return { warmUpMs: WARM_UP_MS, timeoutMs, seed }
  }

  #name(candidate: Candidate): string {
    return flagsText(flagsOf(candidate, this.#options.cores))
  }
}

/** Of slow models with a digit behind the point. */
export function rateText(rate: number): string {
  return rate < 100 ? String(Number(rate.toPrecision(2))) : String(Math.round(rate))
}

/** Of a round: slow models need longer ones for as many requests. */
function finalMs(ratePerSecond: number): number {
  const neededMs = (1000 * FINAL_REQUESTS) / FINAL_ROUNDS / ratePerSecond
  return Math.round(Math.min(LONGEST_FINAL_MS, Math.max(FINAL_MS, neededMs)))
}

interface StartedServer extends AsyncDisposable {
  readonly opened: OpenedTarget
}
