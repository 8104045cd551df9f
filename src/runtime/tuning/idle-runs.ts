import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Predictor } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import { newTiming } from '../../core/timing.ts'
import { TuningStopped } from './not-batched.ts'

export interface IdleRunsOptions {
  /** The model below its batcher: what it is given is one run. */
  readonly engine: Predictor
  /** Runs `inputs` once in every thread that has the model. */
  everywhere(inputs: TensorMap): Promise<void>
  /** Requests of the model that are under way. */
  underWay(): number
  /** Nobody waits for what is found out, while others are served: runs keep their distance. They do not unless set. */
  readonly quiet?: 'in the serving thread' | 'in other threads'
}

export interface IdleRun {
  readonly outputs: TensorMap
  /** What the engine took, in milliseconds. */
  readonly ms: number
}

/** A run is put off for so many times as long as it takes while the model is busy: one twentieth of the time is ours. */
const PATIENCE = 20
const LONGEST_PATIENCE_MS = 2_000
/** What a run costs besides itself: joining its rows and comparing them. */
const OVERHEAD_MS = 0.25
const POLL_MS = 1
/** A thread that was busy for more of the time than this is not idle, even if no request waits just now. */
const BUSY_SHARE = 0.5
/**
 * A run in the thread that serves delays whoever comes meanwhile. At one hundredth of the time that is one request of a
 * hundred, at most: the slowest one of a hundred is as fast as before. Runs in other threads only take a share of the cores.
 */
const QUIET_SHARE = { 'in the serving thread': 0.008, 'in other threads': 0.05 } as const
/** A shorter run is not told from what requests do to each other. */
const NOTICED_MS = 0.2
/** A thread that was busy for less of such a time serves hardly anybody who could notice. */
const UNUSED_SHARE = 0.01
const UNUSED_MS = 200
/** A run that takes longer is one that does not end. */
const RUN_TIMEOUT_MS = 60_000

/** Runs of a model in the pauses between its requests, and now and then where there are none. */
export class IdleRuns {
  readonly #options: IdleRunsOptions
  #utilization = performance.eventLoopUtilization()
  #spentMs = 0
  /** `performance.now()` before which no run begins, as long as others are served. */
  #quietUntil = 0
  #stopped = false

  constructor(options: IdleRunsOptions) {
    this.#options = options
  }

  /** What the runs so far took, in milliseconds. */
  get spentMs(): number {
    return this.#spentMs
  }

  /** From here on runs are counted anew. */
  startOver(): void {
    this.#spentMs = 0
  }

  /** Every later run, and one that still waits for its turn, throws TuningStopped. */
  stop(): void {
    this.#stopped = true
  }

  /**
   * @param predictedMs how long it is likely to take.
   * @throws ServingError what the model throws; TuningStopped.
   */
  async run(inputs: TensorMap, predictedMs: number): Promise<IdleRun> {
    await this.#turn(predictedMs)
    const timing = newTiming()
    const begun = performance.now()
    const deadline = begun + RUN_TIMEOUT_MS
    const outputs = await this.#options.engine.predict(inputs, { timing, deadline })
    const ms = timing.compute > 0 ? timing.compute : performance.now() - begun
    this.#end(ms)
    return { outputs, ms }
  }

  /** Runs `inputs` in every thread. @throws ServingError, TuningStopped */
  async everywhere(inputs: TensorMap, predictedMs: number): Promise<void> {
    await this.#turn(predictedMs)
    await this.#options.everywhere(inputs)
    this.#end(predictedMs)
  }

  #end(ms: number): void {
    const { quiet } = this.#options
    this.#spentMs += ms
    if (quiet !== undefined && ms > NOTICED_MS) this.#quietUntil = performance.now() + ms / QUIET_SHARE[quiet]
    this.#utilization = performance.eventLoopUtilization()
    if (this.#stopped) throw new TuningStopped()
  }

  async #turn(predictedMs: number): Promise<void> {
    const patience = Math.min(LONGEST_PATIENCE_MS, PATIENCE * (OVERHEAD_MS + predictedMs))
    const latest = performance.now() + patience
    do {
      if (this.#stopped) throw new TuningStopped()
      await sleep(POLL_MS, undefined, { ref: false })
    } while (!this.#isIdle() && performance.now() < latest)
    await this.#keepDistance()
    if (this.#stopped) throw new TuningStopped()
  }

  async #keepDistance(): Promise<void> {
    for (;;) {
      const leftMs = this.#quietUntil - performance.now()
      if (leftMs <= 0 || this.#stopped) return
      const before = performance.eventLoopUtilization()
      await sleep(Math.min(leftMs, UNUSED_MS), undefined, { ref: false })
      if (leftMs > UNUSED_MS && performance.eventLoopUtilization(before).utilization < UNUSED_SHARE) return
    }
  }

  #isIdle(): boolean {
    if (this.#options.underWay() > 0) return false
    const { utilization } = performance.eventLoopUtilization(this.#utilization)
    this.#utilization = performance.eventLoopUtilization()
    return utilization < BUSY_SHARE
  }
}
