import { performance } from 'node:perf_hooks'
import {
  cancelled,
  deadlineExceeded,
  deserializeError,
  internalError,
  isWorkerDeath,
  unavailable,
  workerDied,
} from '../../core/errors.ts'
import type { OutputMetadata, PredictOptions, Predictor, TensorMetadata } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import { rowCount } from '../../core/tensor-rows.ts'
import type { PoolStats } from '../served-model.ts'
import { DeadlineWatch } from './deadline-watch.ts'
import { PoolCall, type Seat } from './pool-call.ts'
import { fromWire, inputsToWire, isCloneError, type WireTensor } from './wire-tensors.ts'
import type { OpenedModel, RunMessage, RunReply } from './worker-messages.ts'
import { WorkerTask } from './worker-task.ts'
import { SLOTS, type WorkerThread } from './worker-thread.ts'
import type { WorkerModel, WorkerThreads } from './worker-threads.ts'

/**
 * Runs under about 2 ms are handed over one ahead, since the hop between the threads is then a good part of
 * them. Two bounds, so that a model on the edge keeps to one way.
 */
const AHEAD_BELOW_MS = 1.6
const AHEAD_UP_TO_MS = 2.4
/** A call that lost this many workers before it could begin is refused. */
const MOST_LOSSES = 3
/** How long an answered run may go on before its worker is given up; four times the longest run if that is more. */
const SHORTEST_PATIENCE_MS = 1_000

/**
 * Worker threads with one engine session each. Calls wait in one queue here and go to whichever worker is
 * free. A worker that dies takes the call with it that it was running (TEMPORARILY_UNAVAILABLE); what it had
 * not begun goes back to the queue.
 */
