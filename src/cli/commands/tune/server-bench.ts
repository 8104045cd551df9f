import type { ClosedLoad, Load, OpenLoad } from '../../../bench/load.ts'
import type { Measurement } from '../../../bench/measurement.ts'
import type { SharedCores } from '../../../bench/processes/cores.ts'
import { runLoad } from '../../../bench/run-load.ts'
import { findMax } from '../../../bench/search/find-max.ts'
import { type Candidate, flagsOf, flagsText } from '../../../bench/tune/candidate.ts'
import type { SideBySide, TuneRung, TuningBench } from '../../../bench/tune/tuning.ts'
import { messageOf, ServingError } from '../../../core/errors.ts'
import type { TuneSettings } from '../../tune-settings.ts'
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
  say(line: string): void
}

/** Enough that a server with batches has some to make. */
const CONNECTIONS = 64
const WARM_UP_MS = 1000
const FINAL_ROUNDS = 6
const FINAL_MS = 3000
const CONFIDENCE = 0.99

const BY: Readonly<Record<TuneRung['by'], string>> = {
  throughput: `, ${CONNECTIONS} connections`,
  'rate-within-limit': ' within the limit',
}

/** Measures real servers of a model, one after the other, on other cores than their load comes from. */
export class ServerBench implements TuningBench {
  readonly #options: ServerBenchOptions

  constructor(options: ServerBenchOptions) {
    this.#options = options
  }

  async score(candidate: Candidate, rung: TuneRung): Promise<number | undefined> {
    const { say } = this.#options
    const name = this.#name(candidate)
    try {
      await using target = await this.#start(candidate)
      const score = await this.#scoreOf(target.opened, rung)
      say(
        `${name}: ${score === undefined ? 'answers nothing' : `${Math.round(score)} requests a second${BY[rung.by]}`}`,
      )
      return score
    } catch (error) {
      // Of some models a placement or a batch is refused: they are served by others.
      if (!(error instanceof ServingError) || error.code === 'CANCELLED') throw error
      say(`${name}: ${messageOf(error)}`)
      return undefined
    }
  }

  async sideBySide(candidate: Candidate, ratePerSecond: number | undefined): Promise<SideBySide> {
    this.#options.say(`${this.#name(candidate)} beside the default, ${FINAL_ROUNDS} rounds in turn`)
    await using standard = await this.#start({})
    await using found = await this.#start(candidate)
    const rounds: { standard: Measurement[]; found: Measurement[] } = { standard: [], found: [] }
    for (let round = 0; round < FINAL_ROUNDS; round += 1) {
      const load = this.#finalLoad(ratePerSecond, round)
      const order = round % 2 === 0 ? (['standard', 'found'] as const) : (['found', 'standard'] as const)
      for (const side of order) {
        rounds[side].push(await this.#run(side === 'found' ? found.opened : standard.opened, load))
      }
    }
    return rounds
  }

  async #scoreOf(opened: OpenedTarget, { by, seconds }: TuneRung): Promise<number | undefined> {
    const durationMs = (by === 'throughput' ? seconds : 1.5) * 1000
    const { answered, seconds: measured } = await this.#run(opened, this.#closed(durationMs))
    if (answered === 0) return undefined
    if (by === 'throughput') return answered / measured
    return await this.#rateWithinLimit(opened, answered / measured, seconds)
  }

  /** A short search: the rounds beside the default prove what is found. */
  async #rateWithinLimit(opened: OpenedTarget, guessPerSecond: number, maxSeconds: number): Promise<number> {
    const { settings, signal } = this.#options
    const { ratePerSecond } = await findMax(
      (rate, seconds, seed) =>
        this.#run(opened, { ...this.#poisson(rate, seconds * 1000), warmUpMs: 300, seed }),
      {
        limit: { percentile: 99, milliseconds: settings.p99Ms ?? Number.NaN, confidence: CONFIDENCE },
        guessPerSecond,
        leastSeconds: 1,
        repeats: 1,
        maxSeconds,
        signal,
      },
    )
    return ratePerSecond
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

  async #run({ target, meter }: OpenedTarget, load: Load): Promise<Measurement> {
    const { settings, signal } = this.#options
    return await runLoad(target, load, { signal, threads: settings.threads, resources: meter })
  }

  #finalLoad(ratePerSecond: number | undefined, round: number): Load {
    const load = ratePerSecond === undefined ? this.#closed(FINAL_MS) : this.#poisson(ratePerSecond, FINAL_MS)
    return { ...load, seed: load.seed + round }
  }

  #closed(durationMs: number): ClosedLoad {
    return { kind: 'closed', connections: CONNECTIONS, durationMs, ...this.#common() }
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

interface StartedServer extends AsyncDisposable {
  readonly opened: OpenedTarget
}
