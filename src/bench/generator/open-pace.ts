import { performance } from 'node:perf_hooks'
import type { Arrivals } from './arrivals.ts'
import type { Pace, Pacing } from './pace.ts'
import type { ThreadUsage } from './thread-usage.ts'

/** Timers of Node are late by one to two milliseconds: the rest is waited for in turns of the event loop. */
const TIMER_SLACK_MS = 2.5
/** Requests are given up no later than this after their time. */
const LONGEST_SLEEP_MS = 20
/** What is due is sent in pieces of so many, so that answers are read while a delay is made up for. */
const MOST_SENT_AT_ONCE = 64

/** Calls come at their times, whatever became of the earlier ones. */
export class OpenPace implements Pace {
  readonly #arrivals: Arrivals
  readonly #usage: ThreadUsage
  readonly #pacing: Pacing
  readonly #finished = Promise.withResolvers<void>()
  #next = 0

  constructor(arrivals: Arrivals, usage: ThreadUsage, pacing: Pacing) {
    this.#arrivals = arrivals
    this.#usage = usage
    this.#pacing = pacing
  }

  run(): Promise<void> {
    this.#next = this.#arrivals()
    this.#turn()
    return this.#finished.promise
  }

  settled(): void {}

  /** Sends what is due, gives up what is late, and sleeps until there is more of either. */
  readonly #turn = (): void => {
    const { startedAt, endMs } = this.#pacing
    const clock = performance.now()
    this.#usage.turn(clock)
    const now = clock - startedAt
    for (let sent = 0; this.#next <= now && this.#next < endMs && sent < MOST_SENT_AT_ONCE; sent += 1) {
      this.#pacing.arrive(startedAt + this.#next)
      this.#next = this.#arrivals()
    }
    this.#pacing.giveUpLate()
    if (this.#next < endMs) this.#wait(this.#next - now - TIMER_SLACK_MS)
    else if (this.#pacing.isUnderWay()) this.#sleep(1)
    else this.#finished.resolve()
  }

  #wait(sleepMs: number): void {
    if (sleepMs < 1) setImmediate(this.#turn)
    else this.#sleep(Math.floor(Math.min(sleepMs, LONGEST_SLEEP_MS)))
  }

  #sleep(sleepMs: number): void {
    this.#usage.sleep()
    setTimeout(this.#turn, sleepMs)
  }
}
