import type { Measured } from './measured.ts'

/** What a figure is to reach, and where it is found in the results. */
export interface Target {
  /** What is asked for: `tiny model, 3 CPUs`. */
  readonly work: string
  /** What the figure is: `of furnace-server`, `p50, ms`. */
  readonly figure: string
  /** `least`: the figure is to be at least `bound`; `most`: at most. */
  readonly side: 'least' | 'most'
  readonly bound: number
  /** CPUs that servers must have for the figure to mean anything; 1 unless said. */
  readonly serverCpus?: number
  /** The scenario that it comes from; undefined for a study. */
  readonly scenario?: string
  /** @returns undefined where it was not measured. */
  find(measured: Measured): Finding | undefined
}

export interface Finding {
  readonly value: number
  /** What it was made of: `94,500 / 49,000 requests a second`. */
  readonly from: string
  /** Others were at work on the machine during all loads of one side. */
  readonly disturbed: boolean
}

export type Verdict = 'reached' | 'not reached' | 'not measured' | 'not measurable'

export function reaches({ side, bound }: Target, value: number): boolean {
  return side === 'least' ? value >= bound : value <= bound
}
