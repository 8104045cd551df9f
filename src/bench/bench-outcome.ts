import type { Measurement } from './measurement.ts'
import type { FoundMax } from './search/found-max.ts'
import type { BenchTarget } from './target.ts'

/** What a measurement of one or several targets gave: what reports are made of. */
export interface BenchOutcome {
  readonly targets: readonly TargetOutcome[]
  /** It was stopped before all was measured. */
  readonly stopped: boolean
  /** What is worth knowing of it, as sentences: which cores the server had. */
  readonly notes: readonly string[]
}

/** What was measured of a target. */
export interface TargetOutcome {
  readonly target: BenchTarget
  /** Of the load that was asked for, one for each round; of a search the loads at the rate that was found. */
  readonly measurements: readonly Measurement[]
  /** On the way to it: closed loops of one connection and of many. */
  readonly before: readonly Measurement[]
  /** Of `--find-max`. */
  readonly max: FoundMax | undefined
}
