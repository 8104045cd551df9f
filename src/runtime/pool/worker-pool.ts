import {
  deadlineExceeded,
  internalError,
  isWorkerDeath,
  type ServingError,
  unavailable,
  workerDied,
} from '../../core/errors.ts'
import type { OutputMetadata, PredictOptions, Predictor, TensorMetadata } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { BodyDialect, BodyScorer, ScoredBody } from '../body-scorer.ts'
import type { PoolStats } from '../served-model.ts'
import { BodyCall, LARGE_BODY_BYTES } from './body-call.ts'
import { CallQueue } from './call-queue.ts'
import { DeadlineWatch } from './deadline-watch.ts'
import { DroppedBodies } from './dropped-bodies.ts'
import { leastLoaded } from './least-loaded.ts'
import { MemoryReturn } from './memory-return.ts'
import { type PoolCall, type PoolCallInit, type PoolThread, refusalOf, type Seat } from './pool-call.ts'
import { poolStats } from './pool-stats.ts'
import { RunTimes } from './run-times.ts'
import { SentCalls } from './sent-calls.ts'
import { shareBody } from './shared-body.ts'
import { TensorCall } from './tensor-call.ts'
import type { ThreadsObserver } from './threads-observer.ts'
import type { OpenedModel, RunReply, WorkerModel } from './worker-messages.ts'
import { SLOTS } from './worker-thread.ts'
import type { WorkerThreads } from './worker-threads.ts'

/**
 * Worker threads with one engine session each. Calls wait in one queue here and go to whichever worker is
 * free. A worker that dies takes the call with it that it was running (TEMPORARILY_UNAVAILABLE, unless it may be
 * run again); what it had not begun goes back to the queue.
 */
export class WorkerPool implements Predictor, BodyScorer, ThreadsObserver {
  /** Called where threads have come or gone, so that `maxConcurrency` is another one. */
  onRoom: () => void = () => {}
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  readonly maxBatchRows: number
  readonly batchable: boolean
  readonly fromBytes = LARGE_BODY_BYTES
  readonly #threads: WorkerThreads
  readonly #waiting = new CallQueue()
  readonly #sent = new SentCalls()
  readonly #deadlines = new DeadlineWatch<PoolCall>((call) => this.#onDeadline(call))
  readonly #times = new RunTimes()
  readonly #dropped = new DroppedBodies()
  readonly #memory = MemoryReturn.ofServer(() => this.#sent.size === 0)
  #closing: Promise<void> | undefined
  #onIdle: (() => void) | undefined

  /**
   * Opens `model` in `count` of the threads, which are the pool's from then on.
   * @throws ServingError where the model cannot be opened; the threads are ended then.
   */
  static async open(threads: WorkerThreads, model: WorkerModel, count: number): Promise<WorkerPool> {
    try {
      return new WorkerPool(threads, await threads.open(model, count))
    } catch (error) {
      await threads.close()
      throw error
    }
  }

  private constructor(threads: WorkerThreads, model: OpenedModel) {
    this.#threads = threads
    this.inputs = model.inputs
    this.outputs = model.outputs
    this.maxBatchRows = model.maxBatchRows
    this.batchable = model.batchable
    threads.observer = this
  }

