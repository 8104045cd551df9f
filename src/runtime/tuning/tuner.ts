import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, ServingError } from '../../core/errors.ts'
import type { BatchingOptions, BatchingState } from '../batching/batching-state.ts'
import { assumedPlan } from './assumed-plan.ts'
import { IdleRuns } from './idle-runs.ts'
import { NotBatched, TuningStopped } from './not-batched.ts'
import type { Tuned } from './planning.ts'
import { SharedTuning } from './shared-tuning.ts'
import type { TunedPlan } from './tuned-plan.ts'
import type { TunerOptions } from './tuning-options.ts'

export type { TunerOptions } from './tuning-options.ts'

/** Requests that came while the model was loaded go first, and so does what is said of the loading. */
const FIRST_WAIT_MS = 20
/** A worker thread may die, or be replaced just then: once more after each of these times. */
const RETRY_MS = [1_000, 10_000]

/** Finds out, in idle time, whether and how the requests of a model may be batched, and tells its batcher. */
export class Tuner {
  readonly #options: TunerOptions
  readonly #runs: IdleRuns
  #state: BatchingState = { state: 'testing', reason: 'not proved yet', maxBatchRows: 1 }
  readonly #shared: SharedTuning
  #stopped = false

  constructor(options: TunerOptions) {
    this.#options = options
    this.#runs = new IdleRuns(options)
    this.#shared = new SharedTuning(options)
  }

  /** What is known so far, found here or elsewhere, for others to adopt; undefined where nothing is. */
  get tunedPlan(): TunedPlan | undefined {
    return this.#shared.known
  }

  get state(): BatchingState {
    return this.#state
  }

