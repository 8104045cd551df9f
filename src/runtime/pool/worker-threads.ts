import { MessageChannel } from 'node:worker_threads'
import { deserializeError, internalError, messageOf, unavailable } from '../../core/errors.ts'
import { availableResources, heapLimitMb } from '../cores.ts'
import { type RuntimeLog, SILENT_LOG } from '../runtime-log.ts'
import { Backoff } from './backoff.ts'
import { LostThreads } from './lost-threads.ts'
import { PiscinaThreads } from './piscina-threads.ts'
import type { PoolCall, PoolThread } from './pool-call.ts'
import type { ThreadsObserver } from './threads-observer.ts'
import { untilIdle, untilOpened } from './until-opened.ts'
import type { OpenedModel, OpenMessage, RunReply, WorkerModel } from './worker-messages.ts'
import { WorkerTask } from './worker-task.ts'
import { type ReplyReceiver, WorkerThread, type WorkerThreadInit } from './worker-thread.ts'

export interface WorkerThreadsOptions {
  /** The most threads there will be at the same time. */
  readonly maxThreads: number
  /** Limit of each worker's JavaScript heap, which the engine's own memory is no part of; by the memory unless set. */
  readonly maxHeapMb?: number
  /** Of which all copies of the model may take half, those in lost threads included; what there is unless set. */
  readonly memoryBytes?: number
  /** No thread is given up over a run that has not gone on for so long, however short its caller's time is; 0 unless set. */
  readonly runTimeoutMs?: number
  readonly log?: RuntimeLog
}

/**
 * The threads of one pool: opens a model in them, replaces those that die, gives up those that hang. piscina
 * starts and watches the threads; its balancer is ours, so that each of them can be addressed.
 */
