import type { AssertionOutcome } from '../assertions.ts'
import type { TargetOutcome } from '../bench-outcome.ts'
import type { Comparison } from '../compare/comparison.ts'
import type { Measurement } from '../measurement.ts'
import type { Machine } from './machine.ts'

/** What was measured, with all that is said about it: read by the table, the document, the page and the run of MLflow. */
export interface BenchReport {
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** Of Headrace. */
  readonly version: string
  /** On which the requests were made. */
  readonly machine: Machine
  readonly stopped: boolean
  readonly notes: readonly string[]
  readonly warnings: readonly string[]
  readonly targets: readonly TargetReport[]
  readonly comparisons: readonly LoadComparisons[]
  readonly assertions: readonly AssertionOutcome[]
}

export interface TargetReport extends TargetOutcome {
  /** What was measured on the way, rounds of one load together. */
  readonly merged: readonly Measurement[]
  /** The load that was asked for, all rounds together: what the report is about. Undefined when it was not reached. */
  readonly chief: Measurement | undefined
  /** Latencies of the chief load, finer the closer to 100 %. */
  readonly curve: readonly CurvePoint[]
}

/** So many per cent of the right answers took at most so long. */
export interface CurvePoint {
  readonly percentile: number
  readonly milliseconds: number
}

/** All targets beside the first, under one load. */
export interface LoadComparisons {
  readonly load: Measurement['load']
  readonly comparisons: readonly Comparison[]
}

export interface ReportContext {
  readonly startedAt: number
  readonly version: string
  readonly machine: Machine
  readonly assertions: readonly AssertionOutcome[]
}
