import type { Worker } from 'node:worker_threads'
import { Piscina, queueOptionsSymbol } from 'piscina'
import { deserializeError, internalError, messageOf, unavailable } from '../../core/errors.ts'
import type { PreparedModel } from '../../flavors/flavor.ts'
import { type RuntimeLog, SILENT_LOG } from '../runtime-log.ts'
import { siblingModule } from './sibling-module.ts'
import { isCloneError } from './wire-tensors.ts'
import type { OpenedModel, RunMessage, RunReply, WorkerMessage, WorkerReply } from './worker-messages.ts'
import { WorkerTask } from './worker-task.ts'
import { WorkerThread } from './worker-thread.ts'

export interface WorkerThreadsOptions {
  /** The most threads there will be at the same time. */
  readonly maxThreads: number
  /** Limit of each worker's JavaScript heap; the engine's own memory does not count. */
  readonly maxHeapMb?: number
  readonly log?: RuntimeLog
}

/** What the threads are to open. */
export interface WorkerModel {
  readonly mlmodel: PreparedModel
  readonly intraOpThreads: number
  /** Module URL of another flavor table than Headrace's own. */
  readonly flavorTable?: string
}

/** The symbol is for the balancer; being a symbol, it does not cross to the worker. */
type Addressed<Message> = Message & { readonly [queueOptionsSymbol]: WorkerTask }

const TERMINATION_MS = 1_500
const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 10_000

/**
 * The threads of one pool: opens a model in them, replaces those that die, gives up those that hang. piscina
 * starts, watches and ends the threads; its balancer is ours, so that each of them can be addressed.
 */
export class WorkerThreads {
  /** Called when a thread has come or gone, so that waiting work can be placed anew. */
  onChange: () => void = () => {}
  readonly #options: WorkerThreadsOptions
  readonly #piscina: Piscina<Addressed<WorkerMessage>, WorkerReply>
  readonly #threads = new Map<number, WorkerThread>()
  readonly #openings = new Set<WorkerTask>()
  /** Until the first opening: the start of the thread that it will have. */
  #ahead: Promise<unknown> | undefined
  #model: WorkerModel | undefined
  /** Threads that there should be. */
  #wanted = 0
  #restarts = 0
  #lost = 0
  #stuck = 0
  #failures = 0
  #retry: NodeJS.Timeout | undefined
  #closed = false

