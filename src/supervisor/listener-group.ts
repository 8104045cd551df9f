import { setTimeout as delay } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { messageOf, serializeError } from '../core/errors.ts'
import type { MetricFigures } from '../core/metric-figures.ts'
import type { ModelChange, NamedModels } from '../core/model-change.ts'
import { acceptingMs, isQuiet } from '../core/traffic-report.ts'
import type { TuningNews } from '../core/tuning-news.ts'
import { DirectChannel } from './direct-channel.ts'
import { FigureGathering } from './figure-gathering.ts'
import { groupFigures } from './group-figures.ts'
import type { ListenerBoard } from './listener-board.ts'
import { type ListenerObserver, ListenerSeat } from './listener-seat.ts'
import { ListenerWorker, type ThreadEnd } from './listener-worker.ts'
import { ModelChanges } from './model-changes.ts'
import type { ChangeAnswer } from './process-messages.ts'
import { RestartDelay } from './restart-delay.ts'
import { type OpenRolloutLine, RolloutRelay } from './rollout-relay.ts'
import { SupervisorLink } from './supervisor-link.ts'
import type { SupervisorLog } from './supervisor-log.ts'
import { type WatchedModels, watchedModels } from './watched-models.ts'

export interface ListenerGroupOptions {
  /** One for each listener, the first included. */
  readonly board: ListenerBoard
  /** Starts the thread of a listener, of this number from 2 up, which then talks through its parent port. */
  readonly startThread: (number: number) => Worker
  /** Where there are rollouts. */
  readonly rollouts?: OpenRolloutLine | undefined
  readonly log: SupervisorLog
}

/** How long a departure may take. */
export interface GroupLeave {
  readonly graceMs: number
  readonly requestTimeoutMs: number
}

const DEPARTURE_POLL_MS = 100
const FIRST = 1

/**
 * The listeners of one process, as one server. The first is the server of the main thread, which is there before all others
 * and serves whatever becomes of them; each of the others has a thread. In the main thread.
 */
export class ListenerGroup implements ListenerObserver {
  /** Called where a listener's threads are lost to runs that never return, and only a new process can help. */
  onExhausted: (reason: string) => void = () => {}
  /** Of the first listener. */
  readonly link: SupervisorLink
  readonly #options: ListenerGroupOptions
  readonly #gathering = new FigureGathering()
  readonly #changes = new ModelChanges<ListenerSeat>()
  /** The models of all, for whoever watches over them. */
  readonly models: WatchedModels = watchedModels(this.#changes, () => this.#first)
  readonly #rollouts: RolloutRelay<ListenerSeat>
  readonly #first: ListenerSeat
  /** Those that live, leaving ones included; the first has no thread. */
  readonly #seats = new Map<ListenerSeat, ListenerWorker | undefined>()
  readonly #delays: readonly RestartDelay[]
  readonly #restarts = new Map<string, number>()
  #starting: ListenerSeat | undefined
  #toStart: number[] = []
  #allReady = false
  #isEnding = false
  #hasStuck = false
  #emptied = Promise.withResolvers<void>()

  constructor(options: ListenerGroupOptions) {
    const { board } = options
    this.#options = options
    this.#rollouts = new RolloutRelay(options.rollouts)
    this.#delays = Array.from({ length: board.size }, () => new RestartDelay())
    const channel = new DirectChannel(FIRST, (report) => this.#first.take(report))
    this.#first = new ListenerSeat(FIRST, (order) => channel.order(order), this)
    this.#seats.set(this.#first, undefined)
    this.link = new SupervisorLink(channel)
    this.#changes.onOutdated = (listener, error) => this.#giveUp(listener, error)
    this.#changes.give(this.#first)
    board.join(FIRST)
  }

  /** A thread is inside a native run that never returns: the process can only be ended by SIGKILL. */
  get hasStuck(): boolean {
    return this.#hasStuck
  }

  /** Starts the other listeners, one after the other, while the first serves. Its link serves by then. */
  start(): void {
    for (let number = FIRST + 1; number <= this.#options.board.size; number += 1) this.#toStart.push(number)
    this.#startNext()
  }

  /** All tell balancers that they leave; connections go on coming. */
  depart(): void {
    this.#isEnding = true
    this.#toStart = []
    for (const [listener, thread] of this.#seats) {
      // Whoever is still loading has nobody to serve.
      if (listener.isReady) listener.send({ type: 'depart' })
      else thread?.terminate()
    }
  }

  /** Departs, goes on accepting connections until nobody sends any, and stops; all of it within the grace time. */
  async leave({ graceMs, requestTimeoutMs }: GroupLeave): Promise<void> {
    const startedAt = performance.now()
    this.depart()
    await this.#untilQuiet(startedAt + acceptingMs(graceMs, requestTimeoutMs))
    await this.stop({ graceMs: Math.max(0, startedAt + graceMs - performance.now()) })
  }

  /**
   * No more connections are accepted, and what is under way is answered, at the latest after `graceMs`. Resolves when no
   * listener has anything left. A second call with a shorter time cuts the first one short.
   */
  stop({ graceMs }: { graceMs: number }): Promise<void> {
    this.depart()
    for (const listener of this.#seats.keys()) {
      listener.isLeaving = true
      listener.send({ type: 'finish', graceMs })
    }
    return this.#emptied.promise
  }

  ready(listener: ListenerSeat, models: readonly NamedModels[]): void {
    this.#changes.join(listener, models).then(
      () => this.#admit(listener),
      (error: unknown) => this.#giveUp(listener, error),
    )
  }

  scrape(listener: ListenerSeat, id: number): void {
    void this.#gather().then((figures) => listener.send({ type: 'merged', id, figures }))
  }

  figures(id: number, figures: readonly MetricFigures[]): void {
    this.#gathering.answered(id, figures)
  }

  /** Whoever was asked, the first finds out what a URI leads to, and measures: the others do as it does. */
  change(listener: ListenerSeat, id: number, change: ModelChange): void {
    void this.#changes.change(this.#first, change).then((error) => {
      listener.send({ type: 'changed', id, ...(error === undefined ? {} : { error: serializeError(error) }) })
    })
  }

