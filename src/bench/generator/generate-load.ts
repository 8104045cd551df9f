import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { cancelled } from '../../core/errors.ts'
import { Latencies } from '../latencies.ts'
import type { Percentiles } from '../measurement.ts'
import { type LoadPlan, type SettledPlan, settlePlan } from './load-plan.ts'
import type { LoadResult, Outcome } from './load-result.ts'
import type { SharePlan, ShareResult } from './load-share.ts'
import { Tally } from './tally.ts'

const SENDER = new URL(`./generator-thread${extname(import.meta.url)}`, import.meta.url)

/**
 * Sends a load as planned, in threads of its own, and waits for its last answer.
 * @param signal ends it early; nothing of it is reported then.
 * @throws ServingError INVALID_PARAMETER_VALUE for a plan that makes no sense, CANCELLED on `signal`.
 */
export async function generateLoad(plan: LoadPlan, signal?: AbortSignal): Promise<LoadResult> {
  const settled = settlePlan(plan)
  const senders = Array.from(
    { length: settled.threads },
    (_, thread) => new Sender({ plan: settled, thread }),
  )
  const end = () => Promise.all(senders.map((sender) => sender.end()))
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(cancelled('The load was ended before its time'))
  signal?.addEventListener('abort', abort)
  try {
    if (signal?.aborted) abort()
    await Promise.race([aborted.promise, Promise.all(senders.map((sender) => sender.ready()))])
    const results = await Promise.race([
      aborted.promise,
      Promise.all(senders.map((sender) => sender.result())),
    ])
    return await summarize(settled, results)
  } finally {
    signal?.removeEventListener('abort', abort)
    await end()
  }
}

/** A thread that sends a share of the load. */
class Sender {
  readonly #worker: Worker

  constructor(share: SharePlan) {
    this.#worker = new Worker(SENDER, { workerData: share })
  }

  ready(): Promise<void> {
    return this.#message()
  }

  /** Starts it. */
  result(): Promise<ShareResult> {
    const result = this.#message<ShareResult>()
    this.#worker.postMessage('start')
    return result
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #message<Message>(): Promise<Message> {
    return new Promise((resolve, reject) => {
      this.#worker.once('message', resolve)
      this.#worker.once('error', reject)
    })
  }
}

async function summarize(plan: SettledPlan, results: readonly ShareResult[]): Promise<LoadResult> {
  const total = await Tally.open(plan.deadlineMs)
  const byRequest: Record<string, Outcome> = {}
  for (const [index, { name }] of plan.requests.entries()) {
    const tally = await Tally.open(plan.deadlineMs)
    for (const { tallies } of results) {
      tally.add(tallies[index]!)
      total.add(tallies[index]!)
    }
    byRequest[name] = tally.outcome()
  }
  const lag = await Latencies.open()
  for (const result of results) lag.add(result.lag)
  const lagMs = lag.summary()
  const outcome = total.outcome()
  const seconds = plan.durationMs / 1000
  const faults = faultsOf(plan, lagMs)
  return {
    seconds,
    offeredPerSecond: outcome.offered / seconds,
    goodputPerSecond: outcome.inTime / seconds,
    total: outcome,
    byRequest,
    lagMs,
    waited: sum(results.map(({ waited }) => waited)),
    connections: sum(results.map(({ connections }) => connections)),
    valid: faults.length === 0,
    faults,
  }
}

function faultsOf(plan: SettledPlan, lagMs: Percentiles): readonly string[] {
  if (lagMs.count === 0) return ['No request arrived in the measured time']
  if (lagMs.p99 <= plan.maxLagMs) return []
  return [
    `One request in a hundred was sent ${lagMs.p99} ms or more after its time: the generator was the limit`,
  ]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
