import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../core/seeded-random.ts'
import { arrivalsOf } from './arrivals.ts'
import type { Answer, Call, CallObserver } from './call.ts'
import { ClosedPace } from './closed-pace.ts'
import { ConnectionPool } from './connection-pool.ts'
import { Fifo } from './fifo.ts'
import { GrpcPool, ONE_CALL_EACH } from './grpc-pool.ts'
import type { SettledPlan } from './load-plan.ts'
import type { SharePlan, ShareProgress, ShareResult } from './messages.ts'
import { OpenPace } from './open-pace.ts'
import type { Pace, Pacing } from './pace.ts'
import { grpcRequest, httpRequest, type PreparedRequest } from './prepared-request.ts'
import { Recorder } from './recorder.ts'
import { RequestMix } from './request-mix.ts'
import { ThreadUsage } from './thread-usage.ts'
import { endpointOf, type Transport } from './transport.ts'

/** A large prime: seeds of the threads are apart. */
const SEED_STEP = 1_000_003

/** Sends its share of a load from the thread that calls, and records what comes back. */
export class LoadShare implements CallObserver, Pacing {
  startedAt = 0
  readonly endMs: number
  readonly #plan: SettledPlan
  readonly #thread: number
  readonly #mix: RequestMix
  readonly #requests: readonly PreparedRequest[]
  readonly #recorder: Recorder
  readonly #transport: Transport
  readonly #pace: Pace
  readonly #usage = new ThreadUsage()
  /** In the order of their times, the settled ones included. */
  readonly #calls = new Fifo<Call>()

  static async open(share: SharePlan): Promise<LoadShare> {
    return new LoadShare(share, await Recorder.open(share.plan))
  }

  private constructor({ plan, thread }: SharePlan, recorder: Recorder) {
    this.#plan = plan
    this.#thread = thread
    this.endMs = plan.warmUpMs + plan.durationMs
    const weights = plan.requests.map(({ weight = 1 }) => weight)
    this.#mix = new RequestMix(weights, seededRandom(plan.seed - 1 - thread * SEED_STEP))
    this.#requests = preparedRequests(plan)
    this.#recorder = recorder
    const connections = shareOf(plan.maxConnections, thread, plan.threads)
    this.#transport = transportOf(plan, connections, this)
    this.#pace = plan.loop === 'closed' ? new ClosedPace(connections, this) : this.#openPace()
  }

  /**
   * Settles once every request was answered, failed or given up. To be called once.
   * @param startAt `process.hrtime.bigint()` at which the first of them may arrive.
   */
  async run(startAt: bigint): Promise<ShareResult> {
    const waitMs = Number(startAt - process.hrtime.bigint()) / 1e6
    this.startedAt = performance.now() + waitMs
    this.#recorder.begin(this.startedAt)
    await sleep(Math.max(0, waitMs))
    this.#usage.begin()
    await this.#pace.run()
    const shares = this.#usage.shares()
    this.#transport.close()
    const { waited, most } = this.#transport
    return { ...(await this.#recorder.close()), ...shares, waited, connections: most }
  }

  progress(): ShareProgress {
    return this.#recorder.progress()
  }

  wantsTiming(): boolean {
    return this.#recorder.wantsTiming()
  }

  answered(call: Call, answer: Answer): void {
    this.#usage.hasWorked = true
    this.#recorder.answered(call, answer)
    this.#pace.settled(true)
  }

  failed(call: Call, code: string): void {
    this.#usage.hasWorked = true
    this.#recorder.failed(call, code)
    this.#pace.settled(false)
  }

  arrive(dueAt: number): void {
    this.#usage.hasWorked = true
    const request = this.#requests[this.#mix.pick()]!
    const measured = dueAt - this.startedAt >= this.#plan.warmUpMs
    const call = newCall(request, dueAt, measured)
    if (measured) this.#recorder.offered(call, performance.now())
    this.#calls.push(call)
    this.#transport.submit(call)
  }

  giveUpLate(): void {
    const late = performance.now() - this.#plan.timeoutMs
    for (;;) {
      const call = this.#calls.first
      if (call === undefined || (!call.settled && call.dueAt > late)) return
      this.#calls.shift()
      if (call.settled) continue
      this.#recorder.timedOut(call)
      this.#transport.abandon(call)
      this.#pace.settled(false)
    }
  }

  isUnderWay(): boolean {
    return this.#calls.size > 0
  }

  #openPace(): Pace {
    const { arrivals, ratePerSecond, seed, threads } = this.#plan
    const random = seededRandom(seed + this.#thread * SEED_STEP)
    const place = { thread: this.#thread, threads }
    return new OpenPace(arrivalsOf(arrivals, ratePerSecond, place, random), this.#usage, this)
  }
}

function newCall(request: PreparedRequest, dueAt: number, measured: boolean): Call {
  return { request, dueAt, measured, sentAt: 0, connection: undefined, settled: false, sentAgain: false }
}

function preparedRequests({ origin, requests }: SettledPlan): readonly PreparedRequest[] {
  const { host, protocol } = new URL(origin)
  const prepare = protocol.startsWith('grpc') ? grpcRequest : httpRequest
  return requests.map((request, index) => prepare(request, host, index))
}

function transportOf(plan: SettledPlan, connections: number, observer: CallObserver): Transport {
  const endpoint = endpointOf(plan.origin, plan.insecure)
  if (!plan.origin.startsWith('grpc')) return new ConnectionPool(endpoint, connections, observer)
  return new GrpcPool(endpoint, connections, plan.loop === 'closed' ? ONE_CALL_EACH : undefined, observer)
}

/** What one of `parts` gets of a whole number. */
function shareOf(total: number, part: number, parts: number): number {
  return Math.floor(total / parts) + (part < total % parts ? 1 : 0)
}