  done(listener: ListenerSeat, id: number, answer: ChangeAnswer): void {
    this.#changes.answered(listener, id, answer)
  }

  tuned(listener: ListenerSeat, tuned: TuningNews): void {
    this.#changes.tuning.told(listener, tuned)
  }

  rollout(listener: ListenerSeat, message: unknown): void {
    this.#rollouts.take(listener, message)
  }

  exhausted({ number }: ListenerSeat, reason: string): void {
    if (!this.#isEnding) this.onExhausted(`${reason} (listener ${number})`)
  }

  finished(listener: ListenerSeat): void {
    this.#hasStuck ||= listener.isStuck
    this.#remove(listener)
  }

  #startNext(): void {
    const number = this.#starting === undefined ? this.#toStart.shift() : undefined
    if (number === undefined || this.#isEnding) return
    const listener: ListenerSeat = new ListenerSeat(number, (order) => thread?.post(order), this)
    const thread = this.#threadFor(listener)
    if (thread === undefined) {
      this.#startNext()
      return
    }
    this.#starting = listener
    this.#seats.set(listener, thread)
    listener.send({ type: 'models', ...this.#changes.give(listener) })
  }

  /** Undefined where the system has no thread to give: the listener is started later, and the others serve. */
  #threadFor(listener: ListenerSeat): ListenerWorker | undefined {
    try {
      return new ListenerWorker(this.#options.startThread(listener.number), {
        report: (report) => listener.take(report),
        ended: (end) => this.#ended(listener, end),
      })
    } catch (error) {
      void this.#startAgain(listener, { reason: 'error', message: messageOf(error) })
      return undefined
    }
  }

  #admit(listener: ListenerSeat): void {
    this.#goOn(listener)
    const serving = this.#serving().length
    if (this.#isEnding || serving < this.#options.board.size || this.#allReady) return
    this.#allReady = true
    this.#options.log.info({ listeners: serving }, 'all listeners serve')
  }

  /** The next may start. */
  #goOn(listener: ListenerSeat): void {
    if (this.#starting !== listener) return
    this.#starting = undefined
    this.#startNext()
  }

  #ended(listener: ListenerSeat, end: ThreadEnd): void {
    const wasThere = this.#seats.has(listener)
    this.#remove(listener)
    this.#goOn(listener)
    if (wasThere && !this.#isEnding) void this.#startAgain(listener, end)
  }

  #remove(listener: ListenerSeat): void {
    if (!this.#seats.delete(listener)) return
    this.#options.board.leave(listener.number)
    this.#gathering.retire(listener)
    this.#changes.leave(listener)
    this.#rollouts.leave(listener)
    if (this.#isEnding && this.#seats.size === 0) this.#emptied.resolve()
  }

  async #startAgain({ number, servedMs }: ListenerSeat, { reason, message }: ThreadEnd): Promise<void> {
    const delayMs = this.#delays[number - 1]!.after(servedMs)
    this.#restarts.set(reason, (this.#restarts.get(reason) ?? 0) + 1)
    this.#options.log.error(
      { listener: number, reason, error: message, delayMs },
      `a listener ended; it is started again ${delayMs === 0 ? 'at once' : `in ${delayMs / 1000} s`}`,
    )
    if (delayMs > 0) await delay(delayMs, undefined, { ref: false })
    this.#toStart.push(number)
    this.#startNext()
  }

  /** It has not the models that the others have, so that it must not serve: another is started. */
  #giveUp(listener: ListenerSeat, error: unknown): void {
    if (this.#isEnding || !this.#seats.has(listener)) return
    const { number } = listener
    const reason = messageOf(error)
    this.#options.log.error({ listener: number, reason }, 'a listener cannot load what the others serve')
    this.#seats.get(listener)?.terminate()
  }

  #serving(): ListenerSeat[] {
    return [...this.#seats.keys()].filter(({ isReady, isLeaving }) => isReady && !isLeaving)
  }

  async #gather(): Promise<(readonly MetricFigures[])[]> {
    const { board } = this.#options
    const ready = [...this.#seats.keys()].filter(({ isReady }) => isReady)
    const gathered = await this.#gathering.gather(ready)
    const connections = ready.map(({ number }) => [number, board.connectionsOf(number) ?? 0] as const)
    const { missed } = this.#gathering
    return [
      groupFigures({ connections: new Map(connections), restarts: this.#restarts, missed }),
      ...gathered,
    ]
  }

  /** Until nobody sends anything any more. @param end `performance.now()` at the latest. */
  async #untilQuiet(end: number): Promise<void> {
    while (performance.now() < end) {
      await delay(DEPARTURE_POLL_MS)
      const serving = this.#serving()
      const reports = serving.flatMap(({ traffic }) => traffic ?? [])
      if (reports.length === serving.length && isQuiet(reports)) return
    }
  }
}
