import { Latencies } from '../latencies.ts'
import type { Outcome } from './load-result.ts'

/** A tally on its way between threads. */
export interface EncodedTally {
  readonly offered: number
  readonly sent: number
  readonly inTime: number
  readonly timeouts: number
  readonly answers: ReadonlyMap<string, number>
  readonly errors: ReadonlyMap<string, number>
  readonly retryAfter: ReadonlyMap<string, number>
  readonly latency: string
  readonly otherLatency: string
}

/** Counts what becomes of requests. */
export class Tally {
  offered = 0
  sent = 0
  timeouts = 0
  #inTime = 0
  readonly #answers = new Map<string, number>()
  readonly #errors = new Map<string, number>()
  readonly #retryAfter = new Map<string, number>()
  readonly #deadlineMs: number
  readonly #latency: Latencies
  readonly #otherLatency: Latencies

  static async open(deadlineMs: number): Promise<Tally> {
    return new Tally(deadlineMs, await Latencies.open(), await Latencies.open())
  }

  private constructor(deadlineMs: number, latency: Latencies, otherLatency: Latencies) {
    this.#deadlineMs = deadlineMs
    this.#latency = latency
    this.#otherLatency = otherLatency
  }

  answered(status: number, latencyMs: number, retryAfter: string | undefined): void {
    count(this.#answers, String(status))
    if (retryAfter !== undefined) count(this.#retryAfter, retryAfter)
    const isGood = status === 200
    const latency = isGood ? this.#latency : this.#otherLatency
    latency.record(latencyMs)
    if (isGood && latencyMs <= this.#deadlineMs) this.#inTime += 1
  }

  failed(code: string): void {
    count(this.#errors, code)
  }

  encode(): EncodedTally {
    return {
      offered: this.offered,
      sent: this.sent,
      inTime: this.#inTime,
      timeouts: this.timeouts,
      answers: this.#answers,
      errors: this.#errors,
      retryAfter: this.#retryAfter,
      latency: this.#latency.encode(),
      otherLatency: this.#otherLatency.encode(),
    }
  }

  add(other: EncodedTally): void {
    this.offered += other.offered
    this.sent += other.sent
    this.timeouts += other.timeouts
    this.#inTime += other.inTime
    for (const [status, times] of other.answers) count(this.#answers, status, times)
    for (const [code, times] of other.errors) count(this.#errors, code, times)
    for (const [value, times] of other.retryAfter) count(this.#retryAfter, value, times)
    this.#latency.add(other.latency)
    this.#otherLatency.add(other.otherLatency)
  }

  outcome(): Outcome {
    return {
      offered: this.offered,
      sent: this.sent,
      answers: Object.fromEntries(this.#answers),
      timeouts: this.timeouts,
      errors: Object.fromEntries(this.#errors),
      inTime: this.#inTime,
      latencyMs: this.#latency.summary(),
      otherLatencyMs: this.#otherLatency.summary(),
      retryAfter: Object.fromEntries(this.#retryAfter),
    }
  }
}

function count(counts: Map<string, number>, key: string, times = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + times)
}