export class WorkerThreads implements ReplyReceiver<PoolCall> {
  /** Set by whoever opens the model, before anything runs. */
  observer: ThreadsObserver | undefined
  /** Called once, when so much is lost that only a new process can help. */
  onExhausted: () => void = () => {}
  readonly runTimeoutMs: number
  readonly maxThreads: number
  readonly #memoryBytes: number
  readonly #log: RuntimeLog
  readonly #piscina: PiscinaThreads
  readonly #threads = new Map<number, PoolThread>()
  readonly #openings = new Set<WorkerTask>()
  /** What the threads that had a model died of; undefined of those that live. */
  readonly #causes = new Map<number, Error | undefined>()
  readonly #started: Promise<unknown>
  /** Until the next opening: the start, or the emptying, of the thread that it will have. */
  #ahead: Promise<unknown> | undefined
  #model: WorkerModel | undefined
  /** Threads that there should be. */
  #wanted = 0
  #restarts = 0
  readonly #lost = new LostThreads(
    () => this.#replace(),
    () => this.#checkBudget(),
  )
  readonly #backoff = new Backoff()
  #exhausted = false
  #closed = false

  /** One thread is started at once, which takes about as long as finding out what it is to open. */
  constructor(options: WorkerThreadsOptions) {
    const { maxThreads, memoryBytes = availableResources().memoryBytes } = options
    const { maxHeapMb = heapLimitMb(maxThreads, memoryBytes), log = SILENT_LOG } = options
    this.runTimeoutMs = options.runTimeoutMs ?? 0
    this.maxThreads = maxThreads
    this.#memoryBytes = memoryBytes
    this.#log = log
    this.#piscina = new PiscinaThreads({ maxThreads, maxHeapMb }, () => this.#reconcile())
    const first = WorkerTask.forFreshWorker(() => true)
    this.#started = this.#piscina.post({ kind: 'start' }, first).catch(() => {})
    this.#ahead = this.#started
  }

  get opened(): Iterable<PoolThread> {
    return this.#threads.values()
  }

  get size(): number {
    return this.#threads.size
  }

  /** Threads that died and were replaced. */
  get restarts(): number {
    return this.#restarts
  }

  /** Threads given up because a run did not return. */
  get lost(): number {
    return this.#lost.lost
  }

  /** Those of the lost that still occupy a core: they are inside a native run, which nothing can end. */
  get stuck(): number {
    return this.#lost.stuck
  }

  /** Nothing is left of it: closed, and all threads ended. */
  get gone(): boolean {
    return this.#closed && this.#lost.stuck === 0
  }

  /** Whether a thread is there or will be soon. False once so many were lost that no more are started. */
  get alive(): boolean {
    return this.#threads.size > 0 || this.#openings.size > 0
  }

  /**
   * Opens `model` in `count` threads.
   * @throws ServingError where that is not possible.
   */
  async open(model: WorkerModel, count: number): Promise<OpenedModel> {
    this.#model = model
    const [opened] = await this.#grow(count)
    if (opened === undefined) throw internalError('A pool was opened without threads')
    return opened
  }

  /** Opens the model in more threads, until there are `count`. @throws ServingError */
  async grow(count: number): Promise<void> {
    await this.#grow(count)
  }

  /**
   * Ends a thread whose run does not return, or leaves it behind where that run is native and keeps it from
   * ending. It is replaced as long as the budget allows it: each one left behind keeps a core and a copy of the weights.
   */
  giveUp(thread: PoolThread): void {
    const worker = this.#piscina.find(thread.id)
    if (worker === undefined || !this.#threads.has(thread.id)) return
    this.#lost.giveUp(worker)
    this.#forget(thread.id, 'A run did not return; its worker thread was given up')
    this.#piscina.terminate(thread.id)
  }

  /**
   * Has the one thread that there is give up its model, so that another can be opened in it.
   * @returns false where there is not one thread that can be used again: then all that is left is to close them.
   */
  async empty(): Promise<boolean> {
    const [thread, ...others] = this.#threads.values()
    if (thread === undefined || others.length > 0 || this.#wanted !== 1 || thread.load > 0) return false
    if (this.#closed || this.#lost.lost > 0) return false
    this.#threads.delete(thread.id)
    this.observer = undefined
    this.onExhausted = () => {}
    this.#model = undefined
    this.#wanted = 0
    thread.end()
    const emptied = this.#piscina.post({ kind: 'empty' }, WorkerTask.forWorker(thread.id))
    this.#ahead = emptied.catch(() => {})
    const reply = await emptied.catch(() => undefined)
    return reply?.status === 'emptied' && !this.#closed
  }

  /** Ends all threads, however busy, once none opens the model. One inside a native run is left behind, as stuck. */
  async close(): Promise<void> {
    this.#closed = true
    this.#backoff.stop()
    await untilOpened(this.#started, this.#openings)
    await untilIdle(this.#threads.values())
    const left = await this.#piscina.end((id) => (this.#threads.get(id)?.load ?? 0) > 0)
    for (const worker of left) this.#lost.watch(worker)
    // What they were at has no other end, where the model was given up while it was being timed.
    for (const thread of this.#threads.values()) this.observer?.onEnded(thread, undefined)
  }

  #grow(count: number): Promise<OpenedModel[]> {
    const missing = Math.max(0, count - this.#wanted)
    this.#wanted += missing
    return Promise.all(Array.from({ length: missing }, () => this.#open()))
  }

  async #open(): Promise<OpenedModel> {
    if (this.#model === undefined) throw internalError('A pool was told to grow before it was opened')
    const shared = WorkerThread.newShared()
    const { port1, port2 } = new MessageChannel()
    const task = WorkerTask.forFreshWorker((id) => !this.#isTaken(id))
    this.#openings.add(task)
    const ahead = this.#ahead
    this.#ahead = undefined
    try {
      // piscina starts another thread for what is posted while the first one is starting.
      await ahead
      if (this.#closed) throw unavailable('The model is being unloaded')
      const message: OpenMessage = { kind: 'open', port: port2, shared, ...this.#model }
      const reply = await this.#piscina.post(message, task, [port2]).catch((cause) => {
        throw unavailable('A worker thread died while it loaded the model', { cause })
      })
      if (this.#closed) throw unavailable('The model is being unloaded')
      if (reply.status === 'failed') throw deserializeError(reply.error)
      if (reply.status !== 'opened') throw internalError(`A worker opened its model with '${reply.status}'`)
      this.#add({ id: task.workerId!, port: port1, shared, model: reply.model, receiver: this })
      return reply.model
    } catch (error) {
      port1.close()
      throw error
    } finally {
      this.#openings.delete(task)
    }
  }

  #add(init: WorkerThreadInit<PoolCall>): void {
    const { id } = init
    this.#threads.set(id, new WorkerThread(init))
    if (this.#causes.has(id)) return
    this.#causes.set(id, undefined)
    this.#piscina.find(id)?.once('error', (error) => this.#causes.set(id, error))
  }

  #isTaken(id: number): boolean {
    return this.#threads.has(id) || [...this.#openings].some(({ workerId }) => workerId === id)
  }

  /** Compares the threads that we know with those that live. */
  #reconcile(): void {
    if (this.#closed) return
    const live = new Set(this.#piscina.ids)
    for (const id of this.#threads.keys()) if (!live.has(id)) this.#forget(id, 'A worker thread has ended')
    this.#dropOrphanedOpenings(live)
    this.#replace()
    this.observer?.onChange()
  }

  #forget(id: number, event: string): void {
    const thread = this.#threads.get(id)
    if (thread === undefined) return
    const cause = this.#causes.get(id)
    this.#threads.delete(id)
    this.#causes.delete(id)
    this.#warn(event, cause === undefined ? {} : { reason: cause.message })
    this.observer?.onEnded(thread, cause)
  }

  /** A thread that dies before it is ready leaves the task that it was started for in piscina's queue. */
  #dropOrphanedOpenings(live: ReadonlySet<number>): void {
    let unassigned = 0
    for (const id of live) if (!this.#isTaken(id)) unassigned += 1
    for (const task of [...this.#openings]) {
      if (task.workerId !== undefined) continue
      if (unassigned > 0) unassigned -= 1
      else task.abort()
    }
  }

  #replace(): void {
    if (this.#closed || this.#backoff.waiting) return
    for (let n = this.#count; n < this.#wanted && this.#mayReplace(); n += 1) {
      this.#open().then(
        () => this.#replaced(),
        (error: unknown) => this.#replaceLater(error),
      )
    }
  }

  /** Threads that are there or will be soon. */
  get #count(): number {
    return this.#threads.size + this.#openings.size
  }

  /** Whether there is a core and memory for one more thread, beside those that are stuck. */
  #mayReplace(): boolean {
    const { stuck } = this.#lost
    if (stuck === 0) return true
    const copies = this.#count + stuck + 1
    const weightBytes = this.#model?.mlmodel.traits.weightBytes ?? 0
    return stuck <= this.#wanted && copies * weightBytes <= this.#memoryBytes / 2
  }

  /** As many cores as the pool has are lost, or its last thread is: what else there was to lose is not worth waiting for. */
  #checkBudget(): void {
    if (this.#closed || this.#exhausted || this.#mayReplace()) return
    if (this.#lost.stuck <= this.#wanted && this.#count > 0) return
    this.#exhausted = true
    this.#warn('No worker thread can be replaced any more')
    this.onExhausted()
  }

  #replaced(): void {
    this.#backoff.succeeded()
    this.#restarts += 1
    this.observer?.onChange()
  }

  #replaceLater(error: unknown): void {
    if (this.#closed) return
    this.#warn('A worker thread could not be replaced', { reason: messageOf(error) })
    this.observer?.onChange()
    this.#backoff.later(() => this.#replace())
  }

  onReply(thread: PoolThread, slot: number, reply: RunReply): void {
    this.observer?.onReply(thread, slot, reply)
  }

  #warn(message: string, facts: object = {}): void {
    const directory = this.#model?.mlmodel.directory
    this.#log.warn({ directory, threads: this.#threads.size, ...facts }, message)
  }
}