  /** What was found elsewhere. Who has found out more by himself only hears from it that a proof was none. */
  adopt(plan: TunedPlan): void {
    if (this.#shared.follows) this.#shared.given.put(plan)
    else if (plan.facts === undefined && plan.settled) void this.#adoptRefusal(plan)
  }

  /** Nobody else finds out any more: what is not known yet is found out here. */
  tuneHere(): void {
    this.#shared.given.end()
  }

  /** Settles when nothing is left to find out. Never rejects. */
  async run(): Promise<void> {
    const reason = reasonAgainst(this.#options)
    if (reason === undefined) this.#assume()
    else this.#settle(reason)
    await this.#wait(FIRST_WAIT_MS)
    if (reason === undefined && !(await this.#follow())) await this.#tryAgainAndAgain()
    this.#tell()
  }

  /** Begins no further run. */
  stop(): void {
    this.#stopped = true
    this.#runs.stop()
    this.#shared.given.stop()
  }

  /** A batch has shown that its proof was none: nothing is batched any more, unless that was asked for without proof. */
  disprove(how: string): void {
    const { batching } = this.#options
    if (batching.mode === 'on' || this.#state.state !== 'on') return
    const reason = `requests were answered in another way together than alone: ${how}`
    this.#takeBack(reason)
    this.#shared.give({ reason, settled: true })
  }

  #takeBack(reason: string): void {
    const { batcher, log, name: model } = this.#options
    this.stop()
    batcher.use(undefined)
    this.#state = { state: 'off', reason, maxBatchRows: 1 }
    log.warn({ model, reason }, 'Requests are not batched any more')
  }

  async #adoptRefusal(plan: TunedPlan): Promise<void> {
    if (!(await this.#shared.holds(plan)) || this.#state.state !== 'on') return
    this.#shared.take(plan)
    this.#takeBack(plan.reason)
  }

  /** @returns whether others have found out all that there is. */
  async #follow(): Promise<boolean> {
    const shared = this.#shared
    if (!shared.follows) return false
    try {
      const { follow } = await import('./follow.ts')
      const onPlan = (tuned: Tuned | undefined) => this.#onPlan(tuned)
      return await follow({ ...this.#options, runs: this.#runs, shared, onPlan })
    } catch (error) {
      if (error instanceof TuningStopped) return true
      this.#withdraw(inWords(error))
      if (error instanceof NotBatched) this.#settle(error.message)
      return error instanceof NotBatched
    } finally {
      shared.follows = false
    }
  }

  async #tryAgainAndAgain(): Promise<void> {
    for (const pause of [...RETRY_MS, undefined]) {
      const error = await this.#try()
      if (error === undefined || error instanceof NotBatched) this.#shared.finish(error?.message)
      if (error === undefined) return
      if (!mayPass(error) || pause === undefined || this.#stopped) return this.#settle(inWords(error))
      await this.#wait(pause)
    }
  }

  /** @returns what was thrown, where something was. */
  async #try(): Promise<unknown> {
    try {
      const { tune } = await import('./tune.ts')
      this.#runs.startOver()
      await tune({ ...this.#options, runs: this.#runs, onPlan: (tuned) => this.#onFound(tuned) })
      return undefined
    } catch (error) {
      // What is left to do before an unloading is done as it was until now.
      if (!(error instanceof TuningStopped)) this.#withdraw(inWords(error))
      return error
    }
  }

  #onFound(tuned: Tuned | undefined): void {
    this.#onPlan(tuned)
    const facts = tuned?.facts
    this.#shared.give({ reason: this.#state.reason, settled: false, ...(facts && { facts }) })
  }

  /** @throws TuningStopped where the proof has turned out to be none meanwhile. */
  #onPlan(tuned: Tuned | undefined): void {
    if (this.#stopped) throw new TuningStopped()
    if (tuned === undefined) this.#withdraw('tried again without filling up sequences')
    else this.#use(tuned)
  }

  #use({ plan, reason }: Tuned): void {
    this.#options.batcher.use(plan)
    this.#state = { state: 'on', reason, maxBatchRows: plan.sizes.at(-1)! }
  }

  /** Batching that is switched on by hand waits for nothing. */
  #assume(): void {
    const { batching } = this.#options
    if (batching.mode === 'on') this.#use(assumedPlan(this.#options))
  }

  #withdraw(reason: string): void {
    this.#options.batcher.use(undefined)
    this.#state = { state: 'testing', reason, maxBatchRows: 1 }
    this.#assume()
  }

  #settle(reason: string): void {
    if (this.#state.state === 'testing') this.#state = { state: 'off', reason, maxBatchRows: 1 }
  }

  #tell(): void {
    if (this.#stopped) return
    const { log, name: model, batching } = this.#options
    const { state, reason, maxBatchRows } = this.#state
    if (state === 'on') log.info({ model, maxBatchRows, reason }, 'Requests that wait together run as one')
    else if (isAskedFor(batching))
      log.warn({ model, reason }, 'Requests are not batched, though that was asked for')
    else log.info({ model, reason }, 'Requests are not batched')
  }

  #wait(ms: number): Promise<void> {
    return sleep(ms, undefined, { ref: false })
  }
}

/** What can be told without a run. */
function reasonAgainst({ batching, engine, model }: TunerOptions): string | undefined {
  if (batching.mode === 'off') return 'switched off'
  if (!engine.batchable) return 'its inputs or outputs have no free number of rows'
  if (batching.maxBatchRows === 1) return 'set to one row a batch'
  if (model.traits.unboundedRun && batching.mode !== 'on') {
    return 'a run of it may have no end, and would take the requests of others with it'
  }
  return undefined
}

/** Whether the failure is one of the moment. */
function mayPass(error: unknown): boolean {
  return error instanceof ServingError && error.code === 'TEMPORARILY_UNAVAILABLE'
}

function inWords(error: unknown): string {
  if (error instanceof NotBatched) return error.message
  if (error instanceof TuningStopped) return 'the model is being unloaded'
  return `it could not be tried: ${messageOf(error)}`
}

function isAskedFor({ mode, maxBatchRows = 1 }: BatchingOptions): boolean {
  return mode === 'on' || (mode === 'auto' && maxBatchRows > 1)
}
