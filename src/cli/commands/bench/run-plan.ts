import type { BenchOutcome, TargetOutcome } from '../../../bench/bench-outcome.ts'
import { interleaved } from '../../../bench/compare/interleaved.ts'
import type { Load } from '../../../bench/load.ts'
import type { Measurement, Progress } from '../../../bench/measurement.ts'
import { runLoad } from '../../../bench/run-load.ts'
import { findMax } from '../../../bench/search/find-max.ts'
import type { FoundMax } from '../../../bench/search/found-max.ts'
import { cancelled } from '../../../core/errors.ts'
import { answeringOnly } from './answering-only.ts'
import type { OpenedTarget } from './opened-target.ts'
import type { BenchPlan, LoadPlan, LookPlan, MaxPlan } from './plan-loads.ts'

export interface PlanRun {
  readonly threads?: number | undefined
  readonly samplesFile?: string | undefined
  /** For the outcome. */
  readonly notes: readonly string[]
  readonly signal: AbortSignal
  /** Before each load: what is measured of whom. */
  onLoad(title: string): void
  onProgress(progress: Progress): void
}

/** With which MLPerf Inference judges latencies. */
const CONFIDENCE = 0.99

/**
 * Measures all targets as planned. When it is stopped, what was measured by then is the outcome.
 * @throws ServingError CANCELLED where nothing was measured by then; TEMPORARILY_UNAVAILABLE where a server gives no right answer
 */
export async function runPlan(
  plan: BenchPlan,
  targets: readonly OpenedTarget[],
  run: PlanRun,
): Promise<BenchOutcome> {
  const runner = new PlanRunner(targets, run)
  try {
    await runner.measure(plan)
  } catch (error) {
    if (!run.signal.aborted) throw error
    if (!runner.hasAny) throw cancelled('Stopped before anything was measured')
    return runner.outcome(true)
  }
  // A search that is stopped tells what it found by then.
  return runner.outcome(run.signal.aborted)
}

/** A target with what is known of it so far. */
class TargetRun {
  readonly measurements: Measurement[] = []
  readonly before: Measurement[] = []
  max: FoundMax | undefined
  readonly opened: OpenedTarget

  constructor(opened: OpenedTarget) {
    this.opened = opened
  }

  get hasAny(): boolean {
    return this.measurements.length > 0 || this.before.length > 0
  }

  outcome(): TargetOutcome {
    const { opened, measurements, before, max } = this
    return { target: opened.target, measurements, before, max }
  }
}

class PlanRunner {
  readonly #targets: readonly TargetRun[]
  readonly #run: PlanRun

  constructor(targets: readonly OpenedTarget[], run: PlanRun) {
    this.#targets = targets.map((opened) => new TargetRun(opened))
    this.#run = run
  }

  get hasAny(): boolean {
    return this.#targets.some(({ hasAny }) => hasAny)
  }

  outcome(stopped: boolean): BenchOutcome {
    return {
      targets: this.#targets.map((each) => each.outcome()).filter(hasSome),
      stopped,
      notes: this.#run.notes,
    }
  }

  async measure(plan: BenchPlan): Promise<void> {
    if (plan.kind === 'max') for (const target of this.#targets) await this.#max(target, plan)
    else if (plan.kind === 'load') await this.#inTurn(plan)
    else await this.#look(plan)
  }

  async #inTurn(
    { load, rounds }: Pick<LoadPlan, 'load' | 'rounds'>,
    kept: (target: TargetRun) => Measurement[] = ({ measurements }) => measurements,
  ): Promise<void> {
    for (const { side: target, round } of interleaved(this.#targets, rounds)) {
      const title = rounds === 1 ? loadTitle(load) : `${loadTitle(load)}, round ${round + 1} of ${rounds}`
      kept(target).push(await this.#load(target, { ...load, seed: load.seed + round }, title))
    }
  }

  /** All targets get the same open load, at half of what the slowest of them can do. */
  async #look({ alone, most, half, rounds }: LookPlan): Promise<void> {
    for (const target of this.#targets) {
      target.before.push(answeringOnly(await this.#load(target, alone, loadTitle(alone))))
    }
    await this.#inTurn({ load: most, rounds }, (target) => target.before)
    // The first is that of one connection.
    const rates = this.#targets.flatMap(({ before }) => before.slice(1).map(answeringOnly).map(rateOf))
    await this.#inTurn({ load: half(rounded(Math.min(...rates) / 2)), rounds })
  }

  async #max(target: TargetRun, { p99Ms, guess, leastSeconds, at }: MaxPlan): Promise<void> {
    const closed = answeringOnly(await this.#load(target, guess, loadTitle(guess)))
    target.before.push(closed)
    const { signal } = this.#run
    target.max = await findMax(
      async (rate, seconds, seed) => {
        const load = at(rate, seconds, seed)
        return await this.#load(target, load, loadTitle(load))
      },
      {
        limit: { percentile: 99, milliseconds: p99Ms, confidence: CONFIDENCE },
        guessPerSecond: rateOf(closed),
        seed: guess.seed,
        ...(leastSeconds === undefined ? {} : { leastSeconds }),
        signal,
      },
    )
    const { ratePerSecond, tries } = target.max
    target.measurements.push(
      ...tries.filter((each) => each.ratePerSecond === ratePerSecond).map(measurementOf),
    )
  }

  async #load({ opened }: TargetRun, load: Load, title: string): Promise<Measurement> {
    const { threads, samplesFile, signal, onLoad, onProgress } = this.#run
    signal.throwIfAborted()
    onLoad(this.#targets.length === 1 ? title : `${opened.target.name}: ${title}`)
    return await runLoad(opened.target, load, {
      signal,
      onProgress,
      threads,
      samplesFile,
      resources: opened.meter,
    })
  }
}

/** For a person. */
export function loadTitle(load: Load): string {
  if (load.kind === 'closed') {
    return load.connections === 1
      ? 'one connection, one request after the other'
      : `${load.connections} connections, each asks as soon as it was answered`
  }
  const { arrivals, ratePerSecond } = load
  const rate = `${ratePerSecond >= 100 ? Math.round(ratePerSecond) : Number(ratePerSecond.toPrecision(3))} requests a second`
  if (arrivals.kind === 'bursts') return `${rate}, in bursts of ${arrivals.size}`
  return arrivals.kind === 'trace' ? `${rate}, as recorded` : `${rate}, ${arrivals.kind} arrivals`
}

function rateOf({ answered, seconds }: Measurement): number {
  return answered / seconds
}

function hasSome({ measurements, before }: TargetOutcome): boolean {
  return measurements.length > 0 || before.length > 0
}

function measurementOf({ measurement }: { readonly measurement: Measurement }): Measurement {
  return measurement
}

/** To two digits, so that a person can say it; never to nothing. */
function rounded(rate: number): number {
  return Number(rate.toPrecision(2))
}
