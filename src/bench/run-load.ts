import { availableParallelism } from 'node:os'
import { generateLoad } from './generator/generate-load.ts'
import type { LoadPlan } from './generator/load-plan.ts'
import type { Load } from './load.ts'
import type { Measurement, Progress } from './measurement.ts'
import { measurementOf } from './measurement-of.ts'
import { ProgressLine } from './progress-line.ts'
import type { ResourceMeter } from './resource-meter.ts'
import { ResourceWatch } from './resource-watch.ts'
import type { BenchTarget } from './target.ts'

export interface RunLoadOptions {
  /** That send; as many as the rate and the machine ask for unless set. */
  readonly threads?: number | undefined
  /** Of an open load, of all threads together; arrivals that find none free wait, which counts as latency. 1024 unless set. */
  readonly maxConnections?: number | undefined
  /** The measurement is called invalid where one request in a hundred was sent later than this; 5 ms unless set. */
  readonly maxLagMs?: number | undefined
  /** Ends the load early; nothing of it is reported then. */
  readonly signal?: AbortSignal | undefined
  /** Called about once a second, the warm-up included. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /**
   * Gets a JSON line for each measured request, in the order in which they ended: `intended`, `sent` (null where no
   * connection took it) and `latency` in ms from the beginning of the measured time, `status`, `payload`.
   */
  readonly samplesFile?: string | undefined
  /** Read each second, where the server runs on this machine. */
  readonly resources?: ResourceMeter | undefined
}

/** What a thread sends with ease, so that it is seldom late. */
const EASY_RATE = 15_000

/**
 * Sends a load to a target and tells what became of it.
 * @throws ServingError INVALID_PARAMETER_VALUE for a load or target that makes no sense, CANCELLED on `signal`,
 * INVALID_STATE where the samples cannot be written.
 */
export async function runLoad(
  target: BenchTarget,
  load: Load,
  options: RunLoadOptions = {},
): Promise<Measurement> {
  const { onProgress, signal } = options
  const resources = new ResourceWatch(load, options.resources)
  const since = new ProgressLine(load)
  try {
    const result = await generateLoad(planOf(target, load, options), {
      signal,
      onStart: (inMs) => {
        since.begin(inMs)
        resources.begin(inMs)
      },
      onProgress: onProgress && ((latencies, failed) => onProgress(since.next(latencies, failed))),
    })
    await resources.finish()
    return measurementOf(target, load, result, resources)
  } finally {
    resources.end()
  }
}

/** How many threads send a load, with a core left for the server that may be on this machine. */
export function threadsFor(load: Load, cores = availableParallelism()): number {
  const wanted = load.kind === 'open' ? Math.ceil(load.ratePerSecond / EASY_RATE) : Math.ceil(cores / 2)
  const most = load.kind === 'open' ? Math.max(1, cores - 1) : load.connections
  return Math.max(1, Math.min(wanted, most))
}

function planOf(target: BenchTarget, load: Load, options: RunLoadOptions): LoadPlan {
  const { warmUpMs, durationMs, timeoutMs, seed } = load
  const connections = load.kind === 'closed' ? load.connections : (options.maxConnections ?? 1024)
  return {
    origin: target.origin,
    insecure: target.insecure ?? false,
    dialect: target.dialect,
    requests: target.payloads.map(({ body, ...payload }) => ({ ...payload, ...(body && { body }) })),
    loop: load.kind,
    ...(load.kind === 'open' && { ratePerSecond: load.ratePerSecond, arrivals: load.arrivals }),
    ...{ warmUpMs, durationMs, timeoutMs, seed },
    maxConnections: connections,
    threads: options.threads ?? Math.min(threadsFor(load), connections),
    ...(options.maxLagMs !== undefined && { maxLagMs: options.maxLagMs }),
    samplesFile: options.samplesFile,
  }
}
