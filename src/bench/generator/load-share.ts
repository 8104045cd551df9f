import { performance } from 'node:perf_hooks'
import { seededRandom } from '../../core/seeded-random.ts'
import { Latencies } from '../latencies.ts'
import { type Arrivals, constantArrivals, poissonArrivals } from './arrivals.ts'
import type { Call, CallObserver } from './call.ts'
import type { Target } from './connection.ts'
import { ConnectionPool } from './connection-pool.ts'
import { Fifo } from './fifo.ts'
import type { SettledPlan } from './load-plan.ts'
import { type RequestBytes, requestBytes } from './request-bytes.ts'
import { RequestMix } from './request-mix.ts'
import { type EncodedTally, Tally } from './tally.ts'

/** The part of a load that one of its threads sends. */
export interface SharePlan {
  readonly plan: SettledPlan
  /** Of the threads, from 0. */
  readonly thread: number
}

export interface ShareResult {
  /** One for each request of the plan. */
  readonly tallies: readonly EncodedTally[]
  readonly lag: string
  readonly waited: number
  readonly connections: number
}

/** Timers of Node are late by one to two milliseconds: the rest is waited for in turns of the event loop. */
const TIMER_SLACK_MS = 2.5
/** Requests are given up no later than this after their time. */
const LONGEST_SLEEP_MS = 20
/** What is due is sent in pieces of so many, so that answers are read while a delay is made up for. */
const MOST_SENT_AT_ONCE = 64
/** A large prime: seeds of the threads are apart. */
const SEED_STEP = 1_000_003

/** Sends its share of a load from the thread that calls, and counts what comes back. */
export class LoadShare implements CallObserver {
  readonly #plan: SettledPlan
  readonly #arrivals: Arrivals
  readonly #mix: RequestMix
  readonly #requests: readonly RequestBytes[]
  readonly #tallies: ReadonlyMap<RequestBytes, Tally>
  readonly #lag: Latencies
  readonly #pool: ConnectionPool
  /** In the order of their times, the settled ones included. */
  readonly #calls = new Fifo<Call>()
  #startedAt = 0
  #next = 0
  #finished = Promise.withResolvers<void>()

  static async open({ plan, thread }: SharePlan): Promise<LoadShare> {
    const { host } = new URL(plan.origin)
    const tallies = new Map<RequestBytes, Tally>()
    for (const request of plan.requests) {
      tallies.set(requestBytes(request, host), await Tally.open(plan.deadlineMs))
    }
    return new LoadShare({ plan, thread }, tallies, await Latencies.open())
  }

  private constructor(
    { plan, thread }: SharePlan,
    tallies: ReadonlyMap<RequestBytes, Tally>,
    lag: Latencies,
  ) {
    const { threads, maxConnections } = plan
    const random = seededRandom(plan.seed + thread * SEED_STEP)
    this.#plan = plan
    this.#arrivals =
      plan.arrivals === 'constant'
        ? constantArrivals(plan.ratePerSecond, thread, threads)
        : poissonArrivals(plan.ratePerSecond / threads, random)
    const weights = plan.requests.map(({ weight = 1 }) => weight)
    this.#mix = new RequestMix(weights, seededRandom(plan.seed - 1 - thread * SEED_STEP))
    this.#requests = [...tallies.keys()]
    this.#tallies = tallies
    this.#lag = lag
    this.#pool = new ConnectionPool(targetOf(plan.origin), share(maxConnections, thread, threads), this)
  }

  /** Settles once every request was answered, failed or given up. To be called once. */
  async run(): Promise<ShareResult> {
    this.#startedAt = performance.now()
    this.#next = this.#arrivals()
    this.#turn()
    await this.#finished.promise
    this.#pool.close()
    return {
      tallies: [...this.#tallies.values()].map((tally) => tally.encode()),
      lag: this.#lag.encode(),
      waited: this.#pool.waited,
      connections: this.#pool.most,
    }
  }

  answered(call: Call, status: number, retryAfter: string | undefined): void {
    call.settled = true
    if (!call.measured) return
    const tally = this.#tallyOf(call)
    tally.sent += 1
    tally.answered(status, performance.now() - call.dueAt, retryAfter)
  }

  failed(call: Call, code: string): void {
    call.settled = true
    if (!call.measured) return
    const tally = this.#tallyOf(call)
    if (call.connection !== undefined) tally.sent += 1
    tally.failed(code)
  }

  /** Sends what is due, gives up what is late, and sleeps until there is more of either. */
  readonly #turn = (): void => {
    const now = performance.now() - this.#startedAt
    const end = this.#plan.warmUpMs + this.#plan.durationMs
    for (let sent = 0; this.#next <= now && this.#next < end && sent < MOST_SENT_AT_ONCE; sent += 1) {
      this.#arrive(this.#next)
      this.#next = this.#arrivals()
    }
    this.#giveUpLate()
    if (this.#next >= end) {
      if (this.#calls.size === 0) this.#finished.resolve()
      else setTimeout(this.#turn, 1)
      return
    }
    const sleepMs = Math.min(this.#next - now - TIMER_SLACK_MS, LONGEST_SLEEP_MS)
    if (sleepMs < 1) setImmediate(this.#turn)
    else setTimeout(this.#turn, Math.floor(sleepMs))
  }

  #arrive(at: number): void {
    const request = this.#requests[this.#mix.pick()]!
    const measured = at >= this.#plan.warmUpMs
    const dueAt = this.#startedAt + at
    const call: Call = { request, dueAt, measured, connection: undefined, settled: false }
    if (measured) {
      this.#tallyOf(call).offered += 1
      this.#lag.record(performance.now() - dueAt)
    }
    this.#calls.push(call)
    this.#pool.submit(call)
  }

  #giveUpLate(): void {
    const late = performance.now() - this.#plan.timeoutMs
    for (;;) {
      const call = this.#calls.first
      if (call === undefined || (!call.settled && call.dueAt > late)) return
      this.#calls.shift()
      if (call.settled) continue
      call.settled = true
      if (call.measured) {
        const tally = this.#tallyOf(call)
        tally.timeouts += 1
        if (call.connection !== undefined) tally.sent += 1
      }
      this.#pool.abandon(call)
    }
  }

  #tallyOf(call: Call): Tally {
    return this.#tallies.get(call.request)!
  }
}

function targetOf(origin: string): Target {
  const { hostname, port } = new URL(origin)
  // Brackets belong to the URL, not to the address (RFC 3986, section 3.2.2).
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 80 : Number(port) }
}

/** What one of `parts` gets of a whole number. */
function share(total: number, part: number, parts: number): number {
  return Math.floor(total / parts) + (part < total % parts ? 1 : 0)
}
