import type { RatioInterval } from './ratio-interval.ts'

/** One target beside the first one. */
export interface Comparison {
  readonly baseline: string
  readonly other: string
  /** Of the intervals. */
  readonly confidence: number
  /** The most telling one first. */
  readonly figures: readonly ComparedFigure[]
  /** What the first figure says, and what speaks against trusting it. */
  readonly verdict: string
  /** Whether the first figure differs, and in whose favour. */
  readonly better: 'baseline' | 'other' | 'neither'
}

export interface ComparedFigure extends RatioInterval {
  readonly name: FigureName
  readonly higherIsBetter: boolean
  /** Geometric means of the rounds. */
  readonly baselineValue: number
  readonly otherValue: number
}

export type FigureName = 'rate' | 'p50' | 'p99' | 'mean' | 'cpu-per-request' | 'memory'
