import { Latencies } from '../latencies.ts'
import type { Answer } from './call.ts'
import type { Outcome } from './load-result.ts'

/** A tally on its way between threads. */
export interface EncodedTally {
  readonly offered: number
  readonly sent: number
  readonly inTime: number
  readonly timeouts: number
  readonly answers: ReadonlyMap<string, number>
  readonly errors: ReadonlyMap<string, number>
  readonly examples: ReadonlyMap<string, string>
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
  readonly #examples = new Map<string, string>()
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

  right({ status, retryAfter }: Answer, latencyMs: number): void {
    this.#count(status, retryAfter)
    this.#latency.record(latencyMs)
    if (latencyMs <= this.#deadlineMs) this.#inTime += 1
  }

  /** Another status than was expected. */
  refused({ status, retryAfter }: Answer, latencyMs: number, example: () => string): void {
    this.#count(status, retryAfter)
    this.#otherLatency.record(latencyMs)
    this.#exemplify(String(status), example)
  }

  failed(code: string, example: () => string): void {
    count(this.#errors, code)
    this.#exemplify(code, example)
  }

  timedOut(example: () => string): void {
    this.timeouts += 1
    this.#exemplify('timeout', example)
  }

  encode(): EncodedTally {
    return {
      offered: this.offered,
      sent: this.sent,
      inTime: this.#inTime,
      timeouts: this.timeouts,
      answers: this.#answers,
      errors: this.#errors,
      examples: this.#examples,
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
    for (const [kind, example] of other.examples) this.#exemplify(kind, () => example)
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
      examples: Object.fromEntries(this.#examples),
      right: this.#latency.count,
      inTime: this.#inTime,
      latencyMs: this.#latency.summary(),
      histogram: this.#latency.encode(),
      otherLatencyMs: this.#otherLatency.summary(),
      retryAfter: Object.fromEntries(this.#retryAfter),
    }
  }

  #count(status: number, retryAfter: string | undefined): void {
    count(this.#answers, String(status))
    if (retryAfter !== undefined) count(this.#retryAfter, retryAfter)
  }

  #exemplify(kind: string, example: () => string): void {
    if (!this.#examples.has(kind)) this.#examples.set(kind, example())
  }
}

function count(counts: Map<string, number>, key: string, times = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + times)
}
