import type { Logger } from 'pino'
import { overloaded, unavailable } from '../../../core/errors.ts'
import type { ThreadFigures } from '../api-executor.ts'
import type { ApiRoute } from '../api-route.ts'
import type { StoreCall } from './store-call.ts'
import type { StoreThreadData } from './store-messages.ts'
import { StoreThreadHandle, type StoreThreadObserver } from './store-thread-handle.ts'

export interface StoreThreadsInit {
  readonly work: ThreadFigures['work']
  readonly count: number
  readonly data: StoreThreadData
  /** Calls that a thread has at a time: those behind go to whichever has room first. */
  readonly callsPerThread: number
  /** A thread does one call after the other, so a call behind a long one would wait while another thread is free. */
  readonly oneByOne: boolean
  readonly logger: Logger
}

/** Calls that wait while every thread has its share; more are refused. */
const MOST_WAITING = 2048
const RETRY_AFTER_SECONDS = 1

/** A thread that has been at a call for so long is given no other. */
const LONG_CALL_MS = 5

/** From the death of a thread to the next try to replace it; doubled for each that fails. */
const FIRST_RESTART_MS = 50
const LONGEST_RESTART_MS = 5000

/** The threads that do one kind of work; each call goes to the one that has the fewest. */
export class StoreThreads implements StoreThreadObserver {
  readonly #init: StoreThreadsInit
  readonly #threads: StoreThreadHandle[] = []
  readonly #open = new Set<StoreThreadHandle>()
  #waiting: StoreCall[] = []
  /** Of `#waiting`, those before it have gone. */
  #next = 0
  #calls = 0
  #callMs = 0
  #replaced = 0
  #closing = false

  /** Starts the threads, which read their modules while others open databases. */
  constructor(init: StoreThreadsInit) {
    this.#init = init
    for (let i = 0; i < init.count; i += 1) {
      // The first creates what is not there, and the others find it.
      this.#threads.push(new StoreThreadHandle({ ...init.data, creates: init.data.creates && i === 0 }, this))
    }
  }

  /** @throws ServingError where one cannot open its database. */
  async open(): Promise<readonly ApiRoute[]> {
    const [first, ...others] = this.#threads
    const routes = (await first?.open()) ?? []
    await Promise.all(others.map((thread) => thread.open()))
    for (const thread of this.#threads) this.#open.add(thread)
    return routes
  }

  /** @returns the call, whose answer may be waited for. @throws ServingError where too many wait already */
  submit(call: StoreCall): Promise<string | Uint8Array> {
    const thread = this.#free()
    if (thread !== undefined) this.#run(thread, call)
    else if (this.#closing) throw unavailable('The server is stopping')
    else if (this.waiting >= MOST_WAITING) throw this.#overloaded()
    else this.#waiting.push(call)
    return call.answered
  }

  get waiting(): number {
    return this.#waiting.length - this.#next
  }

  figures(): ThreadFigures {
    let running = 0
    for (const thread of this.#open) running += thread.running
    return {
      work: this.#init.work,
      threads: this.#open.size,
      running,
      waiting: this.waiting,
      calls: this.#calls,
      callSeconds: this.#callMs / 1000,
      replaced: this.#replaced,
    }
  }

  answered(thread: StoreThreadHandle, call: StoreCall): void {
    this.#callMs += performance.now() - call.startedAt
    this.#fill(thread)
  }

  died(thread: StoreThreadHandle, reason: unknown): void {
    if (!this.#open.delete(thread)) return
    this.#threads.splice(this.#threads.indexOf(thread), 1)
    this.#init.logger.error({ err: reason, work: this.#init.work }, 'a thread of the database ended')
    if (!this.#closing) this.#replaceAfter(FIRST_RESTART_MS)
  }

  /** Ends the threads; calls under way must have been answered. */
  async close(): Promise<void> {
    this.#closing = true
    for (const call of this.#waiting.splice(0)) call.reject(unavailable('The server is stopping'))
    this.#next = 0
    await Promise.all(this.#threads.map((thread) => thread.close()))
  }

  /** Ends the threads whatever they do. */
  async terminate(): Promise<void> {
    this.#closing = true
    await Promise.all(this.#threads.map((thread) => thread.terminate()))
  }

  #free(): StoreThreadHandle | undefined {
    const { callsPerThread, oneByOne } = this.#init
    let free: StoreThreadHandle | undefined
    for (const thread of this.#open) {
      if (thread.running >= (free?.running ?? callsPerThread)) continue
      if (!oneByOne || thread.busyMs < LONG_CALL_MS) free = thread
    }
    return free
  }

  /** Gives it of what waits as much as it may have. */
  #fill(thread: StoreThreadHandle): void {
    while (thread.running < this.#init.callsPerThread) {
      const call = this.#takeWaiting()
      if (call === undefined) return
      this.#run(thread, call)
    }
  }

  #run(thread: StoreThreadHandle, call: StoreCall): void {
    this.#calls += 1
    thread.run(call)
  }

  /** The first that somebody still waits for. */
  #takeWaiting(): StoreCall | undefined {
    while (this.#next < this.#waiting.length) {
      const call = this.#waiting[this.#next]
      this.#next += 1
      if (call?.isForgotten === false) return call
      call?.reject(unavailable('Nobody waits for the answer any longer'))
    }
    this.#waiting = []
    this.#next = 0
    return undefined
  }

  #overloaded(): Error {
    return overloaded('Too many requests wait for the database', RETRY_AFTER_SECONDS, { refused: 'queue' })
  }

  #replaceAfter(delayMs: number): void {
    setTimeout(() => void this.#replace(delayMs), delayMs).unref()
  }

  async #replace(delayMs: number): Promise<void> {
    if (this.#closing) return
    const thread = new StoreThreadHandle({ ...this.#init.data, creates: false }, this)
    this.#threads.push(thread)
    try {
      await thread.open()
    } catch (error) {
      this.#init.logger.error(
        { err: error, work: this.#init.work },
        'a thread of the database cannot be replaced',
      )
      this.#threads.splice(this.#threads.indexOf(thread), 1)
      await thread.terminate()
      return this.#replaceAfter(Math.min(delayMs * 2, LONGEST_RESTART_MS))
    }
    this.#replaced += 1
    this.#open.add(thread)
    this.#fill(thread)
  }
}
