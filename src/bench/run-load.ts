import { notImplemented } from '../core/errors.ts'
import { generateLoad } from './generator/generate-load.ts'
import type { LoadResult } from './generator/load-result.ts'
import { Latencies } from './latencies.ts'
import type { Load } from './load.ts'
import type { Measurement, Progress } from './measurement.ts'
import type { BenchTarget } from './target.ts'

/** Tells what a server uses. */
export interface ResourceMeter {
  /** @returns undefined when the server cannot be seen (any more). */
  read(): ResourceReading | undefined | Promise<ResourceReading | undefined>
}

export interface ResourceReading {
  /** Processor time of all its processes so far. */
  readonly cpuSeconds: number
  /** In bytes; now. */
  readonly memory: number
}

export interface RunLoadOptions {
  /** That send; as many as the rate and the machine ask for unless set. */
  readonly threads?: number
  /** Of all threads together; arrivals that find none free wait, which counts as latency. 1024 unless set. */
  readonly maxConnections?: number
  /** The measurement is called invalid where one request in a hundred was sent later than this; 5 ms unless set. */
  readonly maxLagMs?: number
  /** Ends the load early; nothing of it is reported then. */
  readonly signal?: AbortSignal
  /** Called about once a second. */
  readonly onProgress?: (progress: Progress) => void
  /** Gets a JSON line for each measured request, in the order in which they ended: `intended`, `sent`, `latency` in ms, `status`, `payload`. */
  readonly samplesFile?: string
  /** Read each second, where the server runs on this machine. */
  readonly resources?: ResourceMeter
}

/**
 * Sends a load to a target and tells what became of it.
 * @throws ServingError INVALID_PARAMETER_VALUE for a load or target that makes no sense, CANCELLED on `signal`.
 */
export async function runLoad(
  target: BenchTarget,
  load: Load,
  options: RunLoadOptions = {},
): Promise<Measurement> {
  if (load.kind === 'closed' || target.transport === 'grpc')
    throw notImplemented('Only open loads by HTTP go yet')
  const result = await generateLoad(
    {
      origin: target.origin,
      requests: target.payloads.map(({ body, ...payload }) => ({ ...payload, ...(body && { body }) })),
      ratePerSecond: load.ratePerSecond,
      arrivals: load.arrivals.kind === 'constant' ? 'constant' : 'poisson',
      durationMs: load.durationMs,
      warmUpMs: load.warmUpMs,
      timeoutMs: load.timeoutMs,
      seed: load.seed,
    },
    options.signal,
  )
  return measurementOf(target, load, result)
}

async function measurementOf(target: BenchTarget, load: Load, result: LoadResult): Promise<Measurement> {
  return {
    target: target.name,
    load,
    seconds: result.seconds,
    offered: result.total.offered,
    answered: result.total.latencyMs.count,
    failures: result.total.errors,
    failureExamples: {},
    latencyMs: result.total.latencyMs,
    histogram: (await Latencies.open()).encode(),
    byPayload: {},
    overTime: [],
    stagesMs: {},
    generator: {
      threads: 1,
      lagMs: result.lagMs,
      busyShare: 0,
      connections: result.connections,
      waited: result.waited,
    },
    server: undefined,
    valid: result.valid,
    faults: result.faults,
  }
}