export class WorkerPool implements Predictor {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  readonly maxBatchRows: number
  readonly batchable: boolean
  readonly #threads: WorkerThreads
  readonly #waiting: PoolCall[] = []
  /** Calls for one thread each, which wait for a slot of it. */
  readonly #pinned: { readonly call: PoolCall; readonly thread: WorkerThread }[] = []
  /** Calls that a worker has, begun or not. */
  readonly #sent = new Set<PoolCall>()
  readonly #deadlines = new DeadlineWatch<PoolCall>((call) => this.#onDeadline(call))
  /** Runs of a thread: one, and another in advance where runs are short. */
  #depth = 1
  #runMs = 0
  #longestRunMs = 0
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
    threads.onChange = () => this.#onThreadsChanged()
  }

  /** What the threads hold at once: more would only wait here. */
  get maxConcurrency(): number {
    return Math.max(1, this.#threads.size * this.#depth)
  }

  get stats(): PoolStats {
    const { size, restarts, lost, stuck } = this.#threads
    let running = 0
    for (const call of this.#sent) if (call.isRunning) running += 1
    return {
      workers: size,
      running,
      queued: this.#waiting.length + this.#sent.size - running,
      workerRestarts: restarts,
      workersLost: lost,
      stuckWorkers: stuck,
    }
  }

  /** Opens more threads, up to `count` in all. */
  async grow(count: number): Promise<void> {
    await this.#threads.grow(count)
    this.#dispatch()
  }

  predict(inputs: TensorMap, options: PredictOptions = {}): Promise<TensorMap> {
    if (this.#closing !== undefined) return Promise.reject(unavailable('The model is being unloaded'))
    if (!this.#threads.alive) return Promise.reject(unavailable('The model has no worker thread left'))
    if (options.signal?.aborted) {
      return Promise.reject(cancelled('The request was taken back before it ran'))
    }
    if (options.deadline !== undefined && performance.now() > options.deadline) {
      return Promise.reject(deadlineExceeded('The request was late before it ran'))
    }
    return new Promise((resolve, reject) => {
      const call = new PoolCall({ inputs, options, resolve, reject, onAbort: (gone) => this.#drop(gone) })
      this.#deadlines.add(call)
      this.#waiting.push(call)
      this.#dispatch()
    })
  }

  /**
   * Runs `inputs` once in every thread, a busy one after what it has. A thread that dies meanwhile is left out.
   * @throws ServingError what the model throws.
   */
  async everywhere(inputs: TensorMap): Promise<void> {
    const runs = [...this.#threads.opened].map((thread) => this.#predictIn(thread, inputs))
    for (const result of await Promise.allSettled(runs)) {
      if (result.status === 'rejected' && !isWorkerDeath(result.reason)) throw result.reason
    }
  }

  #predictIn(thread: WorkerThread, inputs: TensorMap): Promise<TensorMap> {
    return new Promise((resolve, reject) => {
      const call = new PoolCall({ inputs, options: {}, resolve, reject, onAbort: () => {}, pinned: true })
      this.#pinned.push({ call, thread })
      this.#dispatch()
    })
  }

  /** Answers all calls under way with an error, so that `close` need not wait for them. */
  abandon(): void {
    const error = unavailable('The model was unloaded before it had answered')
    const pinned = this.#pinned.map(({ call }) => call)
    for (const call of [...this.#waiting, ...pinned, ...this.#sent]) {
      call.fail(error)
      this.#drop(call)
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    if (this.#hasUnanswered()) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
    }
    this.#deadlines.stop()
    await this.#threads.close()
  }

  #hasUnanswered(): boolean {
    if (this.#waiting.length > 0 || this.#pinned.length > 0) return true
    for (const call of this.#sent) if (!call.settled) return true
    return false
  }

  #dispatch(): void {
    this.#sendPinned()
    while (this.#waiting.length > 0) {
      const thread = this.#leastLoaded(this.#depth)
      if (thread === undefined) return
      this.#send(this.#waiting.shift()!, thread)
    }
    this.#levelOut()
    if (this.#onIdle !== undefined && !this.#hasUnanswered()) this.#onIdle()
  }

  #sendPinned(): void {
    for (let at = 0; at < this.#pinned.length; ) {
      const { call, thread } = this.#pinned[at]!
      if (!call.settled && thread.load >= SLOTS) {
        at += 1
        continue
      }
      this.#pinned.splice(at, 1)
      if (!call.settled) this.#send(call, thread)
    }
  }

  #leastLoaded(depth: number): WorkerThread | undefined {
    let least: WorkerThread | undefined
    let load = depth
    for (const thread of this.#threads.opened) {
      if (thread.load >= load) continue
      least = thread
      load = thread.load
    }
    return least
  }

  /** A worker with nothing to do takes what was handed in advance to one that is still busy. */
  #levelOut(): void {
    const idle = this.#leastLoaded(1)
    if (idle === undefined) return
    for (const call of this.#sent) {
      const seat = call.seat!
      if (seat.thread.load < SLOTS || call.settled || call.pinned) continue
      if (!seat.thread.withdraw(seat.slot)) continue
      this.#send(call, idle)
      return
    }
  }

  #send(call: PoolCall, thread: WorkerThread): void {
    const seat = { thread, slot: thread.take(), task: WorkerTask.forWorker(thread.id) }
    call.seat = seat
    this.#sent.add(call)
    this.#threads.run(thread, messageOf(call, seat.slot), seat.task).then(
      (reply) => this.#onReply(call, seat, reply),
      (cause: unknown) => this.#onWorkerGone(call, seat, cause),
    )
  }

  #onReply(call: PoolCall, seat: Seat, reply: RunReply): void {
    seat.thread.release(seat.slot)
    // A call that was withdrawn from this seat may have another by now.
    if (call.seat === seat) {
      this.#forget(call)
      if (reply.status === 'done') this.#onDone(call, reply.outputs, reply.computeMs)
      else if (reply.status === 'failed') call.fail(deserializeError(reply.error))
    }
    this.#dispatch()
  }

  #onDone(call: PoolCall, outputs: readonly WireTensor[], computeMs: number): void {
    this.#runMs = this.#runMs === 0 ? computeMs : this.#runMs + (computeMs - this.#runMs) / 8
    if (this.#runMs < AHEAD_BELOW_MS) this.#depth = SLOTS
    else if (this.#runMs > AHEAD_UP_TO_MS) this.#depth = 1
    this.#longestRunMs = Math.max(this.#longestRunMs, computeMs)
    const { timing } = call.options
    if (timing !== undefined && !call.settled) {
      timing.compute = computeMs
      timing.queue = Math.max(0, performance.now() - call.queuedAt - computeMs)
      timing.batchRows = rowCount(call.inputs)
    }
    call.succeed(fromWire(outputs))
  }

  #onWorkerGone(call: PoolCall, seat: Seat, cause: unknown): void {
    seat.thread.release(seat.slot)
    if (call.seat !== seat) return
    const wasRunning = call.isRunning
    this.#forget(call)
    if (call.settled) return
    if (isCloneError(cause)) {
      call.fail(internalError('The inputs cannot be sent to a worker thread', cause))
    } else if (wasRunning || call.pinned) {
      call.fail(workerDied('The worker thread died while it ran this request', cause))
    } else if (++call.losses >= MOST_LOSSES) {
      call.fail(unavailable('The worker threads died before they could run this request', { cause }))
    } else {
      this.#deadlines.add(call)
      this.#waiting.unshift(call)
    }
    this.#dispatch()
  }

  /** First the caller gets his answer; if the run then does not end in a while, its worker is given up. */
  #onDeadline(call: PoolCall): void {
    if (call.overdue) {
      this.#threads.giveUp(call.seat!.task)
      return
    }
    call.fail(deadlineExceeded('The request was not answered by its deadline'))
    this.#drop(call)
    if (!this.#sent.has(call)) return
    call.overdue = true
    call.deadline = performance.now() + Math.max(SHORTEST_PATIENCE_MS, 4 * this.#longestRunMs)
    this.#deadlines.add(call)
  }

  /** An answered call is not run if that can still be prevented. */
  #drop(call: PoolCall): void {
    const { seat } = call
    if (seat === undefined) {
      const at = this.#waiting.indexOf(call)
      if (at >= 0) this.#waiting.splice(at, 1)
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

  #onThreadsChanged(): void {
    if (!this.#threads.alive) {
      const error = unavailable('The model has no worker thread left')
      for (const call of this.#waiting.splice(0)) {
        this.#deadlines.delete(call)
        call.fail(error)
      }
    }
    this.#dispatch()
  }
}

function messageOf(call: PoolCall, slot: number): RunMessage {
  const { outputs, parameters } = call.options
  return {
    kind: 'run',
    slot,
    inputs: inputsToWire(call.inputs),
    ...(outputs === undefined ? {} : { outputs }),
    ...(parameters === undefined || parameters.size === 0 ? {} : { parameters }),
  }
}
