import { cancelled } from '../../core/errors.ts'
import { Latencies } from '../latencies.ts'
import { type LoadPlan, settlePlan } from './load-plan.ts'
import type { LoadResult } from './load-result.ts'
import type { ShareProgress } from './messages.ts'
import { SamplesFile } from './samples-file.ts'
import { Sender } from './sender.ts'
import { summarize } from './summarize.ts'

/** Threads are told to begin this much later, so that each has heard of it by then. */
const START_DELAY_NS = 5_000_000n

export interface LoadWatch {
  /** Ends the load early; nothing of it is reported then. */
  readonly signal?: AbortSignal | undefined
  /** The warm-up begins so many milliseconds from now. */
  readonly onStart?: ((inMs: number) => void) | undefined
  /** Right answers of the last second, and how many requests failed in it. */
  readonly onProgress?: ((latencies: Latencies, failed: number) => void) | undefined
}

/**
 * Sends a load as planned, in threads of its own, and waits for its last answer.
 * @throws ServingError INVALID_PARAMETER_VALUE for a plan that makes no sense, CANCELLED on the signal,
 * INVALID_STATE where the samples cannot be written.
 */
export async function generateLoad(plan: LoadPlan, watch: LoadWatch = {}): Promise<LoadResult> {
  const { signal } = watch
  const settled = settlePlan({ ...plan, tellsProgress: watch.onProgress !== undefined })
  const told = await progressTeller(settled.threads, watch)
  if (signal?.aborted) throw ended()
  if (settled.samplesFile !== undefined) SamplesFile.create(settled.samplesFile)
  const senders = Array.from(
    { length: settled.threads },
    (_, thread) => new Sender({ plan: settled, thread }, (progress) => told(thread, progress)),
  )
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(ended())
  signal?.addEventListener('abort', abort)
  try {
    return await Promise.race([
      aborted.promise,
      run(senders, watch).then((results) => summarize(settled, results)),
    ])
  } finally {
    signal?.removeEventListener('abort', abort)
    await Promise.all(senders.map((sender) => sender.end()))
  }
}

async function run(senders: readonly Sender[], { onStart }: LoadWatch) {
  await Promise.all(senders.map((sender) => sender.ready()))
  const startAt = process.hrtime.bigint() + START_DELAY_NS
  onStart?.(Number(START_DELAY_NS) / 1e6)
  return await Promise.all(senders.map((sender) => sender.result(startAt)))
}

/** Tells the progress of all threads when the last of them has told its own. */
async function progressTeller(
  threads: number,
  { onProgress }: LoadWatch,
): Promise<(thread: number, progress: ShareProgress) => void> {
  if (onProgress === undefined) return () => {}
  const recent = await Latencies.open()
  const heard = new Set<number>()
  let failed = 0
  return (thread, progress) => {
    recent.add(progress.latency)
    failed += progress.failed
    heard.add(thread)
    if (heard.size < threads) return
    onProgress(recent, failed)
    heard.clear()
    recent.clear()
    failed = 0
  }
}

function ended(): Error {
  return cancelled('The load was ended before its time')
}