  /** One thread is started at once, which takes about as long as finding out what it is to open. */
  constructor(options: WorkerThreadsOptions) {
    this.#options = options
    this.#piscina = new Piscina<Addressed<WorkerMessage>, WorkerReply>({
      filename: siblingModule(import.meta.url, 'worker'),
      minThreads: 0,
      maxThreads: options.maxThreads,
      idleTimeout: Number.POSITIVE_INFINITY,
      // Measured: no slower than `sync`, in which an idle worker hears nothing.
      atomics: 'disabled',
      recordTiming: false,
      loadBalancer: (task, workers) => (task[queueOptionsSymbol] as WorkerTask).choose(workers) ?? null,
      ...(options.maxHeapMb === undefined
        ? {}
        : { resourceLimits: { maxOldGenerationSizeMb: options.maxHeapMb } }),
    })
    this.#piscina.on('workerDestroy', () => queueMicrotask(() => this.#reconcile()))
    // A worker that dies while idle is reported here too; `workerDestroy` is what counts.
    this.#piscina.on('error', () => {})
    // Whoever opens the model hears of its death.
    this.#ahead = this.#post(
      { kind: 'start' },
      WorkerTask.forFreshWorker(() => true),
    ).catch(() => {})
  }

  get opened(): Iterable<WorkerThread> {
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
    return this.#lost
  }

  /** Those of the lost that still occupy a core: they are inside a native run, which nothing can end. */
  get stuck(): number {
    return this.#stuck
  }

  /** Nothing is left of it: closed, and all threads ended. */
  get gone(): boolean {
    return this.#closed && this.#stuck === 0
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

  /** Rejects where the thread died, or was given up, before it answered. */
  async run(thread: WorkerThread, message: RunMessage, task: WorkerTask): Promise<RunReply> {
    try {
      return (await this.#post(message, task)) as RunReply
    } catch (error) {
      // Known here before piscina reports it: nothing more may be sent there.
      if (!isCloneError(error)) this.#forget(thread.id)
      throw error
    }
  }

  /**
   * Ends the thread on which `task` runs, or leaves it behind where a native run keeps it from ending. It is
   * replaced as long as fewer were lost than the pool has threads: each lost one keeps a core and a copy of
   * the weights.
   */
  giveUp(task: WorkerTask): void {
    const worker = this.#piscina.threads.find(({ threadId }) => threadId === task.workerId)
    if (worker !== undefined) {
      this.#lost += 1
      this.#countStuck(worker)
      this.#warn('A run did not return; its worker thread was given up')
    }
    task.abort()
  }

  /** Ends all threads, however busy. One that is inside a native run is left behind, as stuck. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    const ending = new Set(this.#piscina.threads)
    for (const worker of ending) worker.once('exit', () => ending.delete(worker))
    let timer: NodeJS.Timeout | undefined
    const timeOut = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, TERMINATION_MS)
    })
    await Promise.race([this.#piscina.destroy(), timeOut])
    clearTimeout(timer)
    for (const worker of ending) this.#countStuck(worker)
  }

  #countStuck(worker: Worker): void {
    this.#stuck += 1
    worker.once('exit', () => {
      this.#stuck -= 1
    })
  }

  #grow(count: number): Promise<OpenedModel[]> {
    const missing = Math.max(0, count - this.#wanted)
    this.#wanted += missing
    return Promise.all(Array.from({ length: missing }, () => this.#open()))
  }

  async #open(): Promise<OpenedModel> {
    if (this.#model === undefined) throw internalError('A pool was told to grow before it was opened')
    const marks = WorkerThread.newMarks()
    const task = WorkerTask.forFreshWorker((id) => !this.#isTaken(id))
    this.#openings.add(task)
    const ahead = this.#ahead
    this.#ahead = undefined
    try {
      // piscina starts another thread for what is posted while the first one is starting.
      await ahead
      const reply = await this.#post({ kind: 'open', marks, ...this.#model }, task).catch((cause) => {
        throw unavailable('A worker thread died while it loaded the model', { cause })
      })
      if (reply.status === 'failed') throw deserializeError(reply.error)
      if (reply.status !== 'opened') throw internalError(`A worker opened its model with '${reply.status}'`)
      this.#threads.set(task.workerId!, new WorkerThread(task.workerId!, marks))
      return reply.model
    } finally {
      this.#openings.delete(task)
    }
  }

  #post(message: WorkerMessage, task: WorkerTask): Promise<WorkerReply> {
    return this.#piscina.run({ ...message, [queueOptionsSymbol]: task }, { signal: task })
  }

  #isTaken(id: number): boolean {
    if (this.#threads.has(id)) return true
    for (const { workerId } of this.#openings) if (workerId === id) return true
    return false
  }

  /** Compares the threads that we know with those that live. */
  #reconcile(): void {
    if (this.#closed) return
    const live = new Set(this.#piscina.threads.map(({ threadId }) => threadId))
    for (const id of this.#threads.keys()) if (!live.has(id)) this.#forget(id)
    this.#dropOrphanedOpenings(live)
    this.#replace()
    this.onChange()
  }

  #forget(id: number): void {
    if (this.#threads.delete(id)) this.#warn('A worker thread has ended')
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
    if (this.#closed || this.#lost > this.#wanted || this.#retry !== undefined) return
    for (let n = this.#threads.size + this.#openings.size; n < this.#wanted; n += 1) {
      this.#open().then(
        () => this.#replaced(),
        (error: unknown) => this.#replaceLater(error),
      )
    }
  }

  #replaced(): void {
    this.#failures = 0
    this.#restarts += 1
    this.onChange()
  }

  #replaceLater(error: unknown): void {
    if (this.#closed) return
    this.#warn('A worker thread could not be replaced', { reason: messageOf(error) })
    this.onChange()
    if (this.#retry !== undefined) return
    const delay = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LONGEST_RETRY_MS)
    this.#failures += 1
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.#replace()
    }, delay).unref()
  }

  #warn(message: string, facts: object = {}): void {
    const { log = SILENT_LOG } = this.#options
    const directory = this.#model?.mlmodel.directory
    log.warn({ directory, threads: this.#threads.size, ...facts }, message)
  }
}
