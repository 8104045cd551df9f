import { performance } from 'node:perf_hooks'
import { cancelled, deadlineExceeded, type ServingError, unavailable } from '../../core/errors.ts'
import type { OutputMetadata, PredictOptions, Predictor, TensorMetadata } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import { UnorderedItems } from '../../core/unordered-items.ts'
import type { Placement } from '../served-model.ts'
import { Batch } from './batch.ts'
import { BatchCall, type CallKeeper } from './batch-call.ts'
import { type BatchCaller, type CallTaker, PromisedCaller } from './batch-caller.ts'
import { aftermathOf, asServingError } from './batch-failure.ts'
import type { BatchPlan } from './batch-plan.ts'
import { BatchSizes } from './batch-sizes.ts'
import { addedStats, type BatchStats } from './batching-state.ts'
import { EarliestDeadline } from './earliest-deadline.ts'
import { OverflowRoute } from './overflow-route.ts'
import { LONGEST_INLINE_RUN_MS, RUN_LIMITS, SINGLE_RUNS_MS, UNMEASURED_ROW_MS } from './run-limits.ts'
import { RunsAgain } from './runs-again.ts'
import { WaitingCalls } from './waiting-calls.ts'

export interface DynamicBatcherOptions {
  readonly placement: Placement
  /** Inline: where calls run that would keep the serving thread for too long and cannot be cut. Opened when needed. */
  readonly overflow?: () => Promise<Predictor>
  /** Measured time of a run of one row, in milliseconds, where it could be measured. */
  readonly rowMs?: number
}

const NO_OPTIONS: PredictOptions = {}

/**
 * Calls that wait together run together, and nobody can tell. There is no timer: as long as the engine has room,
 * what arrives in one turn of the event loop is handed over at its end; while it has none calls gather, and what
 * becomes free takes what is there. Inline the engine's room is the thread that calls arrive in: one run a turn, or
 * about a millisecond of calls that each run by themselves.
 */
