import type { Load } from './load.ts'

/** What one load on one target showed. Counts are of requests that were to arrive within the measured time. */
export interface Measurement {
  readonly target: string
  readonly load: Load
  readonly seconds: number
  readonly offered: number
  /** Answered, and rightly. */
  readonly answered: number
  /** Wrong answers, other statuses, time-outs, broken connections: by what happened (`503`, `wrong answer`, `timeout`, `ECONNRESET`). */
  readonly failures: Readonly<Record<string, number>>
  /** An example of each, as text for a person; at most 200 characters. */
  readonly failureExamples: Readonly<Record<string, string>>
  /**
   * Of right answers, in milliseconds to the last byte: of an open load from the intended arrival, as users wait; of a
   * closed one from when the request was sent, which leaves out what users would have waited before. The two are never
   * to be compared.
   */
  readonly latencyMs: Percentiles
  /** HDR histogram of them in microseconds (V2 encoding, compressed, base64): what comparisons and plots are made from. */
  readonly histogram: string
  readonly byPayload: Readonly<Record<string, PayloadOutcome>>
  /** A point for each second of the measured time. */
  readonly overTime: readonly SecondOutcome[]
  /**
   * Means in milliseconds by the name of a metric of `Server-Timing` (W3C Server Timing), of the answers that bear it and
   * were read for it: at most a thousand a second of each thread.
   */
  readonly stagesMs: Readonly<Record<string, number>>
  readonly generator: GeneratorFigures
  /** Of the server's processes, where it runs on this machine and they are known. */
  readonly server: ServerResources | undefined
  /** Whether the load was what it was to be. */
  readonly valid: boolean
  /** Why it was not. */
  readonly faults: readonly string[]
}

/** In milliseconds; zeros where nothing was recorded. */
export interface Percentiles {
  readonly count: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

export interface PayloadOutcome {
  readonly offered: number
  readonly answered: number
  readonly latencyMs: Percentiles
}

export interface SecondOutcome {
  /** Of the measured time, from 0: arrivals intended within it. */
  readonly second: number
  readonly offered: number
  readonly answered: number
  readonly failed: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** In cores, and bytes; where they are known. */
  readonly serverCpu: number | undefined
  readonly serverMemory: number | undefined
}

export interface GeneratorFigures {
  readonly threads: number
  /** How much later than intended requests were handed to a connection: the fault of this side. */
  readonly lagMs: Percentiles
  /** Of the time of its busiest thread. */
  readonly busyShare: number
  /** Of the time of the thread that waited longest for a processor while others had them all; absent where the system does not tell. */
  readonly starvedShare?: number
  readonly connections: number
  /** It sent late, or had no time or no processor left: the load says nothing of the server. */
  readonly wasLimit: boolean
  /** Arrivals that found all connections taken, at their limit. */
  readonly waited: number
}

/** Of a process and its descendants, while it was measured. */
export interface ServerResources {
  /** Processor time a second: cores. */
  readonly cpu: number
  /** Processor time of a right answer, in milliseconds. */
  readonly cpuMsPerRequest: number
  /** Resident, at the highest, in bytes (PSS where the system tells it). */
  readonly memory: number
}

/** What is known while a load runs: for a line that a person watches. */
export interface Progress {
  readonly elapsedMs: number
  readonly totalMs: number
  /** Of the last second or so. */
  readonly ratePerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Since the start. */
  readonly failed: number
}