  /** What the threads hold at once: more would only wait here. */
  get maxConcurrency(): number {
    return Math.max(1, this.#threads.size * this.#depth)
  }

  get stats(): PoolStats {
    const [threads, sent, dropped] = [this.#threads, this.#sent.list(), this.#dropped]
    return poolStats({ threads, waiting: this.#waiting.size, sent, dropped })
  }

  /** Opens more threads, up to `count` in all. */
  async grow(count: number): Promise<void> {
    await this.#threads.grow(count)
    this.#dispatch()
  }

  predict(inputs: TensorMap, options: PredictOptions = {}): Promise<TensorMap> {
    return this.#call(options, (init: PoolCallInit<TensorMap>) => new TensorCall(inputs, init))
  }

  async score(body: Uint8Array, dialect: BodyDialect, options: PredictOptions): Promise<ScoredBody> {
    const shared = await shareBody(body)
    const create = (init: PoolCallInit<ScoredBody>) =>
      new BodyCall({ ...init, body: shared, dialect, dropped: this.#dropped })
    return this.#call(options, create)
  }

  /**
   * Runs `inputs` once in every thread, a busy one after what it has. A thread that dies meanwhile is left out.
   * @throws ServingError what the model throws.
   */
  async everywhere(inputs: TensorMap, options: PredictOptions = {}): Promise<void> {
    const create = (init: PoolCallInit<TensorMap>): PoolCall => new TensorCall(inputs, init)
    const runs = [...this.#threads.opened].map((pinnedTo) => this.#call(options, create, pinnedTo))
    for (const result of await Promise.allSettled(runs)) {
      if (result.status === 'rejected' && !isWorkerDeath(result.reason)) throw result.reason
    }
  }

  /** Answers all calls under way with an error, so that `close` need not wait for them. */
  abandon(): void {
    const error = unavailable('The model was unloaded before it had answered')
    for (const call of [...this.#waiting.clear(), ...this.#sent.list()]) {
      call.fail(error)
      this.#drop(call)
    }
  }

  /** @param leave what becomes of the threads once nothing is unanswered. */
  close(leave = (threads: WorkerThreads) => threads.close()): Promise<void> {
    this.#closing ??= this.#close(leave)
    return this.#closing
  }

  /** Takes what the threads have answered, and hands them what waits, in the midst of a turn of the event loop. */
  receive(): void {
    for (const thread of this.#threads.opened) thread.receive()
  }

  onReply(thread: PoolThread, slot: number, reply: RunReply): void {
    const call = thread.release(slot)
    const { seat } = call
    // A call that was withdrawn from this slot may have another by now.
    if (seat !== undefined && seat.thread === thread && seat.slot === slot) {
      this.#forget(call)
      const time = call.receive(reply, seat)
      if (time !== undefined) this.#times.add(time)
    }
    this.#dispatch()
  }

  onEnded(thread: PoolThread, cause: unknown): void {
    for (const slot of thread.end()) {
      const call = thread.release(slot)
      if (call.seat?.thread === thread && call.seat.slot === slot) this.#onWorkerGone(call, cause)
    }
    const error = workerDied('The worker thread died before it could run this', cause)
    this.#failAll(this.#waiting.clearFor(thread), error)
    this.#dispatch()
  }

  onChange(): void {
    if (!this.#threads.alive) {
      this.#failAll(this.#waiting.clear(), unavailable('The model has no worker thread left'))
    }
    this.#dispatch()
    this.onRoom()
  }

  #failAll(waiting: readonly PoolCall[], error: ServingError): void {
    for (const call of waiting) {
      this.#deadlines.delete(call)
      call.fail(error)
    }
  }

  /** Runs that a thread may hold at once. */
  get #depth(): number {
    return this.#times.ahead ? SLOTS : 1
  }

  #refusal(options: PredictOptions): ServingError | undefined {
    if (this.#closing !== undefined) return unavailable('The model is being unloaded')
    if (!this.#threads.alive) return unavailable('The model has no worker thread left')
    return refusalOf(options)
  }

  #call<Answer>(
    options: PredictOptions,
    create: (init: PoolCallInit<Answer>) => PoolCall,
    pinnedTo?: PoolThread,
  ): Promise<Answer> {
    const refusal = this.#refusal(options)
    if (refusal !== undefined) return Promise.reject(refusal)
    return new Promise((resolve, reject) => {
      const call = create({ options, resolve, reject, onAbort: this.#drop, pinnedTo })
      this.#deadlines.add(call)
      this.#waiting.add(call)
      this.#dispatch()
    })
  }

  async #close(leave: (threads: WorkerThreads) => Promise<void>): Promise<void> {
    if (this.#hasUnanswered()) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
    }
    this.#deadlines.stop()
    await leave(this.#threads)
  }

  #hasUnanswered(): boolean {
    return this.#waiting.size > 0 || this.#sent.hasUnanswered
  }

  #dispatch(): void {
    while (this.#waiting.size > 0) if (!this.#sendNext()) break
    this.#levelOut()
    if (this.#onIdle !== undefined && !this.#hasUnanswered()) this.#onIdle()
  }

  /** @returns false where no thread has room for what waits. */
  #sendNext(): boolean {
    for (const thread of this.#threads.opened) {
      if (thread.load >= SLOTS) continue
      const pinned = this.#waiting.takeFor(thread)
      if (pinned === undefined) continue
      this.#send(pinned, thread)
      return true
    }
    const thread = leastLoaded(this.#threads.opened, this.#depth)
    const call = thread === undefined ? undefined : this.#waiting.take()
    if (thread === undefined || call === undefined) return false
    this.#send(call, thread)
    return true
  }

  /** A worker with nothing to do takes what was handed in advance to one that is still busy. */
  #levelOut(): void {
    if (this.#sent.size < SLOTS) return
    const idle = leastLoaded(this.#threads.opened, 1)
    if (idle === undefined) return
    const call = this.#sent.takeBack()
    if (call !== undefined) this.#send(call, idle)
  }

  #send(call: PoolCall, thread: PoolThread): void {
    const seat: Seat = { thread, slot: thread.take(call) }
    call.seat = seat
    if (call.place < 0) this.#sent.add(call)
    try {
      const message = call.message(seat)
      thread.post(message)
      this.#memory.addRun(message)
    } catch (cause) {
      thread.release(seat.slot)
      this.#forget(call)
      call.fail(internalError('The inputs cannot be sent to a worker thread', cause))
    }
  }

  #onWorkerGone(call: PoolCall, cause: unknown): void {
    const wasRunning = call.isRunning
    this.#forget(call)
    if (call.settled || !call.outlives(wasRunning, cause)) return
    this.#deadlines.add(call)
    this.#waiting.addFirst(call)
  }

  /** First the caller gets his answer; if the run then does not end in a while, its worker is given up. */
  #onDeadline(call: PoolCall): void {
    if (call.overdue) {
      this.#threads.giveUp(call.seat!.thread)
      return
    }
    call.fail(deadlineExceeded('The request was not answered by its deadline'))
    this.#drop(call)
    if (call.place < 0) return
    call.outstay(this.#times.patienceMs, this.#threads.runTimeoutMs)
    this.#deadlines.add(call)
  }

  /** An answered call is not run if that can still be prevented. */
  readonly #drop = (call: PoolCall): void => {
    const { seat } = call
    if (seat === undefined) {
      this.#waiting.delete(call)
      this.#deadlines.delete(call)
    } else if (seat.thread.withdraw(seat.slot)) {
      this.#forget(call)
    }
    this.#dispatch()
  }

  #forget(call: PoolCall): void {
    this.#sent.delete(call)
    this.#deadlines.delete(call)
    call.seat = undefined
  }
}
