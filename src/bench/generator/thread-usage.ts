import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'

export interface UsageShares {
  /** Of the time what the thread worked, turns of its event loop that found nothing to do left out. */
  readonly busyShare: number
  /** Of the time what it waited for a processor while others had them; undefined where the system does not tell. */
  readonly starvedShare: number | undefined
}

/** What a generator's thread does with its time: whether it was the limit. */
export class ThreadUsage {
  /** Set by whoever did something since the last turn. */
  hasWorked = false
  #startedAt = performance.now()
  #loopAtStart = performance.eventLoopUtilization()
  #starvedAtStart = starvedMs()
  #idleMs = 0
  #turnedAt = Number.POSITIVE_INFINITY

  /** The load begins: what the thread did to get ready, and how long it waited for the others, says nothing of it. */
  begin(): void {
    this.#startedAt = performance.now()
    this.#loopAtStart = performance.eventLoopUtilization()
    this.#starvedAtStart = starvedMs()
  }

  /** A turn of a loop that goes round without sleeping has begun. */
  turn(now: number): void {
    if (!this.hasWorked && now > this.#turnedAt) this.#idleMs += now - this.#turnedAt
    this.hasWorked = false
    this.#turnedAt = now
  }

  /** The loop sleeps: what it does with that time the event loop knows itself. */
  sleep(): void {
    this.#turnedAt = Number.POSITIVE_INFINITY
  }

  /** Since the load began. */
  shares(): UsageShares {
    const wallMs = performance.now() - this.#startedAt
    const { active } = performance.eventLoopUtilization(this.#loopAtStart)
    const starved = starvedMs()
    const starvedShare =
      starved === undefined || this.#starvedAtStart === undefined
        ? undefined
        : (starved - this.#starvedAtStart) / wallMs
    return { busyShare: Math.min(1, Math.max(0, (active - this.#idleMs) / wallMs)), starvedShare }
  }
}

/** Time that this thread was ready to run and did not (proc(5), schedstat: the second number, in nanoseconds). */
function starvedMs(): number | undefined {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]) / 1e6
  } catch {
    return undefined
  }
}
