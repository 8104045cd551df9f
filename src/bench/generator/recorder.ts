import { performance } from 'node:perf_hooks'
import { Latencies } from '../latencies.ts'
import { wrongnessOf } from './answer-wrongness.ts'
import type { Answer, Call, CallObserver } from './call.ts'
import { codeExample, shortened, statusExample } from './failure-example.ts'
import type { SettledPlan } from './load-plan.ts'
import type { ShareProgress, ShareRecord } from './messages.ts'
import { SamplesFile } from './samples-file.ts'
import { SecondSeries } from './second-series.ts'
import { StageSums } from './server-timing.ts'
import { Tally } from './tally.ts'

/** Between two answers of which `Server-Timing` is read. */
const TIMING_GAP_MS = 1

const WRONG = 'wrong answer'

/** Writes down what becomes of the calls of one thread. */
export class Recorder implements CallObserver {
  readonly #plan: SettledPlan
  /** By the index of a request; those of one name share one. */
  readonly #tallies: readonly Tally[]
  readonly #lag: Latencies
  readonly #series: SecondSeries
  readonly #stages = new StageSums()
  readonly #samples: SamplesFile | undefined
  /** Since progress was last told. */
  readonly #recent: Latencies
  #recentFailed = 0
  #timingAt = 0
  /** `performance.now()` from which on requests count. */
  #measuredFrom = 0

  static async open(plan: SettledPlan): Promise<Recorder> {
    const byName = new Map<string, Tally>()
    for (const { name } of plan.requests) {
      if (!byName.has(name)) byName.set(name, await Tally.open(plan.deadlineMs))
    }
    const tallies = plan.requests.map(({ name }) => byName.get(name)!)
    const series = await SecondSeries.open(plan.timeoutMs)
    return new Recorder(plan, tallies, series, await Latencies.open(), await Latencies.open(2))
  }

  private constructor(
    plan: SettledPlan,
    tallies: readonly Tally[],
    series: SecondSeries,
    lag: Latencies,
    recent: Latencies,
  ) {
    this.#plan = plan
    this.#tallies = tallies
    this.#series = series
    this.#lag = lag
    this.#recent = recent
    this.#samples = plan.samplesFile === undefined ? undefined : new SamplesFile(plan.samplesFile)
  }

  /** @param startedAt `performance.now()` at which the warm-up begins. */
  begin(startedAt: number): void {
    this.#measuredFrom = startedAt + this.#plan.warmUpMs
  }

  /** A call that counts goes to a connection, or to the queue for one. */
  offered(call: Call, now: number): void {
    this.#tallyOf(call).offered += 1
    this.#series.offered(this.#secondOf(call))
    this.#lag.record(now - call.dueAt)
  }

  wantsTiming(): boolean {
    const now = performance.now()
    if (now - this.#timingAt < TIMING_GAP_MS) return false
    this.#timingAt = now
    return true
  }

  answered(call: Call, answer: Answer): void {
    const latencyMs = performance.now() - call.dueAt
    call.settled = true
    const { expected } = call.request
    const isExpected = answer.status === expected.status
    const wrong = isExpected ? wrongnessOf(expected.check, this.#plan.dialect, answer) : undefined
    this.#tell(isExpected && wrong === undefined, latencyMs)
    if (!call.measured) return
    const tally = this.#tallyOf(call)
    tally.sent += 1
    if (wrong !== undefined) tally.failed(WRONG, () => shortened(wrong))
    else if (isExpected) tally.right(answer, latencyMs)
    else tally.refused(answer, latencyMs, () => statusExample(answer))
    const isRight = isExpected && wrong === undefined
    if (isRight) this.#series.right(this.#secondOf(call), latencyMs)
    else this.#series.failed(this.#secondOf(call))
    if (answer.serverTiming !== undefined) this.#stages.add(answer.serverTiming)
    this.#sample(call, latencyMs, wrong === undefined ? answer.status : WRONG)
  }

  failed(call: Call, code: string): void {
    this.#failed(call, code, (tally) => tally.failed(code, () => codeExample(code)))
  }

  timedOut(call: Call): void {
    const where = call.connection === undefined ? 'waited for a connection' : 'was sent'
    const example = () => `no answer within ${this.#plan.timeoutMs} ms; the first of them ${where}`
    this.#failed(call, 'timeout', (tally) => tally.timedOut(example))
  }

  /** What was recorded since this was last asked. */
  progress(): ShareProgress {
    const told = { latency: this.#recent.encode(), failed: this.#recentFailed }
    this.#recent.clear()
    this.#recentFailed = 0
    return told
  }

  /** To be called when no call is under way. */
  async close(): Promise<ShareRecord> {
    await this.#samples?.close()
    return {
      tallies: new Map(
        this.#plan.requests.map(({ name }, index) => [name, this.#tallies[index]!.encode()] as const),
      ),
      overTime: this.#series.encode(Math.ceil(this.#plan.durationMs / 1000)),
      stages: this.#stages.sums(),
      lag: this.#lag.encode(),
    }
  }

  #failed(call: Call, status: string, count: (tally: Tally) => void): void {
    call.settled = true
    this.#tell(false, 0)
    if (!call.measured) return
    const tally = this.#tallyOf(call)
    if (call.connection !== undefined) tally.sent += 1
    count(tally)
    this.#series.failed(this.#secondOf(call))
    this.#sample(call, performance.now() - call.dueAt, status)
  }

  #tell(isRight: boolean, latencyMs: number): void {
    if (!this.#plan.tellsProgress) return
    if (isRight) this.#recent.record(latencyMs)
    else this.#recentFailed += 1
  }

  #sample(call: Call, latency: number, status: number | string): void {
    this.#samples?.add({
      intended: call.dueAt - this.#measuredFrom,
      sent: call.sentAt === 0 ? null : call.sentAt - this.#measuredFrom,
      latency,
      status,
      payload: call.request.name,
    })
  }

  #secondOf({ dueAt }: Call): number {
    return Math.max(0, Math.floor((dueAt - this.#measuredFrom) / 1000))
  }

  #tallyOf({ request }: Call): Tally {
    return this.#tallies[request.index]!
  }
}