export class DynamicBatcher implements CallTaker, CallKeeper {
  /**
   * Told of a batch of which the outputs have no row for each of its own, whatever was proved before. Its calls run
   * again, alone in the end; so will all others, if `use` is told that there is no plan any more.
   */
  onDisproved: (error: ServingError) => void = () => {}
  readonly #engine: Predictor
  readonly #placement: Placement
  readonly #overflow: OverflowRoute | undefined
  readonly #waiting = new WaitingCalls()
  /** Served before what waits. */
  readonly #again = new RunsAgain()
  readonly #running = new UnorderedItems<Batch>()
  readonly #deadlines = new EarliestDeadline(() => this.#failLate())
  readonly #counts = { batches: 0, halved: 0, retried: 0, cancelled: 0, expired: 0 }
  readonly #onTurn = () => {
    this.#turnAhead = false
    this.#turnEnds = performance.now() + SINGLE_RUNS_MS
    this.#begin()
  }
  /** The end of this turn of the event loop is waited for. */
  #turnAhead = false
  /** Inline: until then the next call may run in the same turn. */
  #turnEnds = 0
  /** Calls that have no answer. */
  #unanswered = 0
  #closing: Promise<void> | undefined
  #onIdle: (() => void) | undefined

  constructor(engine: Predictor, { placement, overflow, rowMs }: DynamicBatcherOptions) {
    this.#engine = engine
    this.#placement = placement
    if (placement === 'pool' || overflow === undefined) return
    this.#overflow = new OverflowRoute({
      open: async () => new DynamicBatcher(await overflow(), { placement: 'pool' }),
      longestRunMs: LONGEST_INLINE_RUN_MS,
      rowMs: rowMs ?? UNMEASURED_ROW_MS,
      onRefused: (call) => this.#wait(call),
    })
  }

  get inputs(): readonly TensorMetadata[] {
    return this.#engine.inputs
  }

  get outputs(): readonly OutputMetadata[] {
    return this.#engine.outputs
  }

  /** Infinity once larger calls are cut. */
  get maxBatchRows(): number {
    return this.#waiting.grouping === undefined ? this.#engine.maxBatchRows : Number.POSITIVE_INFINITY
  }

  get maxConcurrency(): number {
    return this.#engine.maxConcurrency
  }

  get batchable(): boolean {
    return this.#engine.batchable
  }

  get stats(): BatchStats {
    return addedStats(this.#counts, this.#overflow?.stats)
  }

  /** From now on batches are formed by `plan`; without one every request is a run of its own. */
  use(plan: BatchPlan | undefined): void {
    if (plan === undefined) {
      this.#waiting.regroup(undefined)
      for (const call of this.#waiting.list()) if (call.untouched && this.#mustLeave(call)) this.#move(call)
    } else {
      const limits = { ...RUN_LIMITS[this.#placement], mostRows: this.#engine.maxBatchRows }
      this.#waiting.regroup({ ...plan, sizes: new BatchSizes(plan, limits) })
    }
  }

  /** To be told where the engine has room for more runs; what waits need not wait for the end of one. */
  roomChanged(): void {
    this.#awaitTurn()
  }

  predict(inputs: TensorMap, options: PredictOptions = NO_OPTIONS): Promise<TensorMap> {
    return new Promise((resolve, reject) => {
      this.submit(new PromisedCaller(inputs, options, { resolve, reject }))
    })
  }

  /** `predict` without a promise. Whoever is refused is told at once. */
  submit(caller: BatchCaller): void {
    if (this.#closing === undefined) this.#enter(new BatchCall(this, caller))
    else caller.failed(unavailable('The model is being unloaded'))
  }

  /** Answers all calls under way with an error, so that `close` need not wait for them. */
  abandon(): void {
    this.#fail(this.#calls(), unavailable('The model was unloaded before it had answered'))
    this.#overflow?.abandon()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  settled(call: BatchCall): void {
    this.#unanswered -= 1
    if (call.queue !== undefined) this.#waiting.remove(call)
    if (this.#unanswered === 0) this.#onIdle?.()
  }

  aborted(call: BatchCall): void {
    if (call.untouched) this.#counts.cancelled += 1
    this.#fail([call], cancelled('The request was taken back by its caller'))
  }

  async #close(): Promise<void> {
    if (this.#unanswered > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
    }
    this.#deadlines.stop()
    await Promise.all([this.#engine.close(), this.#overflow?.close()])
  }

  #enter(call: BatchCall): void {
    this.#unanswered += 1
    if (call.options.signal?.aborted) {
      this.#counts.cancelled += 1
      call.fail(cancelled('The request was taken back before it ran'))
      return
    }
    this.#deadlines.watch(call.deadline)
    if (this.#mustLeave(call)) this.#overflow!.take(call)
    else this.#wait(call)
  }

  /** Whether it would keep the serving thread for too long, and cannot be cut. */
  #mustLeave(call: BatchCall): boolean {
    return this.#overflow?.isNeededFor(call.rows) === true && this.#waiting.runsAlone(call)
  }

  #move(call: BatchCall): void {
    this.#waiting.remove(call)
    this.#overflow!.take(call)
  }

  #wait(call: BatchCall): void {
    this.#waiting.add(call)
    this.#awaitTurn()
  }

  /** Calls that arrive one after the other in this turn are handed over together, if there is room for any. */
  #awaitTurn(): void {
    if (this.#turnAhead || this.#running.size >= this.#engine.maxConcurrency) return
    if (this.#waiting.empty && this.#again.empty) return
    this.#turnAhead = true
    setImmediate(this.#onTurn)
  }

  #begin(): void {
    this.#deadlines.check()
    const free = this.#engine.maxConcurrency - this.#running.size
    for (let room = this.#placement === 'inline' ? Math.min(free, 1) : free; room > 0; room--) {
      const batch = this.#next(room)
      if (batch === undefined) break
      this.#start(batch)
    }
    if (this.#placement === 'inline') this.#awaitTurn()
  }

  /** @param room runs for which there is a place. */
  #next(room: number): Batch | undefined {
    const { grouping } = this.#waiting
    const again = this.#again.next(grouping)
    if (again !== undefined) return again
    if (this.#waiting.empty) return undefined
    return new Batch(this.#waiting.take(Math.ceil(this.#waiting.rows / room)), grouping?.joining)
  }

  #start(batch: Batch): void {
    this.#running.add(batch)
    if (batch.parts.length > 1) this.#counts.batches += 1
    if (!batch.single) this.#turnEnds = 0
    running(batch, this.#engine).then(
      (outputs) => this.#onDone(batch, outputs),
      (thrown: unknown) => this.#onFailed(batch, thrown),
    )
  }

  #onDone(batch: Batch, outputs: TensorMap): void {
    this.#running.delete(batch)
    // First work for the thread that has none.
    this.#goOn(batch)
    try {
      batch.answer(outputs)
    } catch (thrown) {
      const error = asServingError(thrown)
      this.onDisproved(error)
      this.#onFailed(batch, error)
    }
    if (batch.single) this.#overflow?.learn(batch.rows, batch.calls[0]!.options.timing?.compute ?? 0)
  }

  #onFailed(batch: Batch, thrown: unknown): void {
    this.#running.delete(batch)
    const error = asServingError(thrown)
    const { again, failed, reason } = aftermathOf(batch.parts, error)
    if (reason === 'halved') this.#counts.halved += 1
    if (reason === 'death') this.#counts.retried += again.length
    this.#again.add(again, batch.joining)
    this.#fail(
      failed.map(({ call }) => call),
      error,
    )
    this.#goOn(batch)
  }

  #goOn({ single }: Batch): void {
    const more = single && !this.#turnAhead && performance.now() < this.#turnEnds
    if (this.#placement === 'pool' || more) this.#begin()
    else this.#awaitTurn()
  }

  #failLate(): void {
    const now = performance.now()
    const late: BatchCall[] = []
    for (const call of this.#calls()) {
      if (call.deadline > now) this.#deadlines.watch(call.deadline)
      else late.push(call)
    }
    for (const call of late) if (call.untouched) this.#counts.expired += 1
    this.#fail(late, deadlineExceeded('The request was not answered by its deadline'))
  }

  /** Other parts of these calls need not run, where that can still be prevented. */
  #fail(calls: Iterable<BatchCall>, error: ServingError): void {
    for (const call of calls) call.fail(error)
    for (const batch of this.#running.list()) if (batch.unwanted) batch.abort()
  }

  /** All that have no answer, but for those that the overflow runs. */
  #calls(): ReadonlySet<BatchCall> {
    const parts = this.#running.list().flatMap((batch) => batch.parts)
    const calls = [
      ...this.#waiting.list(),
      ...(this.#overflow?.pending ?? []),
      ...[...this.#again.parts, ...parts].map(({ call }) => call),
    ]
    return new Set(calls.filter((call) => !call.settled))
  }
}

/** Never throws. */
function running(batch: Batch, engine: Predictor): Promise<TensorMap> {
  try {
    return batch.run(engine)
  } catch (error) {
    return Promise.reject(error)
  }
}
